// What the text on a coordinator's screen says about Claude Code (2.0.76 to 2.1.332). layout.ts takes the pane apart:
// only Claude Code's own words since the last prompt count. table.ts says what they mean.
import { FleetError } from '../common/errors.ts';
import { type Layout, layoutOf } from './screen/layout.ts';
import { isoInZone, resetOf } from './screen/resets.ts';
import { sharesIn, type WindowShare } from './screen/shares.ts';
import { type Menu, menus, type Said, said, type Window, wholeError, windows } from './screen/table.ts';

export interface Screen {
  /**
   * blank: Claude Code has drawn nothing yet (a slow start) · busy: it thinks or runs a tool · idle: at its prompt ·
   * dialog: a menu, a login or a question waits for a human · limited: a usage limit · problem: any other error
   */
  state: 'blank' | 'busy' | 'idle' | 'dialog' | 'limited' | 'problem';
  busy: boolean;
  /** what it says is wrong; null: nothing */
  problem: FleetError | null;
  /** it will go on by itself when the service answers again, or when the limit ends */
  passing: boolean;
  /** of `limited`, and of the menu that a limit opens */
  limit: UsageLimit | null;
  /** how much of a usage window is used, where Claude Code says it; empty: it does not */
  shares: WindowShare[];
  /** false: typed text and Enter would choose something, or go to a shell. Nothing may be typed */
  acceptsText: boolean;
  /** false: there is text, and nothing in it is known to be Claude Code's */
  placed: boolean;
  /**
   * the last prompt and what stands since, without what changes while nothing happens (seconds, spinners): equal means
   * that it stands still. Of `limited` the prompt and the limit only: its menu and notices come and go
   */
  print: string;
}

export interface UsageLimit {
  window: Window;
  /** ms since epoch; null: it did not say */
  resetsAtMs: number | null;
  /** the same as ISO with the zone that the text named, e.g. `2026-12-01T00:00:00+00:00[UTC]` */
  resetsAt: string | null;
  /** the line as shown, cleaned, at most 200 characters; untrusted */
  text: string;
  /** Claude Code said that it goes on by itself at the reset: leave it alone */
  continuesByItself: boolean;
  /** a menu stands over the prompt */
  opensMenu: boolean;
}

