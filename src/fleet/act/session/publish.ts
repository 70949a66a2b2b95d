// What a done session made comes to the human: as the branch `fleet/<objective>` in their repository, where its product
// works in a clone of the fleet's own. Intent first; done twice it is done once, because the branch is there then. One
// that cannot be published is told with the end of its objective, and keeps nobody waiting: the work is in the clone.
import { FleetError } from '../../../common/errors.ts';
import { count } from '../../../common/units.ts';
import { fleetBranch } from '../../../contract/runtime/bundle.ts';
import { intended, settled } from '../../../journal/action-facts.ts';
import type { ActionState } from '../../../journal/events.ts';
import type { SessionRow } from '../../../journal/journal.ts';
import type { Product } from '../../../registry/registry.ts';
import type { FleetContext } from '../../context.ts';

/** A publisher out of reach is tried again this long. */
const patienceMs = 60_000;

/**
 * @returns a sentence for the human; null: there is no repository of theirs, or nothing was made for it
 * @throws FleetError of class unavailable: to be tried again
 */
export async function publishWork(
  context: FleetContext,
  product: Product,
  session: SessionRow,
): Promise<string | null> {
  const { journal, publisher, runtime, clock } = context;
  const { source } = product;
  if (!publisher || source === null || product.checkout === 'in-place') return null;
  const branch = fleetBranch(session.objective, context.journal.placement(product.name)?.epoch);
  const action = `publish-${session.id}`;
  const known = journal.action(action);
  if (known !== null && known.state !== 'intended') return (known.result?.says as string | undefined) ?? null;
  if (known === null)
    journal.record(
      intended(session, `Publishing ${branch} in the repository of ${product.name}.`, {
        action,
        kind: 'branch.publish',
        session: session.id,
        args: { branch, source },
      }),
    );
  const settle = (
    state: Extract<ActionState, 'done' | 'failed'>,
    says: string | null,
    more: Record<string, unknown>,
    error: FleetError | null,
  ): string | null => {
    const nothing = `${session.objective} made nothing that the repository of ${product.name} does not have.`;
    journal.record(settled(session, says ?? nothing, action, state, { result: { says, ...more }, error }));
    return says;
  };
  try {
    const made = await publisher.publish(runtime, { ...product, source }, branch);
    if (made === null) return settle('done', null, {}, null);
    const commits = made.commits === null ? '' : ` (${count(made.commits, 'commit')})`;
    const left =
      made.contentsLeft === 0
        ? ''
        : ` The contents of ${count(made.contentsLeft, 'file')} of git-lfs did not come with it: copy what is in ${product.root}/.git/lfs/objects of the runtime into .git/lfs/objects of yours before you check it out.`;
    const says = `Its work is the branch ${branch}${commits} of your repository.${left}`;
    return settle('done', says, { ...made }, null);
  } catch (thrown) {
    const error = FleetError.wrap(thrown, product.name);
    const sinceMs = known === null ? 0 : Math.abs(clock.nowMs() - known.intendedAtMs);
    const linked = runtime.link(product.name).state === 'connected';
    if (error.class === 'unavailable' && (!linked || sinceMs < patienceMs)) throw error;
    return settle(
      'failed',
      `Its work could not be published as ${branch}: ${error.message} ${error.mend}`,
      {},
      error,
    );
  }
}
