/** Words of others in a sentence of ours: one line, at most 300 characters, no control characters. A page of HTML: its title. */
export function inOneLineOf(all: string): string {
  // A page may be large, and made to be slow to search.
  const says = all.slice(0, 4_000);
  const title = /<title[^>]{0,200}>([^<]{1,200})/i.exec(says)?.[1];
  const text = title ?? (/^\s*</.test(says) ? 'a page of HTML' : says);
  return text
    .replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ')
    .trim()
    .slice(0, 300);
}
