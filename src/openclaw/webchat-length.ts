// A text that WebChat shows whole. It cuts what is longer in the middle of a line, and does not say how to see the rest
// (measured on OpenClaw 2026.9.6: of 60,009 characters the first 8,000 arrive, then "...(truncated)...").

export const mostInWebChat = 8_000;

/** @param rest a command of the terminal that shows all of it, without `fleet` */
export function forWebChat(text: string, rest: string): string {
  if (text.length <= mostInWebChat) return text;
  const command = `fleet ${rest.replace(/\s+/g, ' ').trim().slice(0, 200)}`.toWellFormed();
  const last = `\n[${text.length} characters in all; the rest is on the dashboard, and in a terminal: ${command}]`;
  const end = mostInWebChat - last.length;
  const lineEnd = text.lastIndexOf('\n', end);
  return text.slice(0, lineEnd > end / 2 ? lineEnd : end).toWellFormed() + last;
}
