// Event → the notice it causes. The sentence is the event's own; nothing here asks a model.

import { traitsOf } from '../../common/error-catalogue.ts';
import { duration, usd } from '../../common/units.ts';
import type { JournalEvent, NewEvent } from '../../journal/events.ts';
import type { GateSeverity } from '../../journal/gates/events.ts';
import type { NoticeKind } from '../../journal/outbox/events.ts';
import { askedIn } from '../act/gates/asked.ts';
import { questionOf } from '../act/gates/question.ts';
import type { FleetContext } from '../context.ts';
import { productOf } from '../context.ts';

/** Notices of one product that are no questions come at most this often; more are folded into one message. */
const spacingMs = 10_000;
/** The daily digest, by UTC: the same on every machine. */
const digestHour = 7;

type Context = Pick<FleetContext, 'journal' | 'registry' | 'clock'>;

interface Told {
  kind: NoticeKind;
  severity: GateSeverity;
  gate?: number;
  text: string;
  /** what a worker or the model said */
  quote?: string | null;
}

/** What this event means to a human; null: nothing worth a message. */
function toldOf(context: Context, event: JournalEvent): Told | null {
  const { journal } = context;
  switch (event.kind) {
    case 'objective.ended': {
      const { end, result } = event.data;
      if (end === 'cancelled') return null;
      const stops = end === 'failed' ? stopped(journal, event.objective) : '';
      const text = [`${event.text}${stops}`, outcomeLine(context, event)].filter(Boolean).join('\n');
      return { kind: end, severity: 'error', text, quote: result };
    }
    case 'session.running':
      return progress(`${event.objective} on ${event.product} is under way.`);
    case 'objective.requeued':
      return event.data.error === null ? progress(event.text) : null;
    case 'mail.received': {
      const { mail } = event.data;
      const asks = askedIn(context, event.product ?? '', mail) !== null;
      // By its type a question and in its words none: what it says to an answer is news like any other.
      const reports =
        mail.from === 'coordinator' &&
        (['status', 'result'].includes(mail.type) || (questionOf(mail) !== null && !asks));
      // The final mail comes with the end, a question with its gate.
      if (!reports || /run complete/i.test(mail.subject) || asks) return null;
      return progress(`${event.objective} on ${event.product}: its coordinator reports.`, mail);
    }
    case 'gate.resolved': {
      const asked = journal.objective(event.objective ?? '')?.source.thread ?? null;
      // Whoever answered there has been told there.
      return asked === event.data.resolution.source.thread ? null : progress(event.text);
    }
    case 'intervention.ended':
      return { kind: 'monitor', severity: 'error', text: event.text, quote: event.data.said };
    case 'gate.opened': {
      const { kind, severity, gate } = event.data;
      const known = kind === 'plan' ? journal.cautionsBefore(event.objective) : [];
      const text = [event.text, ...known.map((caution) => `Known before it began: ${caution}`)].join('\n');
      return { kind: 'waiting', severity, gate, text };
    }
    // Whoever asked has read it in the answer; what recurs, or an issue, asks nobody.
    case 'session.cautioned':
      return journal.eventsOf(event.objective ?? '', 'recurring.due').length > 0 ||
        journal.issues.of(event.objective ?? '') !== null
        ? { kind: 'trouble', severity: 'error', text: event.text }
        : null;
    case 'gate.delivered':
      return event.data.recovery || event.data.mail === null
        ? { kind: 'recovered', severity: 'error', text: event.text }
        : null;
    case 'control.changed': {
      const pauses = event.data.changes.some(({ key, after }) => key === 'paused' && after !== null);
      if (!pauses) return null;
      return { kind: 'paused', severity: event.data.source === null ? 'error' : 'warning', text: event.text };
    }
    case 'action.settled': {
      const { action, state, error } = event.data;
      const kind = journal.action(action)?.kind;
      if (kind !== 'work.deliver' && kind !== 'issue.answer') return null;
      // Failed without an error, nothing is wrong: it was not taken, and whoever said so knows.
      if (state === 'failed' ? error === null : kind === 'issue.answer') return null;
      return { kind: state === 'failed' ? 'trouble' : 'done', severity: 'error', text: event.text };
    }
    case 'account.closed':
      return event.data.again ? null : { kind: 'limit', severity: 'error', text: event.text };
    case 'account.opened':
      return { kind: 'limit', severity: 'error', text: event.text };
    case 'decision.relief':
      return { kind: 'over-budget', severity: 'error', text: event.text };
    case 'worker.lost':
      return {
        kind: 'trouble',
        severity: event.data.mail === null && event.data.code === undefined ? 'warning' : 'error',
        text: event.text,
      };
    case 'merge.failed':
    case 'issue.closed':
      return { kind: 'trouble', severity: 'error', text: event.text };
    case 'product.trouble':
      return traitsOf(event.data.error.code).untilMended === true
        ? { kind: 'trouble', severity: 'error', text: event.text }
        : null;
    case 'operator-mail.counted':
      return event.data.origin === 'foreign'
        ? { kind: 'forged-mail', severity: 'critical', text: event.text }
        : null;
    default:
      return null;
  }
}

