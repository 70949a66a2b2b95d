// Keep, list and delete lessons; make, list and decide proposals.
import type { z } from 'zod';
import { FleetError } from '../../common/errors.ts';
import type {
  LessonView,
  lessonRequestSchema,
  ProposalView,
  proposalRequestSchema,
} from '../../contract/lessons.ts';
import type { Source } from '../../contract/source.ts';
import { cleanText } from '../../overstory/sanitize.ts';
import type { Product } from '../../registry/registry.ts';
import type { FleetContext } from '../context.ts';
import { humanOnly } from './human-only.ts';

/** The model reads all lessons before each plan, so there may be only so many. */
const mostLessons = 20;
const openProposals = 20;

const shown = <T extends { atMs: number }>({ atMs, ...row }: T) => ({
  ...row,
  at: new Date(atMs).toISOString(),
});

export type Lessons = ReturnType<typeof createLessons>;

export function createLessons(
  { journal, runtime, log }: Pick<FleetContext, 'journal' | 'runtime' | 'log'>,
  { requireProduct }: { requireProduct(name: string): Product },
) {
  const store = journal.lessons;
  const oneLine = (text: string) => cleanText(text).replace(/\s+/g, ' ').trim();

  const list = (product: string | null): LessonView[] =>
    store.list(product === null ? null : requireProduct(product).name).map(shown);

  function requireLesson(n: number): LessonView {
    const found = store.lesson(n);
    if (found) return shown(found);
    throw new FleetError({
      code: 'LESSON_UNKNOWN',
      message: `Expected the number of a lesson, got ${n}.`,
      mend: 'List them with `fleet lessons`.',
    });
  }

  /** In the product itself, where mulch is; a lesson is kept all the same where it is not. */
  function recordThere(product: Product, lesson: LessonView): void {
    runtime
      .maintain(product, { kind: 'record-lesson', text: lesson.text })
      .then(({ done }) => {
        if (done.length > 0 && journal.isOpen() && list(product.name).some(({ n }) => n === lesson.n))
          journal.record({
            kind: 'lesson.recorded',
            product: product.name,
            text: `Lesson ${lesson.n} is recorded in ${product.name} (${done.join(', ')}).`,
            data: { lesson: lesson.n },
          });
      })
      .catch((error) => log.info({ product: product.name, err: error }, 'a lesson was not recorded there'));
  }

  return {
    list,

    /** @throws FleetError PRODUCT_UNKNOWN, LESSON_UNKNOWN, LESSONS_FULL, TEXT_EMPTY */
    keep(name: string, request: z.infer<typeof lessonRequestSchema>): LessonView {
      const product = requireProduct(name);
      const text = oneLine(request.text);
      if (text === '')
        throw new FleetError({
          code: 'TEXT_EMPTY',
          product: product.name,
          message: 'Expected a sentence, got none.',
          mend: 'Say what to do differently next time.',
        });
      const known = list(product.name);
      const same = known.find((one) => one.text === text);
      if (same) return same;
      const { replaces, source } = request;
      if (replaces !== null && requireLesson(replaces).product !== product.name) requireLesson(-1);
      if (replaces === null && known.length >= mostLessons)
        throw new FleetError({
          code: 'LESSONS_FULL',
          product: product.name,
          message: `Expected at most ${mostLessons} lessons for ${product.name}, got one more.`,
          mend: 'Replace one that says less (its number as `replaces`), or let the human delete one: `fleet lessons`.',
        });
      const n = store.nextLesson();
      journal.record({
        kind: 'lesson.kept',
        product: product.name,
        text: `Lesson ${n} for ${product.name}: ${text}`,
        data: { lesson: n, text, replaces, source },
      });
      const kept = requireLesson(n);
      recordThere(product, kept);
      return kept;
    },

    delete(n: number, source: Source): LessonView {
      humanOnly(source, 'deletes a lesson', `/fleet forget ${n}`);
      const was = requireLesson(n);
      journal.record({
        kind: 'lesson.deleted',
        product: was.product,
        text: `Lesson ${n} for ${was.product} is deleted.`,
        data: { lesson: n, source },
      });
      return was;
    },

    /** Open ones first, then the latest that were decided. */
    proposals: (): ProposalView[] => store.proposals(50).map(shown),

    /** Changes nothing: a human reads it. @throws FleetError PRODUCT_UNKNOWN, PROPOSALS_FULL */
    propose(request: z.infer<typeof proposalRequestSchema>): ProposalView {
      const product = request.product === null ? null : requireProduct(request.product).name;
      const open = this.proposals().filter(({ state }) => state === 'open');
      const title = oneLine(request.title);
      const same = open.find((one) => one.title === title && one.product === product);
      if (same) return same;
      if (open.length >= openProposals)
        throw new FleetError({
          code: 'PROPOSALS_FULL',
          message: `Expected at most ${openProposals} proposals that wait for the human, got one more.`,
          mend: 'Let the human accept or drop some first: `fleet proposals`.',
        });
      const n = store.nextProposal();
      journal.record({
        kind: 'proposal.made',
        product: product ?? undefined,
        text: `Proposal ${n}: ${title}`,
        data: { proposal: n, title, text: cleanText(request.text).trim(), source: request.source },
      });
      const made = store.proposal(n);
      if (made === null) throw new Error(`Expected proposal ${n} just recorded, got none`);
      return shown(made);
    },

    /** @throws FleetError PROPOSAL_UNKNOWN, HUMAN_ONLY */
    decide(n: number, verdict: 'accepted' | 'dropped', source: Source): ProposalView {
      humanOnly(source, 'decides on a proposal', `/fleet ${verdict === 'accepted' ? 'accept' : 'drop'} ${n}`);
      const found = store.proposal(n);
      if (found?.state !== 'open')
        throw new FleetError({
          code: 'PROPOSAL_UNKNOWN',
          message: `Expected the number of a proposal that is open, got ${n}.`,
          mend: 'List them with `fleet proposals`.',
        });
      journal.record({
        kind: 'proposal.decided',
        product: found.product ?? undefined,
        text: `Proposal ${n} is ${verdict} by ${source.sender ?? source.via}: ${found.title}`,
        data: { proposal: n, verdict, source },
      });
      return shown({ ...found, state: verdict });
    },
  };
}
