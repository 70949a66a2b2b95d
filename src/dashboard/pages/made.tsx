// What an objective made, in a line: how much, in how many commits, and where it went.
import { count } from '../../common/units.ts';
import type { ObjectiveView } from '../../contract/objectives.ts';
import type { DiffView } from '../../contract/work.ts';
import { line } from '../../text/sanitise.ts';
import { objectiveHref } from './hrefs.ts';
import { Linked } from './linked.tsx';

export function Made({ view, objective }: { view: DiffView; objective: ObjectiveView }) {
  const { total } = view;
  const commits = view.stretches.reduce((all, stretch) => all + stretch.commits.length, 0);
  return (
    <p>
      {total.files === 0 ? (
        'Nothing was changed.'
      ) : (
        <>
          <a class="ref" href="#changes">
            {count(total.files, 'file')}
          </a>
          , <span class="plus">+{total.added}</span> <span class="minus">−{total.deleted}</span> in{' '}
          {count(commits, 'commit')}.
        </>
      )}
      {objective.delivery && (
        <>
          {' '}
          <Linked text={line(objective.delivery.says)} />
        </>
      )}
    </p>
  );
}

/** Where each changed file is shown, by its path. */
export const filesOf = ({ objective, stretches }: DiffView): Map<string, string> =>
  new Map(
    stretches
      .flatMap(({ files }) => files)
      .map(({ path }) => [path, `${objectiveHref(objective)}?path=${encodeURIComponent(path)}#changes`]),
  );