/** For the thread in which the objective was asked for, and nobody else. */
const progress = (text: string, mail?: { subject: string; body: string }): Told => ({
  kind: 'progress',
  severity: 'error',
  text,
  quote: mail ? `${mail.subject}\n${mail.body}` : null,
});

/** `Took 12 min, cost $0.40; merged a into main; kept, not merged: b.` Empty when no session ran. */
function outcomeLine({ journal }: Context, event: JournalEvent): string {
  // Recorded in one transaction, the session's end first.
  const [before] = journal.eventsAfter(event.seq - 2, 1);
  if (before?.kind !== 'session.ended' || before.objective !== event.objective) return '';
  const { durationMs, merged, into, leftovers } = before.data;
  const kept = leftovers.flatMap((one) => /^branch (.+)$/.exec(one)?.[1] ?? []);
  return `${[
    `Took ${duration(durationMs)}, ${costText(before.data)}`,
    ...(merged.length > 0 ? [`merged ${merged.join(', ')}${intoText(into)}`] : []),
    ...(kept.length > 0 ? [`kept, not merged: ${kept.join(', ')}`] : []),
  ].join('; ')}.`;
}

function intoText(into: string | null | undefined): string {
  if (into === undefined) return '';
  if (into !== null) return ` into ${into}`;
  return ' on no branch (HEAD is detached): `git switch -c <name>` in the product keeps the commits';
}

function costText({
  costUsd,
  tokens = null,
  unpricedTokens = 0,
}: Extract<JournalEvent, { kind: 'session.ended' }>['data']) {
  if (costUsd !== null) return `cost ${unpricedTokens > 0 ? 'at least ' : ''}${usd(costUsd)}`;
  return `cost not known${tokens === null ? '' : ` (${tokens.toLocaleString('en-US')} tokens)`}`;
}

/** What waits for an objective that will not be done now; '' where nothing does. */
function stopped(journal: Context['journal'], objective: string | null): string {
  const held = journal.openObjectives().filter(({ needs }) => needs.includes(objective ?? ''));
  if (held.length === 0) return '';
  const named = held.map(({ id, product }) => `${id} on ${product}`).join(', ');
  return ` It holds up ${named}; \`fleet retry ${objective}\` gives it another try.`;
}

/** @param after a further notice of the same transaction */
export function notice(
  context: Context,
  event: { seq: number; product: string | null; objective: string | null },
  told: Told,
  after = 0,
): NewEvent {
  const { journal, clock, registry } = context;
  const store = journal.notices;
  const product = event.product === null ? null : productOf(context, event.product);
  const objective = event.objective === null ? null : journal.objective(event.objective);
  const everywhere = product?.channels ?? [
    ...new Map(
      registry
        .current()
        .products.flatMap((p) => p.channels)
        .map((c) => [`${c.kind}:${c.target}`, c]),
    ).values(),
  ];
  return {
    kind: 'notice.posted',
    product: event.product ?? undefined,
    objective: event.objective ?? undefined,
    text: told.text,
    data: {
      notice: store.nextNoticeNumber() + after,
      kind: told.kind,
      severity: told.severity,
      gate: told.gate ?? null,
      quote: told.quote ?? null,
      channels: told.kind === 'progress' ? [] : everywhere,
      thread: objective?.source.thread ?? null,
      cause: event.seq,
      dueMs: dueMs(
        told,
        clock.nowMs(),
        store.lastDueMs(event.product, told.kind === 'progress' ? null : 'progress'),
      ),
    },
  };
}

export function noticesOf(context: Context, event: JournalEvent): NewEvent[] {
  if (event.kind === 'fleetd.started')
    return context.journal.liveSessions().map(({ product, objective }, n) =>
      notice(
        context,
        { ...event, product, objective },
        {
          kind: 'recovered',
          severity: 'error',
          text: `fleetd started again: ${objective} on ${product} goes on.`,
        },
        n,
      ),
    );
  const told = toldOf(context, event);
  if (told === null) return [];
  if (
    told.kind === 'progress' &&
    (context.journal.objective(event.objective ?? '')?.source.thread ?? null) === null
  )
    return [];
  // An account is the whole fleet's, on whosever screen its limit was seen.
  if (told.kind === 'limit')
    return [notice(context, { seq: event.seq, product: null, objective: null }, told)];
  return [notice(context, event, told)];
}

/** @param lastDueMs of the product's latest: one that still waits is joined, one just told is kept clear of */
function dueMs({ severity, gate, kind }: Told, nowMs: number, lastDueMs: number | null): number {
  if (severity === 'warning') return nextDigestMs(nowMs);
  if (severity === 'critical' || gate !== undefined || kind === 'recovered') return nowMs;
  if (lastDueMs === null) return nowMs;
  return lastDueMs > nowMs ? Math.min(lastDueMs, nowMs + spacingMs) : Math.max(nowMs, lastDueMs + spacingMs);
}

function nextDigestMs(nowMs: number): number {
  const dayMs = 86_400_000;
  const today = nowMs - (nowMs % dayMs) + digestHour * 3_600_000;
  return today > nowMs ? today : today + dayMs;
}
