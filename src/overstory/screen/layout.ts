// The parts of a pane: what Claude Code itself says since the last prompt, what stands under its input, and the menu
// that stands in the input's place. What an agent wrote, what its tools printed and what was typed is left out: data.

export interface Layout {
  /** no letter on it */
  blank: boolean;
  /** something that only Claude Code draws */
  furnished: boolean;
  /** its input line is there: text may be typed */
  atPrompt: boolean;
  /** what Claude Code says since the last prompt; wrapped lines joined, the oldest first */
  own: string[];
  /** the input offers to send the last message again: it failed */
  ghost: boolean;
  /** status line and notices */
  footer: string;
  /** the last thing drawn above the input turns */
  spinner: boolean;
  /** the last prompt has got no line after it; a command (`/clear`) needs none */
  unanswered: boolean;
  /** lines of the menu, cleaned; empty: none */
  menu: string[];
  /** the first line of the last prompt */
  asked: string;
  /** what stands since then, seen as one; not the notices under the input, which come and go */
  since: string;
}

const rule = /^\s*[─━╌╭╰](?:[─━╌]{7,}|─+ .{0,40} ─+).*$/;
const option = /^\s*(?:[❯>›]\s*)?(?:\d{1,2}[.)]|[◯◉○●☐☒✔▢]|\[[ x✔]\])\s+\S/;
const chosen = /^\s*[❯›>]\s+(?:\d{1,2}[.)]|[◯◉○●☐☒✔▢]|\[[ x✔]\])\s*\S/;
const hint =
  /\b(?:enter|return|esc|tab|space|any key|ctrl\+?-?c)\b[^.]{0,30}\bto (?:confirm|select|submit|continue|cancel|exit|reject|skip|amend|go back|navigate|toggle|approve|quit|accept|edit|save)\b|\(y\/n\)|paste code here/i;
const submitted = /^[❯>] ?\S/;
const marker = /^\s{0,2}(?:[●⏺]|⎿|[·✢✳✶✻✽*∴⚠!])(?=\s|$)/u;
/** Its own retry, said as a message by older versions. */
const retries = /\bRetrying in \d+ ?s/i;
const spins =
  /^[·✢✳✶✻✽*] (?!Welcome)[^…]{1,80}…(?:$|\s|\))|^[·✢✳✶✻✽*] .*\b(?:retrying|will retry) in\b|esc to interrupt\)$/iu;
const furniture =
  /Claude Code v\d|▐▛|⏵⏵|shift\+tab|\? for shortcuts|esc to interrupt|^\s{0,2}⎿ |^[●⏺] |Welcome to Claude Code/mu;
