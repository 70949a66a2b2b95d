// What a human says of what an objective made: taken, sent back with words, or taken back. Never the model's to say.
import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { shorten } from '../../common/shorten.ts';
import type { ObjectiveView, startRequestSchema } from '../../contract/objectives.ts';
import type { Source } from '../../contract/source.ts';
import type { ObjectiveRow } from '../../journal/journal.ts';
import type { Product } from '../../registry/registry.ts';
import type { Driver } from '../context.ts';
import { acceptText } from './accept-text.ts';
import { judgedByHuman, judgedOf, refusal, type Surface, whoSays } from './judged.ts';
import { sendMessage } from './message.ts';
import { createRevert } from './revert.ts';
import { excerptCharacters, type Made, reworkText } from './rework-text.ts';
import { stretchesOf } from './work.ts';

const over = new Set(['done', 'failed', 'cancelled']);

export type Judgement = ReturnType<typeof createJudgement>;

export function createJudgement(
  loop: Driver,
  commands: {
    start(request: z.infer<typeof startRequestSchema>): ObjectiveView;
    objective(id: string): ObjectiveView;
    requireObjective(id: string): ObjectiveRow;
    requireProduct(name: string): Product;
  },
) {
  const { context } = loop;
  const { journal, runtime } = context;

  const requireJudge = (id: string, verb: string, source: Source, surface: Surface): ObjectiveRow =>
    judgedByHuman(context, commands.requireObjective(id), verb, source, surface);

  return {
    /** @throws FleetError WORK_NOT_DONE, WORK_REVERTED, and of judgedByHuman() */
    accept(id: string, source: Source, surface: Surface): ObjectiveView {
      const { product, state } = requireJudge(id, 'accept-work', source, surface);
      if (state !== 'done')
        throw refusal(
          'WORK_NOT_DONE',
          product,
          `Expected an objective that is done, got ${id}, which is ${state}.`,
          state === 'failed' || state === 'cancelled'
            ? `See what there is with \`fleet diff ${id}\`; give it another try with \`fleet requeue ${id}\`.`
            : 'Accept it when it is done.',
        );
      const before = judgedOf(journal, id);
      if (before?.verdict === 'reverted')
        throw refusal(
          'WORK_REVERTED',
          product,
          `Expected work that is there, got ${id}, which was reverted by ${before.by}.`,
          `To have it again: \`fleet rework ${id} …\`.`,
        );
      if (before?.verdict !== 'accepted')
        journal.record({
          kind: 'work.accepted',
          product,
          objective: id,
          text: `${whoSays(source)} accepts what ${id} made on ${product}.`,
          data: { source, says: 'It is taken as it is.' },
        });
      return commands.objective(id);
    },

    /**
     * Sent to its session while that lives; else a new objective takes it up. The same words again are the same objective.
     * @throws FleetError WORK_NOT_DONE, TEXT_EMPTY, TEXT_TOO_LARGE; of sendMessage(), of start(), of judgedByHuman()
     */
    async rework(id: string, said: string, source: Source, surface: Surface): Promise<ObjectiveView> {
      const objective = requireJudge(id, 'rework', source, surface);
      const product = commands.requireProduct(objective.product);
      const text = acceptText(said, product.name);
      if (objective.state === 'queued' || objective.state === 'starting')
        throw refusal(
          'WORK_NOT_DONE',
          product.name,
          `Expected an objective that was worked on, got ${id}, which is ${objective.state}.`,
          'Say it when it runs, or cancel it and start another.',
        );
      const live = journal.liveSession(product.name);
      if (live?.objective === id && live.state !== 'stopping') {
        const words = `The operator has looked at the work so far and sends it back:\n\n${text}`;
        await sendMessage(loop, product, { text: words, source }, surface);
        journal.record(sentBack('Its session was told.', null));
        return commands.objective(id);
      }
      const takenUp = journal
        .eventsOf(id, 'work.sent-back')
        .filter(({ data }) => over.has(journal.objective(data.objective ?? '')?.state ?? '')).length;
      const digest = createHash('sha256').update(text).digest('hex').slice(0, 16);
      const idempotencyKey = `rework-${id}-${takenUp}-${digest}`;
      const known = journal.objectiveByKey(idempotencyKey);
      const made = await madeBy(product, id);
      const next = commands.start({
        product: product.name,
        text: reworkText(objective, text, made),
        acceptance: objective.acceptance,
        needs: [],
        source,
        idempotencyKey,
        kind: objective.kind,
      });
      if (known === null) journal.record(sentBack(`${next.id} takes it up.`, next.id));
      return commands.objective(id);

      function sentBack(says: string, next: string | null) {
        return {
          kind: 'work.sent-back' as const,
          product: product.name,
          objective: id,
          text: `${whoSays(source)} sends back what ${id} made on ${product.name}. ${says}`,
          data: { source, says, text: shorten(text, excerptCharacters), objective: next },
        };
      }
    },
    revert: createRevert(context, commands),
  };

  /** What it made, for whoever takes it up; null: it cannot be told, which keeps nobody from it. */
  async function madeBy(product: Product, id: string): Promise<Made | null> {
    const last = stretchesOf(journal.sessionsOf(id)).at(-1);
    if (last === undefined) return null;
    const asked = { ...last, patch: false, path: null, maxBytes: 1 };
    return await runtime.diff(product, asked).then(
      (made) => ({ ...made, base: last.base }),
      () => null,
    );
  }
}
