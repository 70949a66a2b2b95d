/** A word as a shell takes it, for a line that a human copies. Of control characters whoever shows it takes care. */
export const shellWord = (word: string): string =>
  /^[\w@%+=:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