/** The last line is a shell's, with nothing typed. */
const atShell = /(?:^|\n)(?:[^\n]{0,80} )?[$#%]$/;
/** The last line is a shell's, with the command that starts it. */
const launching = /(?:^|\n)[^\n]*[$#%>] [^\n]*\bclaude\b[^\n]*$/;
const exited =
  /Resume this session with:|^claude --resume \S+|^\S+@\S+:.*[$#] ?$|claude: (?:command )?not found/m;

/**
 * @param content of `coordinator.output`: untrusted text
 * @param saidMs  about when it was printed: "resets 8:50pm" is the first such moment after it
 * @param zone    IANA name for a text that names none; the process's own unless given
 */
export function readScreen(content: string, saidMs: number, zone?: string): Screen {
  const layout = layoutOf(content);
  const meaning = meaningOf(content, layout, saidMs, zone);
  const shown = `${layout.asked}\n${meaning.state === 'limited' ? meaning.limit?.text : layout.since}`;
  return {
    busy: false,
    problem: null,
    passing: false,
    limit: null,
    shares: sharesIn(layout.footer.split('\n'), saidMs, zone),
    acceptsText: layout.atPrompt,
    placed: layout.blank || layout.furnished,
    print: shown.replace(/\d+/g, '0').replace(/[✢✳✶✻✽·*⠁-⣿]/gu, ''),
    ...meaning,
  };
}

/**
 * The usage limit that one message of Claude Code tells of, as a headless worker's transcript has it; null: it tells of none.
 * @param text   untrusted
 * @param saidMs when it was said
 * @param zone   IANA name for a text that names none; the process's own unless given
 */
export function limitIn(text: string, saidMs: number, zone?: string): UsageLimit | null {
  const row = said.find(({ pattern }) => pattern.test(text));
  if (row?.code !== 'CLAUDE_USAGE_LIMIT') return null;
  return limitOf({ own: [], menu: [] }, text, saidMs, zone);
}

type Meaning = Pick<Screen, 'state'> & Partial<Screen>;

function meaningOf(content: string, layout: Layout, saidMs: number, zone: string | undefined): Meaning {
  if (layout.blank) return { state: 'blank' };
  if (layout.menu.length > 0) return menuMeaning(layout, saidMs, zone);
  if (layout.spinner || /esc to interrupt|esc to int?e?r?r?u?p?…$/im.test(layout.footer))
    return { state: 'busy', busy: true };
  const found = ownWords(layout);
  if (found !== null) {
    const isLimit = found.row.code === 'CLAUDE_USAGE_LIMIT';
    const limit = isLimit ? limitOf(layout, found.text, saidMs, zone) : null;
    const passes = limit === null || !['spend', 'credit'].includes(limit.window) || limit.continuesByItself;
    return {
      state: isLimit ? 'limited' : 'problem',
      limit,
      passing: found.row.passing && passes,
      problem: problem(found.row, `${found.row.message} It says: ${found.text}`),
    };
  }
  if (layout.unanswered)
    return {
      state: 'problem',
      passing: true,
      problem: problem(lastRow, 'Expected an answer to the last prompt, got none on the screen.'),
    };
  if (layout.atPrompt) return { state: 'idle' };
  if (exited.test(content) || atShell.test(content.trimEnd()))
    return {
      state: 'problem',
      placed: true,
      problem: new FleetError({
        code: 'CLAUDE_EXITED',
        message: "Expected Claude Code on the coordinator's screen, got a shell.",
        mend: 'It has ended; the objective is tried again as its restart policy says, or start it again.',
      }),
    };
  if (launching.test(content.trimEnd())) return { state: 'blank', placed: true };
  // On its first start it says so without a prompt to say it at, and ends.
  const offline = /^ {0,2}(Unable to connect to Anthropic services.*)$/m.exec(content)?.[1];
  if (offline !== undefined)
    return {
      state: 'problem',
      passing: true,
      placed: true,
      problem: problem(lastRow, `${lastRow.message} It says: ${clean(offline)}`),
    };
  // It has drawn something, but not its prompt: above a cut pane, or on the way to it.
  return layout.furnished ? { state: 'busy', busy: true } : { state: 'blank' };
}

function menuMeaning(layout: Layout, saidMs: number, zone: string | undefined): Meaning {
  const words = layout.menu.join(' ');
  const row = menus.find(({ pattern }) => pattern.test(words));
  const shown = clean(layout.menu.join(' | '));
  const own = ownWords(layout);
  const opened = own?.row.code === 'CLAUDE_USAGE_LIMIT' && /What do you want to do\?/i.test(words);
  const limits = opened ? menus[0] : row;
  if (limits?.code !== 'CLAUDE_USAGE_LIMIT')
    return { state: 'dialog', problem: row === undefined ? null : menuProblem(row, shown) };
  const found = own?.text ?? layout.menu.find((line) => said[0]?.pattern.test(line)) ?? layout.menu[0] ?? '';
  return {
    state: 'limited',
    passing: true,
    limit: limitOf(layout, found, saidMs, zone),
    problem: menuProblem(limits, `${clean(found)} | ${shown}`),
  };
}

const menuProblem = (row: Menu, shown: string): FleetError =>
  new FleetError({
    code: row.code,
    message: `Expected Claude Code at its prompt, got ${row.what} that waits for a human: ${shown}`,
    mend: row.mend,
  });

/** The last of its lines that the table knows; a notice that repeats a limit yields to the limit itself. */
function ownWords({ own, ghost }: Layout): { row: Said; text: string } | null {
  let notice: { row: Said; text: string } | null = null;
  // "✻ Baked for 3s" stands after an answer: a message above it is the model's, unless it is nothing but an error.
  const answered = own.some((line) => /^\p{Lu}\S+ for \d+(?:\.\d+)?[smh]\b/u.test(line));
  for (const line of own.toReversed()) {
    const message = /^● (.*)$/u.exec(line)?.[1];
    const plain = (message ?? line).replaceAll('’', "'");
    const text = plain.replace(/^API Error \((.*?)\)+(?= ·|$)/, 'API Error: $1');
    const mayBe =
      message === undefined ||
      ghost ||
      (answered ? wholeError.test(text) : said.some(({ asMessage }) => asMessage?.test(text)));
    const row = mayBe ? said.find(({ pattern }) => pattern.test(text)) : undefined;
    const repeats = /^Usage limit reached|^Automatic continue|^How is Claude doing this session/.test(text);
    const found = row === undefined ? null : { row, text: clean(text) };
    if (found !== null && !repeats) return found;
    notice ??= found;
    // A word of the agent's after it: the error is behind it.
    if (message !== undefined && !repeats) return notice;
  }
  return notice;
}

function limitOf(
  layout: Pick<Layout, 'own' | 'menu'>,
  text: string,
  saidMs: number,
  zone: string | undefined,
): UsageLimit {
  const all = [...layout.own.toReversed(), ...layout.menu];
  // The notices leave the zone out.
  const lines = [text, ...all].toSorted((a, b) => Number(namesZone.test(b)) - Number(namesZone.test(a)));
  const reset = lines.map((line) => resetOf(line, saidMs, zone)).find((one) => one !== null) ?? null;
  const automatic = all.find((line) => automatically.test(line));
  const opensMenu = layout.menu.length > 0;
  return {
    window: windowOf(text) ?? (opensMenu ? null : all.map(windowOf).find((one) => one !== null)) ?? 'unknown',
    resetsAtMs: reset?.atMs ?? null,
    resetsAt: reset && isoInZone(reset),
    text: clean(text.replace(/ \/[a-z-]+ to .*$/i, '')),
    continuesByItself: automatic !== undefined && !opensMenu && !given.test(automatic),
    opensMenu,
  };
}

/** The last of these that it says holds. */
const automatically = /continu\w+ automatically|Automatic continue|Press enter to continue/i;
const given = /cancelled|stopped|did not run|turned off|will not resume|Press enter to continue/i;

/** By what it says first; a command that it offers ("/usage-credits") says nothing of it. */
function windowOf(line: string): Window | null {
  const plain = line.replace(/\/[a-z-]+\b.*$/i, '');
  const parts = [plain.split(/ [·∙|] /)[0] ?? '', plain];
  const found = parts.map((part) => windows.find(([, pattern]) => pattern.test(part))?.[0]);
  return found.find((one) => one !== undefined) ?? null;
}

const namesZone = /\([A-Z][\w+-]*(?:\/[\w+ -]+)*\)|\d ?(?:UTC|GMT)\b/;

const lastRow = said.at(-1) as Said;

const problem = ({ code, mend }: Said, message: string): FleetError =>
  new FleetError({ code, message: message.replace(/\.? It says: $/, '.'), mend });

function clean(text: string): string {
  const plain = text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is being removed
    .replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return plain.length > 200 ? `${plain.slice(0, 199)}…` : plain;
}
