// What an objective made is taken back by one commit on top: intended in the journal, made in the runtime, published.
import { FleetError } from '../../common/errors.ts';
import { shorten } from '../../common/shorten.ts';
import type { ObjectiveView } from '../../contract/objectives.ts';
import type { Source } from '../../contract/source.ts';
import { intended, settled } from '../../journal/action-facts.ts';
import type { ActionState } from '../../journal/events.ts';
import type { ObjectiveRow } from '../../journal/journal.ts';
import { stretchesOf } from '../../journal/stretches.ts';
import type { Product } from '../../registry/registry.ts';
import type { FleetContext } from '../context.ts';
import { judgedByHuman, judgedOf, refusal, type Surface, whoSays } from './judged.ts';
import { reviewed } from './review.ts';

export function createRevert(
  context: FleetContext,
  commands: {
    objective(id: string): ObjectiveView;
    requireObjective(id: string): ObjectiveRow;
    requireProduct(name: string): Product;
  },
) {
  const { journal, runtime } = context;
  return revert;

  /**
   * One commit on top, in the product's checkout, and as a branch in the human's repository. Once.
   * @throws FleetError WORK_UNDER_WAY, WORK_IN_PLACE, DIFF_NOT_BEGUN; of the runtime and the publisher; of judgedByHuman()
   */
  async function revert(id: string, source: Source, surface: Surface): Promise<ObjectiveView> {
    const objective = judgedByHuman(context, commands.requireObjective(id), 'revert', source, surface);
    const product = commands.requireProduct(objective.product);
    if (judgedOf(journal, id)?.verdict === 'reverted') return commands.objective(id);
    if (product.checkout === 'in-place')
      throw refusal(
        'WORK_IN_PLACE',
        product.name,
        `Expected a checkout of the fleet's own, got ${product.root}, in which you work yourself.`,
        `Revert it there: \`fleet diff ${id}\` has its commits.`,
      );
    const live = journal.liveSession(product.name);
    if (live !== null)
      throw refusal(
        'WORK_UNDER_WAY',
        product.name,
        `Expected nothing at work on ${product.name}, got ${live.objective}.`,
        `Wait until it is done, or stop it: \`fleet stop ${product.name}\`.`,
      );
    const stretches = stretchesOf(journal.sessionsOf(id)).flatMap(({ base, head }) =>
      head === null || head === base ? [] : [{ base, head }],
    );
    if (stretches.length === 0)
      throw refusal(
        'DIFF_NOT_BEGUN',
        product.name,
        `Expected commits of ${id}, got none.`,
        'Nothing needs to be done.',
      );
    const action = intendedRevert(objective);
    try {
      const { commit } = await runtime.maintain(product, {
        kind: 'revert',
        order: {
          objective: id,
          title: shorten(objective.text.replace(/\s+/g, ' '), 150),
          stretches,
          later: laterThan(objective),
        },
      });
      const says = await publishRevert(product, id, commit ?? '');
      settle(action, objective, 'done', says, null);
      journal.record(
        {
          kind: 'work.reverted',
          product: product.name,
          objective: id,
          text: `${whoSays(source)} takes back what ${id} made on ${product.name}. ${says}`,
          data: { source, says, commit: commit ?? '' },
        },
        ...reviewed(journal, id, { verdict: 'rejected', text: `It was reverted. ${says}`, source }),
      );
    } catch (thrown) {
      const error = FleetError.wrap(thrown, product.name);
      // What may have happened is looked for when it is asked for again.
      if (error.class !== 'unavailable') settle(action, objective, 'failed', error.message, error);
      throw error;
    }
    return commands.objective(id);
  }

  /** Its row before its effect; one that a crash left open is taken up. */
  function intendedRevert({ id, product }: ObjectiveRow): string {
    const open = journal
      .openActions()
      .find(({ kind, objective }) => kind === 'work.revert' && objective === id);
    if (open) return open.id;
    const action = `revert-${id}-${journal.lastSeq()}`;
    const about = { product, objective: id };
    const text = `Taking back what ${id} made on ${product}.`;
    journal.record(intended(about, text, { action, kind: 'work.revert', session: null, args: {} }));
    return action;
  }

  function settle(
    action: string,
    { id, product }: ObjectiveRow,
    state: Extract<ActionState, 'done' | 'failed'>,
    text: string,
    error: FleetError | null,
  ): void {
    journal.record(settled({ product, objective: id }, text, action, state, { error }));
  }

  /** What other objectives made on the product after this one began. */
  function laterThan({ id, product }: ObjectiveRow) {
    const first = journal.sessionsOf(id)[0]?.id ?? 0;
    return journal
      .sessionsSince(0, product, 1_000)
      .filter((session) => session.id > first && session.objective !== id)
      .flatMap(({ objective, baseCommit, headCommit }) =>
        baseCommit === null || headCommit === null ? [] : [{ objective, base: baseCommit, head: headCommit }],
      );
  }

  async function publishRevert(product: Product, id: string, commit: string): Promise<string> {
    const { publisher } = context;
    const { source } = product;
    const there = `The commit ${commit.slice(0, 12)} in the fleet's checkout takes it back`;
    if (!publisher || source === null) return `${there}.`;
    const branch = `fleet/${id}-revert`;
    const published = await publisher.publish(runtime, { ...product, source }, branch).catch((thrown) => {
      const error = FleetError.wrap(thrown, product.name);
      if (error.class === 'unavailable') throw error;
      return error;
    });
    if (published instanceof FleetError)
      return `${there}; it could not be published as ${branch}: ${published.message} ${published.mend}`;
    return published === null
      ? `${there}; your repository never had it.`
      : `${there}; in your repository it is the branch ${branch}.`;
  }
}
