/** A word that every shell takes as it stands, whatever is in it: for a command line that a program makes. Not for NUL. */
export const quotedWord = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

/** A word as a shell takes it, for a line that a human copies. Of control characters whoever shows it takes care. */
export const shellWord = (word: string): string => (/^[\w@%+=:,./~-]+$/.test(word) ? word : quotedWord(word));
