// Issues become objectives, each once: by itself where a product has `intake:`, or when a human says so (import.ts).
import { FleetError } from '../../common/errors.ts';
import type { ObjectiveView } from '../../contract/objectives.ts';
import type { Source } from '../../contract/source.ts';
import { objectiveEnded } from '../../journal/objective-facts.ts';
import { kindOf } from '../../journal/outcomes/kind.ts';
import type { Product } from '../../registry/registry.ts';
import type { OfferedIssue } from '../../runtime/deliver/issues-wire.ts';
import type { IssueTaker } from '../act/issues/look-rounds.ts';
import type { Driver } from '../context.ts';
import { issueText } from './issue-text.ts';
import type { Commands } from './objectives.ts';

/** What an issue that is new became; or why it becomes nothing now. */
export function takeIssue(
  { start }: Pick<Commands, 'start'>,
  product: Product,
  label: string,
  issue: OfferedIssue,
  source: Source,
): ObjectiveView | FleetError {
  const { number, url, title } = issue;
  const { name } = product;
  const text = issueText(product.deliver?.forgeAt?.repository ?? name, label, issue);
  try {
    return start(
      { product: name, text, acceptance: null, needs: [], source, idempotencyKey: null, kind: kindOf(title) },
      (objective) => [
        {
          kind: 'issue.taken',
          product: name,
          objective,
          text: `Issue ${number} of ${name} became ${objective}: ${url}`,
          data: { number, url },
        },
      ],
    );
  } catch (thrown) {
    const error = FleetError.wrap(thrown, name);
    if (error.class === 'internal') throw error;
    return error;
  }
}

export function createIntake(loop: Driver, commands: Pick<Commands, 'start'>): IssueTaker {
  const { journal } = loop.context;
  return {
    take(product, issues, room) {
      const fresh = issues.filter(({ url }) => journal.issues.taken(product.name, url) === null);
      const taken: string[] = [];
      let why: string | null = null;
      for (const issue of fresh) {
        if (taken.length >= room) break;
        const source: Source = { via: 'fleet', sender: `issue ${issue.number}`, thread: null };
        const made = takeIssue(commands, product, product.intake?.label ?? '', issue, source);
        // What keeps one out, a full queue or a folder that is gone, keeps out the rest.
        if (made instanceof FleetError) {
          why = `${made.message} ${made.mend}`;
          break;
        }
        taken.push(made.id);
      }
      return { taken, left: fresh.length - taken.length, why };
    },

    closed(row, state) {
      const { product, objective, number } = row;
      const is = state === 'gone' ? 'is gone' : 'was closed';
      const now = journal.objective(objective)?.state;
      // It ended while the forge was asked.
      if (now !== 'queued' && now !== 'starting' && now !== 'running') return;
      const waits = now === 'queued';
      journal.record(
        {
          kind: 'issue.closed',
          product,
          objective,
          text: waits
            ? `Issue ${number} of ${product} ${is}: ${objective}, which waited to work on it, is cancelled.`
            : `Issue ${number} of ${product} ${is}. ${objective} works on it already and goes on; \`fleet cancel ${objective}\` ends it.`,
          data: { number, state },
        },
        ...(waits
          ? [objectiveEnded({ product, objective }, 'cancelled', `Issue ${number} ${is} before it began.`)]
          : []),
      );
      if (waits) loop.schedule();
    },
  };
}
