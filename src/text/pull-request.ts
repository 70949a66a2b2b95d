// What CI and reviewers say of a pull request.
import { count } from '../common/units.ts';
import type { Check, PullRequestView, Remark } from '../contract/pull-requests.ts';
import type { Surface } from './layout.ts';
import { cut } from './layout.ts';
import { block, fence, line } from './sanitise.ts';

const named = 4;
const shownRemarks = 5;
const remarkCharacters = 400;

/** `2 checks failed (lint, test), 1 waits, 5 passed`; null: CI has said nothing */
export function checksNote(surface: Pick<Surface, 'line'>, checks: readonly Check[]): string | null {
  const of = (wanted: Check['state']) => checks.filter(({ state }) => state === wanted);
  const [failed, waiting, passed] = [of('failed'), of('waiting').length, of('passed').length];
  const names = failed.slice(0, named).map(({ name }) => surface.line(name, 60));
  const more = failed.length > named ? [`${failed.length - named} more`] : [];
  const parts = [
    ...(failed.length > 0
      ? [`${count(failed.length, 'check')} failed (${[...names, ...more].join(', ')})`]
      : []),
    ...(waiting > 0 ? [`${waiting} ${waiting === 1 ? 'waits' : 'wait'}`] : []),
    ...(passed > 0 ? [`${passed} passed`] : []),
  ];
  return parts.length > 0 ? parts.join(', ') : null;
}

/** `pull request 12 is open: 1 check failed (lint); not looked at: …` */
export function requestNote(
  surface: Pick<Surface, 'line'>,
  { number, state, checks, unseen }: Omit<PullRequestView, 'remarks'>,
): string {
  const said = [
    checksNote(surface, checks),
    unseen === null ? null : `not looked at: ${surface.line(unseen, 300)}`,
  ];
  const more = said.filter((one) => one !== null).join('; ');
  return `pull request ${number} ${state === 'open' ? 'is open' : `was ${state}`}${more === '' ? '' : `: ${more}`}`;
}

export const hasFailed = ({ checks }: Pick<PullRequestView, 'checks'>): boolean =>
  checks.some(({ state }) => state === 'failed');

/** `ann on a.ts:3` */
export const whereOf = ({ by, path, line: at }: Remark): string =>
  `${line(by)}${path === null ? '' : ` on ${line(path)}${at === null ? '' : `:${at}`}`}`;

/** The latest that reviewers wrote; '' where they wrote nothing. */
export function remarksText(surface: Surface, remarks: readonly Remark[]): string {
  const shown = remarks
    .slice(-shownRemarks)
    .map((remark) => `${whereOf(remark)}: ${cut(remark.text.trim(), remarkCharacters)}`)
    .join('\n');
  if (shown === '') return '';
  return surface.kind === 'chat' ? fence(shown) : block(shown).replace(/^/gm, '  | ');
}
