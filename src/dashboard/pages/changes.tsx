// What an objective changed: its commits by agent, its files, and their lines side by side. What is folded says why.
import { raw } from 'hono/html';
import { count } from '../../common/units.ts';
import type { DiffFile } from '../../contract/runtime/diff.ts';
import type { DiffView } from '../../contract/work.ts';
import { line } from '../../text/sanitise.ts';
import { type Hunk, hunksOf, type Line, type Side } from './hunks.ts';
import { Ago } from './parts.tsx';

const shownCommits = 100;
const shownFiles = 500;
/** Lines that stand open; files after these are folded until somebody opens them. */
const openLines = 4_000;

/** @param only  the path that alone is shown; null: all */
export function Changes(props: { view: DiffView; now: string; only: string | null; href: string }) {
  const { view, only, href } = props;
  const files = view.stretches.flatMap((stretch) => stretch.files);
  const { total } = view;
  if (total.files === 0) return <p class="empty">Nothing was changed{view.live ? ' yet' : ''}.</p>;
  const work = files.filter(({ fold }) => fold !== 'overstory');
  const own = files.length - work.length;
  let left = openLines;
  return (
    <>
      <p class="quiet">
        {only === null ? '' : `Of ${line(only)}: `}
        {count(total.files, 'file')}, <span class="plus">+{total.added}</span>{' '}
        <span class="minus">−{total.deleted}</span>
        {view.live && ', so far'}
        {only !== null && (
          <>
            . <a href={href}>Show all</a>
          </>
        )}
      </p>
      {work.slice(0, shownFiles).map((file, at) => {
        if (file.patch !== null) left -= (file.added ?? 0) + (file.deleted ?? 0);
        return <File file={file} id={`file-${at}`} open={left >= 0} href={href} />;
      })}
      {total.files - own > shownFiles && (
        <p class="quiet">… and {count(total.files - own - shownFiles, 'file')} more.</p>
      )}
      {own > 0 && <p class="quiet small">And {count(own, 'file')} of overstory’s own.</p>}
    </>
  );
}

const folds: Record<NonNullable<DiffFile['fold']>, string> = {
  binary: 'Not text.',
  large: 'Large, so it is folded.',
  secret: 'It may hold secrets: its lines are shown nowhere.',
  overstory: 'overstory’s own.',
  rest: 'The lines before it have taken all the room.',
};
const became = { added: 'new', deleted: 'deleted', renamed: 'renamed', type: 'of another type', changed: '' };

function File(props: { file: DiffFile; id: string; open: boolean; href: string }) {
  const { file, id, open, href } = props;
  const { path, from, status, added, deleted, fold, patch } = file;
  const hunks = patch === null ? [] : hunksOf(patch);
  const said = fold === null ? (hunks.length === 0 ? 'No line differs.' : null) : folds[fold];
  return (
    <details
      class={`file ${status}`}
      id={id}
      open={open}
      data-lang={/\.([\w+-]{1,20})$/.exec(path)?.[1]?.toLowerCase()}
    >
      <summary>
        <span class="path">
          {from !== null && <span class="quiet">{line(from)} → </span>}
          {line(path)}
        </span>
        {became[status] && <span class="state dim">{became[status]}</span>}
        {added !== null && (
          <span class="figure">
            <span class="plus">+{added}</span> <span class="minus">−{deleted}</span>
          </span>
        )}
      </summary>
      {said && (
        <p class="quiet small note">
          {said}{' '}
          {(fold === 'large' || fold === 'rest') && (
            <a href={`${href}?path=${encodeURIComponent(path)}`} aria-label={`Show it: ${line(path)}`}>
              Show it
            </a>
          )}
        </p>
      )}
      {hunks.map((hunk) => (
        <Lines hunk={hunk} label={line(path)} />
      ))}
    </details>
  );
}

function Lines({ hunk, label }: { hunk: Hunk; label: string }) {
  return (
    <div class="hunk">
      {hunk.head !== null && <p class="head">{hunk.head === '' ? '⋯' : `⋯ ${hunk.head}`}</p>}
      <table aria-label={`Changes of ${label}`}>
        <colgroup>
          <col class="n" />
          <col />
          <col class="n" />
          <col />
        </colgroup>
        <tbody>{raw(hunk.lines.map(row).join(''))}</tbody>
      </table>
    </div>
  );
}

/** Thousands of them: as text, not as elements each. */
const row = ({ old, new: now, same }: Line): string =>
  `<tr${same ? ' class="same"' : ''}>${cells(old, 'old')}${cells(now, 'new')}</tr>`;

const cells = (side: Side | null, which: 'old' | 'new'): string =>
  side === null
    ? `<td class="none ${which}" colspan="2"></td>`
    : `<td class="n ${which}">${side.n}</td><td class="code ${which}">${escaped(side.text)}</td>`;

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string): string => text.replace(/[&<>"']/g, (char) => entities[char] ?? '');

export function Commits({ view, now }: { view: DiffView; now: string }) {
  const commits = view.stretches.flatMap((stretch) => stretch.commits);
  if (commits.length === 0) return <p class="quiet">None yet.</p>;
  return (
    <>
      <ol class="events commits">
        {commits.slice(0, shownCommits).map(({ id, agent, author, subject, atMs }) => (
          <li>
            <span class="when">
              <Ago at={new Date(atMs).toISOString()} now={now} brief />
            </span>
            <span>
              <strong>{line(agent ?? author)}</strong> {line(subject)}{' '}
              <code class="id">{id.slice(0, 10)}</code>
            </span>
          </li>
        ))}
      </ol>
      {commits.length > shownCommits && (
        <p class="quiet small">… and {commits.length - shownCommits} before these.</p>
      )}
      {view.unmerged.length > 0 && (
        <p class="quiet small">
          Never merged, so not in it: {view.unmerged.map((name) => line(name)).join(', ')}.
        </p>
      )}
    </>
  );
}
