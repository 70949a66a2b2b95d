// The facts about interventions: turns of the model that a product's monitor asked for.

export interface MonitorEvents {
  /** why: one sentence; cause: seq of the event, none asks twice */
  'intervention.asked': { intervention: number; why: string; cause: number };
  /** From here it counts as paid for. */
  'intervention.begun': { intervention: number };
  /** said: the model's last words, data like any worker's. costUsd null: not known */
  'intervention.ended': { intervention: number; said: string; costUsd: number | null };
}
