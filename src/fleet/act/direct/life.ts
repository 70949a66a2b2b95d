// Pure: what the row and the mail of a worker without a coordinator mean. Its row is completed however its turn ended; only
// its mail tells a worker that is done from one that asked, and from one that just ended.
import { shorten } from '../../../common/shorten.ts';
import type { ProductSnapshot } from '../../../contract/runtime/snapshot.ts';

export interface DirectEvidence {
  /** its row; null: there is none any more */
  worker: ProductSnapshot['workers'][number] | null;
  /** when its final mail was seen, ms since epoch; null: none came */
  reportedMs: number | null;
  /** a question of its objective is open, or its answer is not told yet */
  asks: boolean;
  nowMs: number;
}

export type DirectLife =
  | { state: 'at-work' | 'reported' | 'asks' }
  /** code: where more is known than that it ended */
  | { state: 'ended'; why: string; code?: 'WORKER_CUT_OFF' | 'WORKER_DIED_AT_START' };

/** After its report a turn ends within seconds; one that does not is ended. */
export const afterReportMs = 60_000;

export function directLife({ worker, reportedMs, asks, nowMs }: DirectEvidence): DirectLife {
  const over = worker === null || worker.state === 'completed' || worker.state === 'zombie';
  if (reportedMs !== null)
    return { state: over || Math.abs(nowMs - reportedMs) >= afterReportMs ? 'reported' : 'at-work' };
  if (!over) return { state: 'at-work' };
  if (asks) return { state: 'asks' };
  if (worker === null) return { state: 'ended', why: 'overstory knows nothing of its worker any more.' };
  if (worker.state === 'completed')
    return { state: 'ended', why: `${worker.name} ended its turn without a report.` };
  if (typeof worker.death !== 'string')
    return { state: 'ended', why: `The process of ${worker.name} is gone, or has not moved for 10 minutes.` };
  const printed = shorten(worker.death.replace(/\s+/g, ' ').trim(), 300);
  const said = printed === '' ? 'it printed nothing' : printed;
  return worker.spoke === true
    ? {
        state: 'ended',
        why: `${worker.name} died in the middle of its turn, killed or by an error: ${said}`,
        code: 'WORKER_CUT_OFF',
      }
    : { state: 'ended', why: `${worker.name} died at its start: ${said}`, code: 'WORKER_DIED_AT_START' };
}
