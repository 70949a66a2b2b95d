// Settles what was heard, asks after what was not, and tells what stays unheard.
//
//   sent ─► heard (heard.ts says how)
//     │  its coordinator's screen is idle, and nothing shows that it heard: after 5 s where the mail woke nobody (a
//     │  worker's at once: workers.ts has waited), after 30 s else
//     ├─► asked: a line is typed that names the mail by its id, and the command that shows read mail too. Asked again
//     │   after 2 and 8 minutes. The mail itself is never sent a second time
//     └─► 8 minutes after the last: unheard. A trouble (MAIL_UNHEARD) and a notice; heard after all, the trouble ends
//
// Nothing is typed while it works (what is typed then may be lost, and ov refuses) or where a menu stands. One that
// works for an hour is told as not having heard; it is still asked when it is idle. Each ask is a row before it is
// typed; one that was cut off counts as made.
import { FleetError } from '../../../common/errors.ts';
import { intended, settled } from '../../../journal/action-facts.ts';
import type { NewEvent } from '../../../journal/events.ts';
import { gateVerified } from '../../../journal/gates/facts.ts';
import type { SessionRow } from '../../../journal/journal.ts';
import { recovered, trouble } from '../../../journal/product-facts.ts';
import type { Product } from '../../../registry/registry.ts';
import { type FleetContext, mayHaveHappened } from '../../context.ts';
import { standsAtLimit } from '../../decide/account-state.ts';
import { latestScreen } from '../../observe/screens.ts';
import type { Tuning } from '../../tuning.ts';
import { mayType } from '../may-type.ts';
import { type Hearing, hearingsOf } from './awaiting.ts';
import { howHeard, type Traces } from './heard.ts';

/** Mails that one line names; the others come with the next. Of a line `ov` types any length; a human reads it too. */
const namedAtOnce = 8;
/** Mail of a coordinator that is looked through: more than it writes between two looks. */
const lookedThrough = 100;

/** One round for a running session that has its objective. Two `ov` when somebody is asked, none else. */
export async function followUpHearings(
  context: FleetContext,
  product: Product,
  session: SessionRow,
): Promise<void> {
  const { clock, tuning } = context;
  settleCutOff(context, session);
  const waiting = settleWhatWasHeard(context, session);
  // At a usage limit nobody hears anything: what it was sent waits with it.
  if (waiting.length === 0 || standsAtLimit(context.journal, session.id)) return;
  const goesOnMs = context.journal.eventsOf(session.objective, 'session.unlimited').at(-1)?.atMs ?? 0;
  const now = clock.nowMs();
  // Also when the clock was set back since: asked early is better than an hour late.
  const passed = (sinceMs: number) => Math.abs(now - sinceMs);
  const lastWaitMs = tuning.askAgainMs.at(-1) ?? 0;
  const due: Hearing[] = [];
  for (const hearing of waiting) {
    const next = firstAfterMs(tuning, hearing) ?? tuning.askAgainMs[hearing.asked];
    if (next === undefined) {
      if (passed(hearing.lastMs) >= lastWaitMs) tellUnheard(context, session, hearing, true);
    } else if (passed(hearing.lastMs) >= next) due.push(hearing);
    if (passed(Math.max(hearing.sinceMs, goesOnMs)) >= tuning.unheardMs)
      tellUnheard(context, session, hearing, false);
  }
  context.driveAgain(product.name, tuning.askDeafMs);
  if (due.length > 0) await ask(context, product, session, due.slice(0, namedAtOnce));
}

/** null: it was asked after, or woke its coordinator, and has the usual patience. Of a worker's mail the screen has stood idle. */
function firstAfterMs({ askDeafMs }: Tuning, { asked, woke, from }: Hearing): number | null {
  if (asked > 0 || woke) return null;
  return from === null ? askDeafMs : 0;
}

