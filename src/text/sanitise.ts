// Foreign text made safe to show: it may not move a terminal's cursor, reverse the reading direction, ping a
// channel, load an image or break out of its fence. Nothing readable is dropped.
import { stripVTControlCharacters } from 'node:util';

// biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is the purpose
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
const directions = /[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** Node's pattern looks from every ESC to the end of what it is given: a minute for a hostile mail as a whole. */
function withoutSequences(text: string): string {
  if (!text.includes('\u001b') && !text.includes('\u009b')) return text;
  return text.replace(/[\s\S]{1,1000}/g, (part) => stripVTControlCharacters(part));
}

/** Many lines, as they are, without what a terminal or chat would obey. */
export function block(text: string): string {
  return withoutSequences(text)
    .replace(/\r\n?/g, '\n')
    .replace(directions, '')
    .replace(controls, (char) => (char < ' ' ? String.fromCharCode(0x2400 + char.charCodeAt(0)) : '\ufffd'))
    .trimEnd();
}

/** One line: white space of any kind becomes one blank. */
export function line(text: string): string {
  return block(text).replace(/\s+/g, ' ').trim();
}

/**
 * One line for chat, which reads markdown: a zero-width space splits what would become a tag, a mention or a
 * link with a hidden target (an image would be loaded), and a stray backtick swallows nothing.
 */
export function chatLine(text: string): string {
  return line(text)
    .replace(/`/g, "'")
    .replace(/</g, '<\u200b')
    .replace(/\](?=[([])/g, ']\u200b');
}

/** What OpenClaw hands to Slack as it is, fenced or not: mentions (`<!channel>` rings everybody) and links. */
const slackTokens = /<(?=[@#!]|[a-z][a-z0-9+.-]*:)/gi;

const defused = (text: string): string => text.replace(slackTokens, '<\u200b');

/** Many lines for chat, fenced; the text cannot close the fence. */
export function fence(text: string): string {
  return `\`\`\`\n${defused(block(text)).replaceAll('```', "'''")}\n\`\`\``;
}
