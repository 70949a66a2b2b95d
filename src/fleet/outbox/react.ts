// Event → the notice it causes. The sentence is the event's own; nothing here asks a model.

import type { FleetContext } from '../context.ts';
import { productOf } from '../context.ts';
import type { JournalEvent, NewEvent } from '../events.ts';
import type { GateSeverity } from '../gates/events.ts';
import type { NoticeKind } from './events.ts';
import { noticeStore } from './store.ts';

/** Notices of one product that are no questions come at most this often; more are folded into one message. */
const spacingMs = 10_000;
/** The daily digest, by UTC: the same on every machine. */
const digestHour = 7;

/** Troubles that stay until somebody does what their mend says; others pass, or are a gate. */
const humanMends = new Set([
  'OV_BAD_CONFIG',
  'OV_DB_CORRUPT',
  'OV_DISK_FULL',
  'OV_DUBIOUS_OWNERSHIP',
  'OV_MISSING',
  'OV_READONLY_DB',
  'OV_UNSUPPORTED_VERSION',
]);

type Context = Pick<FleetContext, 'journal' | 'registry' | 'clock'>;

interface Told {
  kind: NoticeKind;
  severity: GateSeverity;
  gate?: number;
  text: string;
}

/** What this event means to a human; null: nothing worth a message. */
function toldOf({ journal }: Context, event: JournalEvent): Told | null {
  switch (event.kind) {
    case 'objective.ended': {
      const { end, result } = event.data;
      if (end === 'cancelled') return null;
      return { kind: end, severity: 'error', text: result ? `${event.text}\n${result}` : event.text };
    }
    case 'gate.opened':
      return { kind: 'waiting', severity: event.data.severity, gate: event.data.gate, text: event.text };
    case 'gate.delivered':
      return event.data.recovery || event.data.mail === null
        ? { kind: 'recovered', severity: 'error', text: event.text }
        : null;
    case 'control.changed': {
      const pauses = event.data.changes.some(({ key, after }) => key === 'paused' && after !== null);
      if (!pauses) return null;
      return { kind: 'paused', severity: event.data.source === null ? 'error' : 'warning', text: event.text };
    }
    case 'decision.relief':
      return { kind: 'over-budget', severity: 'warning', text: event.text };
    case 'worker.lost':
      return { kind: 'trouble', severity: event.data.mail === null ? 'warning' : 'error', text: event.text };
    case 'merge.failed':
      return { kind: 'trouble', severity: 'error', text: event.text };
    case 'product.trouble':
      return humanMends.has(event.data.error.code)
        ? { kind: 'trouble', severity: 'error', text: event.text }
        : null;
    case 'operator-mail.counted':
      return event.data.origin === 'foreign'
        ? { kind: 'forged-mail', severity: 'critical', text: event.text }
        : null;
    case 'fleetd.started': {
      const live = journal.liveSessions().map(({ product, objective }) => `${objective} on ${product}`);
      if (live.length === 0) return null;
      return {
        kind: 'recovered',
        severity: 'error',
        text: `fleetd started again. At work: ${live.join(', ')}.`,
      };
    }
    default:
      return null;
  }
}

/** @param after a further notice of the same transaction */
export function notice(context: Context, event: JournalEvent, told: Told, after = 0): NewEvent {
  const { journal, clock, registry } = context;
  const store = noticeStore(journal.database);
  const product = event.product === null ? null : productOf(context, event.product);
  const objective = event.objective === null ? null : journal.objective(event.objective);
  const channels = product?.channels ?? [
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
      channels,
      thread: objective?.source.thread ?? null,
      cause: event.seq,
      dueMs: dueMs(told, clock.nowMs(), store.lastDueMs(event.product)),
    },
  };
}

export function noticesOf(context: Context, event: JournalEvent): NewEvent[] {
  const told = toldOf(context, event);
  return told === null ? [] : [notice(context, event, told)];
}

function dueMs({ severity, gate, kind }: Told, nowMs: number, lastDueMs: number | null): number {
  if (severity === 'warning') return nextDigestMs(nowMs);
  if (severity === 'critical' || gate !== undefined || kind === 'recovered') return nowMs;
  return Math.max(nowMs, lastDueMs === null || lastDueMs > nowMs + spacingMs ? nowMs : lastDueMs + spacingMs);
}

function nextDigestMs(nowMs: number): number {
  const dayMs = 86_400_000;
  const today = nowMs - (nowMs % dayMs) + digestHour * 3_600_000;
  return today > nowMs ? today : today + dayMs;
}
