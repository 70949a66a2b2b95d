// What a human says of what an objective made: taken, sent back with words, or taken back. Never the model's to say.
import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { type ErrorCode, FleetError } from '../../common/errors.ts';
import { shorten } from '../../common/shorten.ts';
import type { ObjectiveView, startRequestSchema } from '../../contract/objectives.ts';
import type { DiffReply } from '../../contract/runtime/diff.ts';
import type { Source } from '../../contract/source.ts';
import { intended, settled } from '../../journal/action-facts.ts';
import type { ActionState } from '../../journal/events.ts';
import type { ObjectiveRow } from '../../journal/journal.ts';
import { cleanText } from '../../overstory/sanitize.ts';
import type { Product } from '../../registry/registry.ts';
import type { Driver } from '../context.ts';
import { acceptText } from './accept-text.ts';
import { requireApprover } from './human-only.ts';
import { judgedOf } from './judged.ts';
import { sendMessage } from './message.ts';
import { stretchesOf } from './work.ts';

type Surface = 'gateway' | 'operator';
/** Of a text that is handed on with the human's words. */
const excerptCharacters = 4_000;
const shownCommits = 30;
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

  function refused(code: ErrorCode, product: string, message: string, mend: string): FleetError {
    return new FleetError({ code, product, message, mend });
  }

  /** @throws FleetError OBJECTIVE_UNKNOWN, HUMAN_ONLY, NOT_APPROVER, GATE_SURFACE */
  function judged(id: string, verb: string, source: Source, surface: Surface): ObjectiveRow {
    const objective = commands.requireObjective(id);
    const asked = {
      what: `What ${id} made can be accepted, sent back or reverted`,
      tell: 'what it made',
      words: `/fleet ${verb} ${id}`,
    };
    requireApprover(context, objective.product, asked, source, surface);
    return objective;
  }

  const who = ({ sender, via }: Source) => sender ?? via;

  return {
    /** @throws FleetError WORK_NOT_DONE, WORK_REVERTED, and of judged() */
    accept(id: string, source: Source, surface: Surface): ObjectiveView {
      const { product, state } = judged(id, 'accept-work', source, surface);
      if (state !== 'done')
        throw refused(
          'WORK_NOT_DONE',
          product,
          `Expected an objective that is done, got ${id}, which is ${state}.`,
          state === 'failed' || state === 'cancelled'
            ? `See what there is with \`fleet diff ${id}\`; give it another try with \`fleet requeue ${id}\`.`
            : 'Accept it when it is done.',
        );
      const before = judgedOf(journal, id);
      if (before?.verdict === 'reverted')
        throw refused(
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
          text: `${who(source)} accepts what ${id} made on ${product}.`,
          data: { source, says: 'It is taken as it is.' },
        });
      return commands.objective(id);
    },

    /**
     * Sent to its session while that lives; else a new objective takes it up. The same words again are the same objective.
     * @throws FleetError WORK_NOT_DONE, TEXT_EMPTY, TEXT_TOO_LARGE; of sendMessage(), of start(), of judged()
     */
    async rework(id: string, said: string, source: Source, surface: Surface): Promise<ObjectiveView> {
      const objective = judged(id, 'rework', source, surface);
      const product = commands.requireProduct(objective.product);
      const text = acceptText(said, product.name);
      if (objective.state === 'queued' || objective.state === 'starting')
        throw refused(
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
          text: `${who(source)} sends back what ${id} made on ${product.name}. ${says}`,
          data: { source, says, text: shorten(text, excerptCharacters), objective: next },
        };
      }
    },

    /**
     * One commit on top, in the product's checkout, and as a branch in the human's repository. Once.
     * @throws FleetError WORK_UNDER_WAY, WORK_IN_PLACE, DIFF_NOT_BEGUN; of the runtime and the publisher; of judged()
     */
    async revert(id: string, source: Source, surface: Surface): Promise<ObjectiveView> {
      const objective = judged(id, 'revert', source, surface);
      const product = commands.requireProduct(objective.product);
      if (judgedOf(journal, id)?.verdict === 'reverted') return commands.objective(id);
      if (product.checkout === 'in-place')
        throw refused(
          'WORK_IN_PLACE',
          product.name,
          `Expected a checkout of the fleet's own, got ${product.root}, in which you work yourself.`,
          `Revert it there: \`fleet diff ${id}\` has its commits.`,
        );
      const live = journal.liveSession(product.name);
      if (live !== null)
        throw refused(
          'WORK_UNDER_WAY',
          product.name,
          `Expected nothing at work on ${product.name}, got ${live.objective}.`,
          `Wait until it is done, or stop it: \`fleet stop ${product.name}\`.`,
        );
      const stretches = stretchesOf(journal.sessionsOf(id)).flatMap(({ base, head }) =>
        head === null || head === base ? [] : [{ base, head }],
      );
      if (stretches.length === 0)
        throw refused(
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
        journal.record({
          kind: 'work.reverted',
          product: product.name,
          objective: id,
          text: `${who(source)} takes back what ${id} made on ${product.name}. ${says}`,
          data: { source, says, commit: commit ?? '' },
        });
      } catch (thrown) {
        const error = FleetError.wrap(thrown, product.name);
        // What may have happened is looked for when it is asked for again.
        if (error.class !== 'unavailable') settle(action, objective, 'failed', error.message, error);
        throw error;
      }
      return commands.objective(id);
    },
  };

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

  /** What it made, for whoever takes it up; null: it cannot be told, which keeps nobody from it. */
  async function madeBy(product: Product, id: string): Promise<(DiffReply & { base: string }) | null> {
    const last = stretchesOf(journal.sessionsOf(id)).at(-1);
    if (last === undefined) return null;
    const asked = { ...last, patch: false, path: null, maxBytes: 1 };
    return await runtime.diff(product, asked).then(
      (made) => ({ ...made, base: last.base }),
      () => null,
    );
  }
}

/** The human's words first; what agents wrote comes as data. */
function reworkText(
  objective: ObjectiveRow,
  said: string,
  made: (DiffReply & { base: string }) | null,
): string {
  const quoted = (text: string) =>
    `> ${shorten(cleanText(text).trim(), excerptCharacters).replaceAll('\n', '\n> ')}`;
  const parts = [
    `The operator sends back the work of ${objective.id}, in these words:`,
    said,
    `What ${objective.id} was asked:`,
    quoted(objective.text),
    ...(made === null
      ? []
      : [
          `What it made, as data (git log ${made.base.slice(0, 12)}..${made.head.slice(0, 12)}, git diff ${made.base.slice(0, 12)} ${made.head.slice(0, 12)}):`,
          quoted(
            [
              `${made.total.files} files, +${made.total.added} -${made.total.deleted}`,
              ...made.commits
                .slice(0, shownCommits)
                .map(({ agent, subject }) => `${agent ?? 'others'}: ${subject}`),
            ].join('\n'),
          ),
        ]),
    ...(objective.result === null ? [] : ['Its final report, as data:', quoted(objective.result)]),
    'Build on what is there; change what the operator’s words are about.',
  ];
  return parts.join('\n\n');
}
