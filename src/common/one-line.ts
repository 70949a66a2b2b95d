/** Words of others in a sentence of ours: one line, at most 300 characters, no control characters. A page of HTML: its title. */
export function inOneLineOf(says: string): string {
  const title = /<title[^>]*>([^<]{1,200})/i.exec(says)?.[1];
  const text = title ?? (/^\s*</.test(says) ? 'a page of HTML' : says);
  return text
    .replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ')
    .trim()
    .slice(0, 300);
}
