// When the objective of an issue is over, what came of it is written on the issue: one comment, intended in the journal before
// anything is sent, changed where there is more to say later. After a crash it is looked for by its marker, which nobody can
// know before it stands there, and not written twice. What the forge cannot take now is tried again; a refusal waits for a
// human's `fleet import`.
import { randomBytes } from 'node:crypto';
import { FleetError } from '../../../common/errors.ts';
import { intended, settled } from '../../../journal/action-facts.ts';
import type { ActionRow } from '../../../journal/actions.ts';
import type { EventKind, NewEvent } from '../../../journal/events.ts';
import type { IssueRow } from '../../../journal/issues/store.ts';
import { type FleetContext, productOf } from '../../context.ts';
import { waitLonger } from '../delivery/waits.ts';
import { createRounds, type Rounds } from '../rounds.ts';
import { answerText } from './answer-text.ts';
import { isOfRepository } from './same-repository.ts';

const wakes = new Set<EventKind>([
  'objective.ended',
  'action.intended',
  'action.settled',
  'gate.resolved',
  'registry.changed',
  'clock.jumped',
]);
/** What ended longer ago is not written about: a switch that is turned on again must not flood a forge. */
const longestMs = 7 * 86_400_000;
/** As long as a request of a former process may still be on its way. */
const onItsWayMs = 60_000;
/** A forge's clock may be so much behind ours. */
const skewMs = 86_400_000;

interface Args {
  number: number;
  marker: string;
  body: string;
  /** when the first one was intended */
  sinceMs: number;
}

export function answerIssues(context: FleetContext): Rounds {
  const { journal, clock, tuning, log, deliverer, deliveryWaits } = context;

  // Looked for before it has arrived, what a former process sent would be written a second time.
  const arrivedMs = clock.nowMs() + onItsWayMs;
  const sentBefore = new Set(journal.openAnswers().map(({ id }) => id));
  const dueMs = ({ id }: ActionRow) =>
    Math.max(deliveryWaits.get(id)?.untilMs ?? 0, sentBefore.has(id) ? arrivedMs : 0);

  async function round(): Promise<number | null> {
    if (!deliverer) return null;
    for (const row of journal.issues.unanswered(clock.nowMs() - longestMs)) intend(row);
    await Promise.all(
      journal
        .openAnswers()
        .filter((action) => dueMs(action) <= clock.nowMs())
        .map(send),
    );
    if (rounds.isOver()) return null;
    const now = clock.nowMs();
    const next = journal.openAnswers().map((action) => dueMs(action) - now);
    return next.length === 0 ? null : Math.max(1, Math.min(...next));
  }

  function intend(row: IssueRow): void {
    const product = productOf(context, row.product);
    const objective = journal.objective(row.objective);
    if (!product?.deliver?.forgeAt || product.intake?.comment === false || objective === null) return;
    const before = journal.answersOf(row.objective);
    const body = answerText(journal, objective);
    // One at a time: what is in flight says what was so when it was intended.
    if (body === null || before.some(({ state, args }) => state === 'intended' || args.body === body)) return;
    journal.record(intendedAnswer(row, before, body, clock.nowMs()));
  }

  async function send(action: ActionRow): Promise<void> {
    const { product, objective, args } = action;
    const { number, marker, body, sinceMs } = args as unknown as Args;
    const settle = (state: 'done' | 'failed', says: string, error: FleetError | null) => {
      deliveryWaits.delete(action.id);
      journal.record(settled(action, says, action.id, state, { result: { says }, error }));
    };
    const deliver = productOf(context, product)?.deliver;
    if (!deliverer) return;
    try {
      const url = journal.issues.of(objective ?? '')?.url ?? '';
      if (!deliver?.forgeAt) throw notWanted(product);
      const { repository } = deliver.forgeAt;
      if (!isOfRepository(repository, url)) throw elsewhere(product, repository, url);
      const since = new Date(sinceMs - skewMs).toISOString();
      const to = { product, token: deliver.token, ...deliver.forgeAt };
      await deliverer.answer({ ...to, number, marker, body, since });
      if (!rounds.isOver()) settle('done', `What came of ${objective} is written on issue ${number}.`, null);
    } catch (thrown) {
      if (rounds.isOver()) return;
      const error = FleetError.wrap(thrown, product);
      if (error.class !== 'unavailable')
        return settle(
          'failed',
          `What came of ${objective} could not be written on issue ${number} of ${product}: ${error.message} ${error.mend} Then: \`fleet import ${product}\`.`,
          error,
        );
      const pace = { firstMs: tuning.deliveryRetryMs, mostMs: tuning.deliveryRetryMostMs };
      waitLonger(deliveryWaits, action.id, error, clock.nowMs(), pace);
      log.warn({ product, code: error.code }, `a comment waits: ${error.message}`);
    }
  }

  const rounds = createRounds(context, 'answering issues', wakes, round, () => {});
  rounds.start();
  return rounds;
}

/** @param before  those of its objective, the latest first: all are one comment, and go by one marker */
export function intendedAnswer(
  { product, objective, number }: IssueRow,
  before: readonly ActionRow[],
  body: string,
  nowMs: number,
): NewEvent {
  const first = before.at(-1)?.args as Partial<Args> | undefined;
  const args: Args = {
    ...{ number, body },
    marker: first?.marker ?? `<!-- fleet: ${product}/${objective} ${randomBytes(12).toString('hex')} -->`,
    sinceMs: first?.sinceMs ?? nowMs,
  };
  return intended({ product, objective }, `What came of ${objective} is to be written on issue ${number}.`, {
    action: `answer-${objective}-${before.length + 1}`,
    kind: 'issue.answer',
    session: null,
    args: { ...args },
  });
}

function notWanted(product: string): FleetError {
  return new FleetError({
    code: 'INTAKE_NOT_SET',
    product,
    message: `Expected \`deliver:\` of ${product} in products.yaml with a forge and a token, got none.`,
    mend: 'Add it (docs/delivery.md): issues are asked for where its pull requests go.',
  });
}

function elsewhere(product: string, repository: string, url: string): FleetError {
  return new FleetError({
    code: 'INTAKE_NOT_SET',
    product,
    message: `Expected \`deliver:\` of ${product} in products.yaml to lead where ${url} is, got ${repository}.`,
    mend: 'Write there yourself what came of it, or let `deliver:` lead back there.',
  });
}
