// The facts about issues that became objectives.

export interface IssueEvents {
  /** Recorded with the objective that it became, and once: its page is what tells it from others. */
  'issue.taken': { number: number; url: string };
  /** Seen to be over, once. gone: deleted, or moved to another repository */
  'issue.closed': { number: number; state: 'closed' | 'gone' };
  /** One look in which some were taken; left: those that wait for the next one. */
  'issues.looked': { label: string; objectives: string[]; left: number };
}
