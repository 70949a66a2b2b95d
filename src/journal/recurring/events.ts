// The facts about recurring work.
import type { Source } from '../../contract/source.ts';
import type { Recurrence } from '../../registry/registry.ts';

/** overlap: its last objective is still open. late: missed, and `missed: skip`. refused: it could not be queued. */
export type SkipReason = 'overlap' | 'late' | 'refused';

export interface RecurringEvents {
  /** From chat, anew or changed; null: it is forgotten. */
  'recurring.set': { name: string; recurrence: Recurrence | null; source: Source };
  /** One of products.yaml, new or with another calendar: runs count from here. */
  'recurring.seen': { name: string; calendar: string };
  'recurring.paused': { name: string; source: Source };
  'recurring.resumed': { name: string; source: Source };
  /** A run is dealt with: `objective` was queued for it, or it was skipped. */
  'recurring.due': {
    name: string;
    dueMs: number;
    objective: string | null;
    skipped: SkipReason | null;
    /** earlier runs that nobody was there for */
    missed: number;
  };
}
