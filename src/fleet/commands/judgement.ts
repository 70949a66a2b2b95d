// What a human says of what an objective made: taken, sent back with words, or taken back. Never the model's to say.
import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { shorten } from '../../common/shorten.ts';
import type { ObjectiveView, startRequestSchema } from '../../contract/objectives.ts';
import type { Source } from '../../contract/source.ts';
import type { NewEvent } from '../../journal/events.ts';
import type { ObjectiveRow } from '../../journal/journal.ts';
import { checksFailed } from '../../journal/pull-requests/facts.ts';
import type { PullRequestRow } from '../../journal/pull-requests/store.ts';
import type { Product } from '../../registry/registry.ts';
import type { Driver } from '../context.ts';
import { madeBy, madeLines } from '../observe/made.ts';
import { saidOnForge } from '../observe/said-on-forge.ts';
import { acceptText } from './accept-text.ts';
import { judgedByHuman, judgedOf, refusal, type Surface, whoSays } from './judged.ts';
import { sendMessage } from './message.ts';
import { createRevert } from './revert.ts';
import { checksAnswered, reviewed } from './review.ts';
import { excerptCharacters, reworkText } from './rework-text.ts';

const forChecks =
  'The checks of its pull request failed. Find out why, mend the cause, and leave the rest as it is.';
const over = new Set(['done', 'failed', 'cancelled']);

export type Judgement = ReturnType<typeof createJudgement>;

export function createJudgement(
  loop: Driver,
  commands: {
    start(request: z.infer<typeof startRequestSchema>, also: (id: string) => NewEvent[]): ObjectiveView;
    objective(id: string): ObjectiveView;
    requireObjective(id: string): ObjectiveRow;
    requireProduct(name: string): Product;
  },
) {
  const { context } = loop;
  const { journal } = context;

  const requireJudge = (id: string, verb: string, source: Source, surface: Surface): ObjectiveRow =>
    judgedByHuman(context, commands.requireObjective(id), verb, source, surface);

  return {
    /**
     * @param text  what the human adds to it
     * @throws FleetError WORK_NOT_DONE, WORK_REVERTED, and of judgedByHuman()
     */
    accept(id: string, source: Source, surface: Surface, text = ''): ObjectiveView {
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
        journal.record(
          {
            kind: 'work.accepted',
            product,
            objective: id,
            text: `${whoSays(source)} accepts what ${id} made on ${product}.`,
            data: { source, says: 'It is taken as it is.' },
          },
          ...reviewed(journal, id, { verdict: 'approved', text, source }),
        );
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
        journal.record(sentBack(objective, text, source, 'Its session was told.', null));
        return commands.objective(id);
      }
      const review = journal.gates.openOf(id, 'review');
      return takeUp(objective, text, source, review ? review.question.text : await madeOf(product, id));
    },

    /** The same of work that waits for a review, which has what was made: at once. @throws as rework() */
    reject(id: string, said: string, source: Source, surface: Surface): ObjectiveView {
      const objective = requireJudge(id, 'rework', source, surface);
      const made = journal.gates.openOf(id, 'review')?.question.text ?? null;
      return takeUp(objective, acceptText(said, objective.product), source, made);
    },
    /**
     * For its failed checks: by what products.yaml says, or a human's answer to the gate about them.
     * @param words  of the human's
     */
    sendBackForChecks(row: PullRequestRow, source: Source, words = ''): void {
      const objective = commands.requireObjective(row.objective);
      takeUp(objective, words || forChecks, source, null, [checksFailed(row, true)], words);
    },
    revert: createRevert(context, commands),
  };

  /**
   * A new objective that is handed it, in one transaction with what is said of it.
   * @param answer  to the gate about its failed checks, as the human gave it
   */
  function takeUp(
    objective: ObjectiveRow,
    text: string,
    source: Source,
    made: string | null,
    also: NewEvent[] = [],
    answer = text,
  ): ObjectiveView {
    const { id, product, acceptance, kind, direct } = objective;
    const takenUp = journal
      .eventsOf(id, 'work.sent-back')
      .filter(({ data }) => over.has(journal.objective(data.objective ?? '')?.state ?? '')).length;
    const digest = createHash('sha256').update(text).digest('hex').slice(0, 16);
    commands.start(
      {
        product,
        text: reworkText(objective, text, made, saidOnForge(journal, id)),
        acceptance,
        needs: [],
        source,
        idempotencyKey: `rework-${id}-${takenUp}-${digest}`,
        kind,
        ...(direct && { direct }),
      },
      (next) => [
        sentBack(objective, text, source, `${next} takes it up.`, next),
        ...reviewed(journal, id, { verdict: 'rejected', text, source }),
        ...checksAnswered(journal, id, { verdict: 'approved', text: answer, source }),
        ...also,
      ],
    );
    return commands.objective(id);
  }

  /** For whoever takes it up; null: it cannot be told, which keeps nobody from it. */
  function madeOf(product: Product, id: string): Promise<string | null> {
    return madeBy(context, product, id).then(
      (made) => made && madeLines(made).join('\n'),
      () => null,
    );
  }
}

function sentBack(
  { id, product }: ObjectiveRow,
  text: string,
  source: Source,
  says: string,
  next: string | null,
): NewEvent {
  return {
    kind: 'work.sent-back',
    product,
    objective: id,
    text: `${whoSays(source)} sends back what ${id} made on ${product}. ${says}`,
    data: { source, says, text: shorten(text, excerptCharacters), objective: next },
  };
}