/** Also at the end of a session, whose final mail may show it. Returns what is not heard yet. */
export function settleWhatWasHeard(context: FleetContext, session: SessionRow): Hearing[] {
  const { open, told } = hearingsOf(context.journal, session.id);
  if (open.length + told.length === 0) return [];
  const traces = tracesOf(context, session);
  for (const hearing of told)
    if (howHeard(hearing, traces) !== null) context.journal.record(...recovery(context, session, hearing));
  return open.filter((hearing) => !settleHeard(context, session, hearing, traces));
}

/** What its coordinator has done that is known here: mail to the operator, workers, its last sign of life. */
function tracesOf({ journal, observations }: FleetContext, session: SessionRow): Traces {
  const snapshot = observations.get(session.product)?.snapshot;
  return {
    said: journal.mail(session.product, lookedThrough).filter(({ from }) => from === 'coordinator'),
    workers: snapshot?.workers ?? [],
    lastActivity: snapshot?.coordinator?.lastActivity ?? null,
  };
}

function settleHeard(context: FleetContext, session: SessionRow, hearing: Hearing, traces: Traces): boolean {
  const how = howHeard(hearing, traces);
  if (how === null) return false;
  const { journal } = context;
  const common = { product: session.product, objective: session.objective };
  const what = hearing.from === null ? hearing.mark : `Mail ${hearing.mail} of ${hearing.from}`;
  const events: NewEvent[] = [
    settled(common, `${what} was heard: ${how}.`, hearing.action.id, 'done', {
      result: { heard: how, asked: hearing.asked },
    }),
  ];
  const gate = journal.gates
    .undelivered()
    .find((one) => one.delivery === 'sent' && one.answerMail === hearing.mail);
  if (gate) events.push(gateVerified(gate, `The answer to gate ${gate.n} was heard: ${how}.`));
  journal.record(...events, ...recovery(context, session, hearing));
  return true;
}

/** @param last it is not asked after any more, and settled */
function tellUnheard(context: FleetContext, session: SessionRow, hearing: Hearing, last: boolean): void {
  const { journal } = context;
  const { product } = session;
  const known = journal.trouble(product);
  const named = known?.code === 'MAIL_UNHEARD' && names(known.message, hearing.mail);
  if (named && !last) return;
  const what =
    hearing.from === null
      ? `${hearing.mark} (mail ${hearing.mail})`
      : `mail ${hearing.mail} of its worker ${hearing.from}`;
  const error = new FleetError({
    code: 'MAIL_UNHEARD',
    product,
    message: `Nothing shows that the coordinator of ${product} heard ${what}${hearing.asked > 0 ? `, although it was asked ${hearing.asked}×` : ': it has been busy, or at a menu, ever since'}.`,
    mend: `Look at it (\`fleet look ${product}\`), tell it again in other words (\`fleet message ${product} …\`), or stop it: \`fleet stop ${product}\`.`,
  });
  const events: NewEvent[] = [];
  if (last)
    events.push(
      settled(session, error.message, hearing.action.id, 'failed', {
        result: { asked: hearing.asked },
        error,
      }),
    );
  if (!named) events.push(trouble(product, error.toJSON()));
  journal.record(...events);
}

/** It was told as unheard, and was heard after all: the human need not look any more. */
function recovery({ journal }: FleetContext, session: SessionRow, { mail, mark }: Hearing): NewEvent[] {
  const { product, objective } = session;
  const told = journal.trouble(product);
  if (told?.code !== 'MAIL_UNHEARD' || !names(told.message, mail)) return [];
  return [recovered(product, `${mark} was heard after all.`, objective)];
}

/** As tellUnheard words it. */
const names = (message: string, mail: string): boolean =>
  message.includes(`mail ${mail})`) || message.includes(`mail ${mail} of`);

