// Starts the next worker of a session that has no coordinator. Intent first; the worker's name is the mark by which it is
// looked for when the answer was lost. A name is never used twice: what a cut-off `ov sling` may still make is seen by it.
import { FleetError } from '../../../common/errors.ts';
import { intended, settled } from '../../../journal/action-facts.ts';
import type { Journal, SessionRow } from '../../../journal/journal.ts';
import { directText } from '../../../overstory/direct.ts';
import type { Product } from '../../../registry/registry.ts';
import { type FleetContext, mayHaveHappened } from '../../context.ts';
import { doubtIsOver } from '../doubt.ts';
import { branchOf, lastWorker, type Sling, slingsOf, workerName } from './workers.ts';

/**
 * The answers to all of its questions so far go with it.
 * @returns false: whether it began is in doubt; `settleSling` ends that
 * @throws FleetError when it surely did not begin
 */
export async function slingNext(
  context: FleetContext,
  product: Product,
  session: SessionRow,
): Promise<boolean> {
  const { journal, runtime } = context;
  const objective = journal.objective(session.objective);
  const { direct } = session;
  if (objective === null || direct === null) throw new Error(`Expected ${session.objective} to be direct`);
  const before = slingsOf(journal, session);
  const n = before.length + 1;
  const name = workerName(session, n);
  const answered = journal.gates.gatesOf(objective.id).filter(({ resolution }) => resolution !== null);
  const approved = planApproved(journal, objective.id);
  const resume = standing(context, session, before);
  const text = directText({
    objectiveId: objective.id,
    name,
    direct,
    text: objective.text,
    acceptance: objective.acceptance,
    source: objective.source,
    planFirst: direct === 'builder' && product.planApproval === 'required' && !approved,
    paths: product.paths,
    answers: answered.map(({ question, resolution }) => ({
      verdict: { approved: 'APPROVED', rejected: 'REJECTED', answered: 'ANSWER' }[
        resolution?.verdict ?? 'answered'
      ],
      subject: question.subject,
      question: question.text,
      answer: resolution?.text ?? '',
    })),
    resume,
  });
  const { path } = await runtime.ov(product, 'spec.write', { taskId: objective.id, body: text });
  const action = `sling-${session.id}-${n}`;
  journal.record(
    intended(session, `Starting ${name} on ${product.name}.`, {
      action,
      kind: 'worker.sling',
      session: session.id,
      args: { name, told: answered.map((gate) => gate.n) },
    }),
  );
  const settle = (state: 'done' | 'failed' | 'uncertain', says: string, error: FleetError | null) =>
    journal.record(settled(session, `${name} on ${product.name} ${says}`, action, state, { error }));
  context.sending.add(action);
  try {
    const order = {
      objective: objective.id,
      capability: direct,
      name,
      spec: path,
      base: resume?.branch ?? null,
    };
    const { done } = await runtime.maintain(product, { kind: 'sling', order });
    if (done.length > 0) settle('done', 'has begun.', null);
    return done.length > 0;
  } catch (thrown) {
    const error = FleetError.wrap(thrown, product.name);
    const doubt = mayHaveHappened(error.code);
    settle(
      doubt ? 'uncertain' : 'failed',
      `${doubt ? 'may have' : 'has not'} begun: ${error.message}`,
      error,
    );
    if (doubt) return false;
    throw error;
  } finally {
    context.sending.delete(action);
  }
}

/** A human has said yes to a plan of this objective. */
export const planApproved = ({ gates }: Pick<Journal, 'gates'>, objective: string): boolean =>
  gates
    .gatesOf(objective)
    .some(({ kind, resolution }) => kind === 'plan' && resolution?.verdict === 'approved');

/** What is in doubt about the last one: it is there, it may still come, or it did not begin. */
export function settleSling(
  context: FleetContext,
  session: SessionRow,
  slings: readonly Sling[],
): 'there' | 'waits' | 'failed' {
  const last = slings.at(-1);
  const seen = context.observations.get(session.product)?.snapshot;
  if (last === undefined) return 'failed';
  const { action, name } = last;
  const open = action.state === 'intended' || action.state === 'uncertain';
  const settle = (state: 'done' | 'failed', says: string) =>
    context.journal.record(settled(session, `${name} on ${session.product} ${says}`, action.id, state));
  if (seen?.health === 'ok' && lastWorker(slings, seen) !== null) {
    if (open) settle('done', 'has begun.');
    return 'there';
  }
  if (action.state === 'failed' || action.state === 'abandoned') return 'failed';
  if (context.sending.has(action.id) || seen?.health !== 'ok') return 'waits';
  if (!doubtIsOver(context, action.id)) return 'waits';
  if (open) settle('failed', 'was not seen: it did not begin.');
  return 'failed';
}

/** The worker before it, of this session or of one before, and the branch that it left; null: this is the first. */
function standing(
  { journal, observations }: FleetContext,
  session: SessionRow,
  slings: readonly Sling[],
): { why: string; branch: string | null } | null {
  const branches = observations.get(session.product)?.snapshot.worktrees.map(({ branch }) => branch) ?? [];
  const mine = slings.filter(({ action }) => action.state === 'done').at(-1);
  if (mine !== undefined) {
    const branch = branchOf(mine.name, session.objective);
    return { why: 'it asked the operator.', branch: branches.includes(branch) ? branch : null };
  }
  const ended = journal.lastEnded(session.objective);
  if (ended === null) return null;
  const parked = ended.leftovers.flatMap((one) => /^branch (overstory\/[^/]+\/.+)$/.exec(one)?.[1] ?? []);
  const branch = parked.findLast((one) => one.endsWith(`/${session.objective}`) && branches.includes(one));
  return { why: ended.why, branch: branch ?? null };
}