/** Its limit menu is opened by a command that Claude Code types itself; that is no new prompt. */
const ownCommand = /^[❯>] \/rate-limit-options\b/;
const toolCall =
  /^[●⏺]\s+(?:[A-Z]\w*(?:[ -]\w+){0,3}\(|.{1,60} \(MCP\)|(?:Read|Search|Updat|Writ|Wrote|Edit|Ran|Running|List|Fetch|Explor)\w* )/u;

/** @param content of `coordinator.output`: untrusted */
export function layoutOf(content: string): Layout {
  const lines = content.split('\n').map((line) => unboxed(line.replace(/\s+$/u, '')));
  const last = lines.findLastIndex((line) => line.trim() !== '');
  const pane = lines.slice(0, last + 1);
  const input = inputOf(pane);
  const { above, below, typed } = input ?? { above: pane, below: [], typed: '' };
  const menuAt = input === null ? menuStart(above) : -1;
  const menu = menuAt < 0 ? [] : above.slice(menuAt);
  const said = menuAt < 0 ? above : above.slice(0, menuAt);
  const asked = said.findLastIndex(
    (line) => submitted.test(line) && !ownCommand.test(line) && !(input === null && chosen.test(line)),
  );
  const since = said.slice(asked + 1);
  const blocks = blocksOf(since, asked >= 0);
  const text = pane.join('\n');
  const footer = below.join('\n');
  return {
    blank: text.trim() === '',
    furnished: furniture.test(text) || input !== null || menu.length > 0,
    atPrompt: input !== null,
    own: [...blocks.filter(({ mine }) => mine).map((block) => block.text), ...noticesOf(below)],
    ghost: /resend your message|Run \/rewind to go back/i.test(typed),
    footer,
    spinner: blocks.some(({ turns }) => turns),
    unanswered:
      input !== null &&
      asked >= 0 &&
      !/^[❯>] ?\//.test(said[asked] ?? '') &&
      blocks.every(({ head }) => head === ''),
    menu: menu.map((line) => line.replace(/[│╭╮╰╯─━╌]+/gu, ' ').trim()).filter((line) => line !== ''),
    asked: said[asked] ?? '',
    since: [...since, ...menu]
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .join('\n'),
  };
}

/** Dialogs of older versions stand in a box. */
const unboxed = (line: string): string => {
  const inner = /^\s*│(.*)│$/u.exec(line)?.[1];
  return inner === undefined || inner.includes('│') ? line : inner.replace(/\s+$/u, '').replace(/^ /, '');
};

/** The input: between two rules, or, where a pane is cut, the last `❯` with nothing but a status line under it. */
function inputOf(pane: readonly string[]): { above: string[]; below: string[]; typed: string } | null {
  for (let at = pane.length - 1; at >= Math.max(0, pane.length - 40); at--) {
    const line = pane[at] ?? '';
    if (!/^\s{0,2}[❯>!](?:\s|$)/.test(line)) continue;
    const opens = rule.test(pane[at - 1] ?? '');
    const closes = pane.findIndex((one, n) => n > at && rule.test(one));
    const typed = pane.slice(at + 1, closes < 0 ? undefined : closes);
    const within = typed.every((one) => one.trim() === '' || /^ {2}/.test(one));
    if (opens && closes > 0 && within && pane.length - closes <= 14) {
      const below = pane.slice(closes + 1);
      const isMenu = chosen.test(line) && (typed.some((one) => option.test(one)) || below.some(menuHint));
      if (!isMenu) return { above: pane.slice(0, at - 1), below, typed: line };
    }
    const below = pane.slice(at + 1).filter((one) => !rule.test(one));
    const bare = /^[❯>]\s*$/.test(line);
    const status = below.every((one) => one.trim() === '' || /^\s{1,}\S/.test(one));
    const menus = below.some((one) => option.test(one) || menuHint(one) || /^\s*⎿/.test(one));
    if (bare && status && !menus && below.filter((one) => one.trim() !== '').length <= 5)
      return { above: pane.slice(0, opens ? at - 1 : at), below, typed: line };
  }
  return null;
}

const menuHint = (line: string): boolean =>
  hint.test(line) && !/bypass permissions|continu\w+ automatically|esc to interrupt/i.test(line);

/** Where the menu that ends the pane begins; -1: there is none. */
function menuStart(pane: readonly string[]): number {
  const end = pane.slice(-45);
  const from = pane.length - end.length;
  const keys = end.findLastIndex(menuHint);
  const cursor = end.findLastIndex((line) => chosen.test(line) || /^\s+❯ \S/.test(line));
  const first = Math.max(keys, cursor);
  if (first < 0 || end.slice(first + 1).filter((line) => line.trim() !== '').length > 14) return -1;
  if (cursor < 0 && keys < end.length - 8) return -1;
  const top = cursor < 0 ? keys : Math.min(cursor, keys < 0 ? cursor : keys);
  // From the rule that opens it; from the last prompt or message where there is none.
  for (let at = top - 1; at >= 0; at--) {
    const line = end[at] ?? '';
    if (rule.test(line) && !/^\s*[╌╰]/.test(line) && !isInner(end, at)) return from + at + 1;
    if (/^[●⏺]\s|^\s{0,2}⎿ /u.test(line) || (submitted.test(line) && !chosen.test(line)))
      return from + endOfBlock(end, at);
  }
  return from;
}

/** A rule with options on both sides of it is a part of the menu. */
const isInner = (lines: readonly string[], at: number): boolean =>
  lines.slice(Math.max(0, at - 3), at).some((line) => option.test(line));

function endOfBlock(lines: readonly string[], at: number): number {
  const gap = lines.findIndex((line, n) => n > at && line.trim() === '');
  return gap < 0 ? at + 1 : gap + 1;
}

interface Block {
  head: string;
  text: string;
  /** Claude Code says it */
  mine: boolean;
  turns: boolean;
}

/** @param prompted the first lines go on the prompt above them, until a blank line or a mark */
function blocksOf(lines: readonly string[], prompted: boolean): Block[] {
  const found: { head: string; lines: string[]; mark: string }[] = [];
  let prompt = prompted;
  let fresh = true;
  for (const line of lines) {
    const bare = line.trim();
    // At the right edge stand notices ("◐ medium · /effort"), not the rest of a line.
    if (bare === '' || rule.test(line) || /^\s{20,}/.test(line)) {
      prompt = false;
      fresh = true;
      continue;
    }
    const mark = marker.exec(line)?.[0]?.trim();
    const before = found.at(-1);
    if (mark !== undefined && !(prompt && mark !== '⎿' && /^\s/.test(line))) {
      found.push({ head: line, lines: [bare.slice(mark.length).trim()], mark });
      prompt = false;
    } else if (prompt) continue;
    // Unmarked and not indented: Claude Code's own, but for the rest of a line that is cut by the pane's upper edge.
    else if (/^\S/.test(line) && (fresh || before === undefined || before.mark === ''))
      found.push({ head: line, lines: [bare], mark: '' });
    // Only a message has paragraphs: what stands under a blank line after another thing is a list of tasks.
    else if (fresh && !/[●⏺]/u.test(before?.mark ?? '●'))
      found.push({ head: line, lines: [bare], mark: 'list' });
    else before?.lines.push(bare);
    fresh = false;
  }
  const blocks: Block[] = [];
  let results = 0;
  let tool = false;
  for (const { head, lines: said, mark } of found) {
    const text = said.join(' ').replace(/\s+/gu, ' ').trim();
    const agent = /^[●⏺]/u.test(mark);
    if (agent || mark === '!') {
      tool = mark === '!' || toolCall.test(head);
      results = 0;
    }
    // The first result under a tool is what the tool printed; a second one stands there for Claude Code.
    const printed = mark === '⎿' && tool && results++ === 0;
    const turns = spins.test(head.trimStart()) || (!printed && !agent && retries.test(text));
    blocks.push({
      head,
      text: agent ? `● ${text}` : text,
      mine: !printed && !(agent && tool) && mark !== 'list',
      turns,
    });
  }
  // A spinner with a message under it has stopped: what is left of it in the scrollback does not turn.
  const end = blocks.findLastIndex(({ head }) => !/^\s*⎿|^\s{2,}/.test(head));
  return blocks.map((block, n) => ({ ...block, turns: block.turns && n >= end }));
}

const reached = /^\s*[\w -]{0,20}limit reached [·∙] resets/i;

/** A notice under the input is Claude Code's, too. */
const noticesOf = (below: readonly string[]): string[] =>
  below
    .filter(
      (line) =>
        /^\s*⚠|continu\w+ automatically|Automatic continue|Press enter to continue/i.test(line) ||
        reached.test(line),
    )
    .map((line) => line.replace(/^\s*⚠\s*/u, '').trim());
