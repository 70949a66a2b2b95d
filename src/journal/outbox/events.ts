// The facts about notices.
import type { ChannelTarget } from '../../registry/registry.ts';
import type { GateSeverity } from '../gates/events.ts';

export const noticeKinds = [
  'done',
  'failed',
  'waiting',
  'queued-long',
  'paused',
  'over-budget',
  'limit',
  'trouble',
  'recovered',
  'forged-mail',
  'progress',
  'monitor',
  'report',
] as const;
export type NoticeKind = (typeof noticeKinds)[number];

export interface NoticeEvents {
  'notice.posted': {
    notice: number;
    kind: NoticeKind;
    severity: GateSeverity;
    gate: number | null;
    /** what a worker or the model said; absent in the first journals, where it stood in the text */
    quote?: string | null;
    channels: ChannelTarget[];
    /** where the objective was asked for, as its source says: progress goes there too */
    thread: string | null;
    /** seq of the event it tells of: no event is told twice */
    cause: number;
    /** not to be sent before this time, ms since epoch */
    dueMs: number;
  };
  /** A sink has handed these to their channels. */
  'notice.sent': { notices: number[] };
}
