// What an objective changed: its size, its commits by agent, its files, and their lines where these were asked for.

import { count } from '../common/units.ts';
import type { DiffFile } from '../contract/runtime/diff.ts';
import type { DiffView } from '../contract/work.ts';
import { cut, pad, paragraphs, type Surface, sentence, type Tone, widthOf } from './layout.ts';
import { capped } from './objective.ts';
import { block, fence, line } from './sanitise.ts';

/** A chat shows the shape of the work; the rest is a command, or a click, away. */
const chatFiles = 12;
const chatPatchChars = 2_500;
const terminalFiles = 400;
const terminalCommits = 30;
const mostAgents = 8;

const folds: Record<NonNullable<DiffFile['fold']>, string> = {
  binary: 'binary',
  large: 'large: folded',
  secret: 'may hold secrets: not shown',
  overstory: "overstory's own: folded",
  rest: 'no room left: folded',
};
const verbs = { added: 'new', deleted: 'deleted', renamed: 'renamed', type: 'of another type', changed: '' };

/** @param lines  whether the changed lines were asked for */
export function diffText(surface: Surface, view: DiffView, lines: boolean): string {
  const { total, unmerged, live, objective, product } = view;
  if (total.files === 0 && total.commits === 0)
    return paragraphs(
      sentence(
        surface,
        `${surface.line(objective, 40)} on ${product} has changed nothing${live ? ' yet' : ''}.`,
      ),
      left(surface, unmerged),
    );
  const files = view.stretches.flatMap((stretch) => stretch.files);
  return paragraphs(
    sentence(
      surface,
      `${surface.paint('name', surface.line(objective, 40))} on ${product}: ${size(total)}${byAgent(surface, view)}.${live ? ' It is at work: this is so far.' : ''}`,
    ),
    surface.kind === 'chat' ? '' : commits(surface, view),
    stat(surface, files, total.files),
    lines ? patches(surface, files) : '',
    left(surface, unmerged),
    lines || total.files === 0
      ? ''
      : sentence(
          surface,
          `The lines: ${surface.command(`diff ${objective} --patch`)}, of one file or folder ${surface.command(`diff ${objective} <path>`)}.`,
        ),
  );
}

/** @param url  of ours */
export const openedText = (surface: Surface, url: string, opened: boolean): string =>
  opened
    ? sentence(surface, `Opened ${url}`)
    : paragraphs(sentence(surface, 'No browser was found here. Its page:'), url);

/** `12 files, +340 −22, 5 commits` */
function size({ files, added, deleted, commits }: DiffView['total']): string {
  return `${count(files, 'file')}, +${added} −${deleted}, ${count(commits, 'commit')}`;
}

/** ` (builder-1 3, builder-2 1, others 1)` */
function byAgent(surface: Surface, { stretches }: DiffView): string {
  const counts = new Map<string, number>();
  for (const { agent, author } of stretches.flatMap(({ commits }) => commits))
    counts.set(agent ?? author, (counts.get(agent ?? author) ?? 0) + 1);
  const all = [...counts].sort(([, a], [, b]) => b - a);
  if (all.length === 0) return '';
  const shown = all.slice(0, mostAgents).map(([name, n]) => `${surface.line(name, 40)} ${n}`);
  const rest = all.slice(mostAgents).reduce((sum, [, n]) => sum + n, 0);
  return ` (${[...shown, ...(rest > 0 ? [`others ${rest}`] : [])].join(', ')})`;
}

function commits(surface: Surface, { stretches }: DiffView): string[] {
  const all = stretches.flatMap((stretch) => stretch.commits);
  const who = (one: (typeof all)[number]) => line(one.agent ?? one.author);
  const width = Math.min(24, Math.max(0, ...all.map((one) => widthOf(who(one)))));
  return all
    .slice(0, terminalCommits)
    .map((one) => {
      const head = `${surface.paint('dim', one.id.slice(0, 10))}  ${pad(cut(who(one), width), width)}  `;
      return head + surface.line(one.subject, Math.max(20, surface.columns - width - 14));
    })
    .concat(all.length > terminalCommits ? [`… ${all.length - terminalCommits} more commits`] : []);
}

function stat(surface: Surface, files: DiffFile[], total: number): string | string[] {
  const most = surface.kind === 'chat' ? chatFiles : terminalFiles;
  const own = files.filter(({ fold }) => fold === 'overstory').length;
  const work = files.filter(({ fold }) => fold !== 'overstory');
  const shown = work.slice(0, most);
  const numbers = shown.map(({ added, deleted }) => (added === null ? '' : `+${added} −${deleted}`));
  const width = Math.max(0, ...numbers.map(widthOf));
  const rows = shown.map((file, at) => `${pad(numbers[at] ?? '', width)}  ${pathOf(file)}${noteOf(file)}`);
  const more = total - own - shown.length;
  if (more > 0) rows.push(`… ${more} more`);
  if (own > 0) rows.push(`and ${count(own, 'file')} of overstory's own`);
  if (rows.length === 0) return '';
  return surface.kind === 'chat' ? fence(rows.join('\n')) : rows;
}

const pathOf = ({ path, from }: DiffFile): string =>
  from === null ? cut(line(path), 200) : `${cut(line(from), 200)} → ${cut(line(path), 200)}`;

function noteOf({ status, fold }: DiffFile): string {
  const said = [verbs[status], fold === null ? '' : folds[fold]].filter(Boolean);
  return said.length === 0 ? '' : `  (${said.join(', ')})`;
}

function patches(surface: Surface, files: DiffFile[]): string {
  const shown = files.filter(({ patch }) => patch !== null && patch !== '');
  if (surface.kind === 'chat') {
    const all = shown.map((file) => `── ${pathOf(file)}\n${file.patch}`).join('\n');
    return all === '' ? '' : fence(capped(all, chatPatchChars));
  }
  return shown
    .map((file) => `${surface.paint('name', `── ${pathOf(file)}`)}\n${painted(surface, file.patch ?? '')}`)
    .join('\n\n');
}

function painted(surface: Surface, patch: string): string {
  const tone = (first: string): Tone | null =>
    first === '+' ? 'good' : first === '-' ? 'bad' : first === '@' ? 'busy' : null;
  return block(patch)
    .split('\n')
    .map((each) => {
      const as = tone(each.charAt(0));
      return as === null ? each : surface.paint(as, each);
    })
    .join('\n');
}

function left(surface: Surface, branches: string[]): string {
  if (branches.length === 0) return '';
  const names = branches.slice(0, 5).map((name) => surface.line(name, 80));
  const more = branches.length > 5 ? `, and ${branches.length - 5} more` : '';
  return sentence(surface, `Not in it, because never merged: ${names.join(', ')}${more}.`, 'warn');
}