async function ask(
  context: FleetContext,
  product: Product,
  session: SessionRow,
  due: readonly Hearing[],
): Promise<void> {
  const { journal, tuning } = context;
  // As last seen: what works is looked at anew by whoever watches the screen, not by each round here.
  const seen = latestScreen(context, session);
  const ageMs = Math.abs(context.clock.nowMs() - (seen?.atMs ?? 0));
  if (seen?.seen.busy && ageMs < 2 * tuning.screenEveryMs) return;
  const { refused, screen } = await mayType(context, product);
  if (refused !== null || screen?.busy || screen?.state === 'limited') {
    context.driveAgain(product.name, tuning.screenEveryMs);
    return;
  }
  const live = journal.liveSession(product.name);
  if (live?.id !== session.id || live.state !== 'running') return;
  await typeAsk(context, product, session, due);
}

/** What is asked about: a hearing, or the word before a pause. */
type AskedAbout = Pick<Hearing, 'mail' | 'mark' | 'from'> & { action: Pick<Hearing['action'], 'id'> };

/**
 * Journals the asking and types it; whether the screen takes it is the caller's to look at.
 * @throws FleetError when the runtime is out of reach
 */
export async function typeAsk(
  context: FleetContext,
  product: Product,
  session: SessionRow,
  due: readonly AskedAbout[],
): Promise<void> {
  const { journal, runtime, tuning, log } = context;
  const action = `ask-${session.id}-${journal.asked(session.id) + 1}`;
  const common = { product: product.name, objective: session.objective };
  const marks = due.map(({ mark }) => mark).join(', ');
  journal.record(
    intended(common, `Asking the coordinator of ${product.name} whether it has heard ${marks}.`, {
      action,
      kind: 'coordinator.nudge',
      session: session.id,
      args: { hearings: due.map((hearing) => hearing.action.id) },
    }),
  );
  const settle = (state: 'done' | 'failed' | 'uncertain', text: string, error: FleetError | null) =>
    journal.record(settled(common, text, action, state, { error }));
  try {
    await runtime.ov(product, 'nudge', { message: askText(due) });
    settle('done', `The coordinator of ${product.name} was asked about ${marks}.`, null);
  } catch (thrown) {
    const error = FleetError.wrap(thrown, product.name);
    log.info({ product: product.name, code: error.code }, `it was not asked: ${error.message}`);
    settle(
      mayHaveHappened(error.code) ? 'uncertain' : 'failed',
      `The coordinator of ${product.name} was not asked about ${marks}: ${error.message}`,
      error,
    );
    context.driveAgain(product.name, tuning.screenEveryMs);
    if (error.class === 'unavailable') throw error;
  }
}

/** Asks that a crash or a lost link cut off: whether they were typed nobody can tell, so they count as made. */
function settleCutOff({ journal }: FleetContext, session: SessionRow): void {
  for (const action of journal.openActions())
    if (action.kind === 'coordinator.nudge' && action.session === session.id)
      journal.record(
        settled(
          session,
          `Whether the coordinator of ${session.product} was asked is not known: it is not repeated at once.`,
          action.id,
          'done',
          { result: { known: false } },
        ),
      );
}

/** What is typed. The mails' own words stay out of it: they are in the mail, whose command is named. */
export function askText(due: readonly AskedAbout[]): string {
  const ours = due.filter(({ from }) => from === null);
  const theirs = due.filter(({ from }) => from !== null);
  const ids = (some: typeof due) =>
    some.map(({ mail, mark, from }) => `${mail} (${from ?? mark})`).join(', ');
  return [
    ours.length > 0 &&
      `Mail from operator waits for you: ${ids(ours)}. It counts as read, and you have not answered it: run \`ov mail list --from operator\` (newest first, read mail too), do what it says, and answer each by \`ov mail reply <id> --body "…" --agent coordinator\`.`,
    theirs.length > 0 &&
      `Mail of your workers came while you were busy: ${ids(theirs)}. It counts as read, and may not have reached you: run \`ov mail list --to coordinator\` (newest first, read mail too), and act on what you have not dealt with.`,
  ]
    .filter((part) => part !== false)
    .join(' ');
}
