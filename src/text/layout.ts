// How lines are laid out: aligned columns cut to the width of a terminal, or bullets that a chat wraps.
import { styleText } from 'node:util';
import stringWidth from 'string-width';
import { type ChannelKind, chats } from '../common/chats.ts';
import { chatLine, line } from './sanitise.ts';

export type Tone = 'name' | 'good' | 'busy' | 'warn' | 'bad' | 'dim';

export interface Surface {
  kind: 'chat' | 'terminal';
  /** cells in a line (terminal), or how long a one-line text may get (chat) */
  columns: number;
  nowMs: number;
  paint(tone: Tone, text: string): string;
  /** foreign text as one line, cut to `width` cells */
  line(text: string, width?: number): string;
  /** what stands before a command here: `fleet`, `/fleet`, `@bot /fleet` */
  program: string;
  /** a command as one would type it here */
  command(words: string): string;
}

const chatColumns = 100;
/** Of our own lines; what is cut there is a text of somebody else in it. */
const longestLine = 2_000;
/** For a pipe: long enough for grep, short enough for people. */
const pipeColumns = 160;
const colours = {
  name: 'bold',
  good: 'green',
  busy: 'cyan',
  warn: 'yellow',
  bad: 'red',
  dim: 'dim',
} as const;

export function surfaceFor(options: {
  kind: 'chat' | 'terminal';
  /** chat only: where it is read. Default: webchat */
  channel?: ChannelKind;
  nowMs: number;
  columns?: number;
  colour?: boolean;
}): Surface {
  const { kind, nowMs, colour, channel = 'webchat' } = options;
  const inChat = channel === 'webchat' ? '/fleet' : chats[channel].program;
  const program = kind === 'chat' ? inChat : 'fleet';
  const command = (words: string) => `\`${program} ${words}\``;
  if (kind === 'chat')
    return {
      kind,
      nowMs,
      program,
      command,
      columns: chatColumns,
      paint: (tone, text) => (tone === 'name' ? `**${text}**` : text),
      line: (text, width = chatColumns) => chatLine(cut(line(text), width)),
    };
  const columns = Math.max(30, options.columns ?? pipeColumns);
  return {
    kind,
    nowMs,
    program,
    command,
    columns,
    paint: (tone, text) =>
      colour && text ? styleText(colours[tone], text, { validateStream: false }) : text,
    line: (text, width = columns) => cut(line(text), width),
  };
}

/** Our own lines, in which a word of somebody else may stand: safe to show, commands as one types them here. */
export const ownText = (surface: Surface, text: string): string =>
  text
    .split('\n')
    .map((each) => surface.line(each, longestLine))
    // A heading, a fence, a quotation or a link's target is not one of ours.
    .map((each) => (surface.kind === 'chat' ? each.replace(/^(?=[#~>[])/, '\u200b') : each))
    .map((each) => each.replaceAll(/['`]\/?fleet ([^'`]+)['`]/g, (_, words) => surface.command(words)))
    .join('\n');

/** Ages in a status count from when fleetd took it, by its own clock. */
export const asOf = (surface: Surface, { at }: { at: string }): Surface => ({
  ...surface,
  nowMs: Date.parse(at),
});

/** Latin letters, our own quotation marks, dashes and dots: a cell for each character, which need not be asked for. */
const plain = /^[ -~\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027\u2190-\u2193]*$/;

/** What only formats and has no cell, but for joiners and tags of emoji: string-width 8.1.0 throws at some that stand alone. */
const formats = /(?![\u200d\u{e0020}-\u{e007f}])\p{Cf}/gu;

/** Cells a text takes in a terminal. */
export const widthOf = (text: string): number =>
  plain.test(text) ? text.length : stringWidth(text.replace(formats, ''));

/** At most `width` cells; what is cut ends in `…`. */
export function cut(text: string, width: number): string {
  if (text.length <= width && widthOf(text) <= width) return text;
  if (plain.test(text)) return `${text.slice(0, Math.max(0, width - 1)).trimEnd()}…`;
  // What a reader takes for one character, as a flag or a family of emoji, is not cut in two.
  const characters = new Intl.Segmenter('en', { granularity: 'grapheme' });
  let kept = '';
  let cells = 0;
  for (const { segment } of characters.segment(text)) {
    cells += widthOf(segment);
    if (cells > width - 1) return `${kept.trimEnd()}…`;
    kept += segment;
  }
  return kept;
}

export const pad = (text: string, width: number) => text + ' '.repeat(Math.max(0, width - widthOf(text)));

/** One line broken at blanks into lines of at most `width` cells. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of text.split(' ')) {
    if (current && widthOf(current) + 1 + widthOf(word) > width) {
      lines.push(current);
      current = word;
    } else current = current ? `${current} ${word}` : word;
  }
  return current ? [...lines, current] : lines;
}

/** One thing with a name, a state, what is said of it in one line, and further remarks. All our own or sanitised text, but `quote`. */
export interface Row {
  name: string;
  state: string;
  tone: Tone;
  head: string;
  /** foreign text after the head, cut to what is left of the line */
  quote?: string;
  notes: { text: string; tone: Tone }[];
}

export function rows(surface: Surface, all: Row[]): string[] {
  return surface.kind === 'chat' ? all.map((row) => bullet(surface, row)) : table(surface, all);
}

function bullet(surface: Surface, row: Row): string {
  const quote = row.quote ? surface.line(row.quote) : '';
  const said = [row.head, quote && `“${quote}”`].filter(Boolean).join(', ');
  const name = [surface.paint('name', row.name), row.state].filter(Boolean).join(' ');
  const first = said ? `${name}${row.state ? ':' : ''} ${said}` : name;
  return `- ${[first, ...row.notes.map((note) => note.text)].join(' · ')}`;
}

function table(surface: Surface, all: Row[]): string[] {
  const nameWidth = Math.max(...all.map((row) => widthOf(row.name)));
  const stateWidth = Math.max(...all.map((row) => widthOf(row.state)));
  const roomy = surface.columns - nameWidth - stateWidth - 4 >= 30;
  const indent = roomy ? nameWidth + stateWidth + (stateWidth ? 4 : 2) : 2;
  const room = surface.columns - indent;
  return all.flatMap((row) => {
    const label = [
      surface.paint('name', pad(row.name, nameWidth)),
      stateWidth ? surface.paint(row.tone, roomy ? pad(row.state, stateWidth) : row.state) : '',
    ]
      .filter(Boolean)
      .join('  ');
    const quote = row.quote ? surface.line(row.quote, Math.max(12, room - widthOf(row.head) - 2)) : '';
    const said = [row.head, quote].filter(Boolean).join(': ');
    const lines = [
      ...wrap(said, room),
      ...row.notes.flatMap((note) => wrap(note.text, room).map((text) => surface.paint(note.tone, text))),
    ];
    const margin = ' '.repeat(indent);
    const below = lines.map((text) => margin + text);
    return roomy ? [`${label}  ${lines[0] ?? ''}`.trimEnd(), ...below.slice(1)] : [label.trimEnd(), ...below];
  });
}

/** A sentence on a line of its own. */
export function sentence(surface: Surface, text: string, tone?: Tone): string {
  const lines = surface.kind === 'chat' ? [text] : wrap(text, surface.columns);
  return lines.map((each) => (tone ? surface.paint(tone, each) : each)).join('\n');
}

/** Paragraphs apart by an empty line; empty ones are left out. */
export const paragraphs = (...parts: (string | string[])[]) =>
  parts.flatMap((part) => [part].flat().join('\n') || []).join('\n\n');
