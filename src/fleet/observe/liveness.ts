// Pure: what a session's coordinator is doing, from evidence. No single field says it. Its row says `working`
// for as long as its terminal exists, also when it is logged out or hangs; `completed` is said of one that
// finished and of one whose terminal vanished while it was idle; a screen shows yesterday's words. So each
// state needs evidence that agrees, and the first of these that holds is the answer:
//
//   unknown     `ov` did not answer: nothing is known, and nothing is concluded from what was seen before
//   cut-off     no coordinator lives, and the runtime says that it stopped it: nobody renewed its lease
//   finished    the final mail for this objective came; or the row is completed and its run was closed
//   died        no row, or a terminal state, or no tmux session — and its run is still open
//   logged-out  its screen ends in Claude Code's login text, and has done so for a while
//   dialog      a menu stands on it and waits for a human, and has done so for a while
//   limited     it shows a usage limit: the account's matter, not the session's
//   refused     an error that does not pass by itself (context full, no such model), for a while
//   hung        its screen says busy and stands still, or is blank; no worker runs, no hook has fired for a long time
//   busy        its screen says busy, or a worker is at work
//   starting    its screen is blank, not for long: it is drawn late on a slow machine
//   idle        none of these: it waits, for mail, for a human, or for nothing
import type { FleetError } from '../../common/errors.ts';
import type { ProductSnapshot } from '../../contract/runtime/snapshot.ts';
import type { Screen } from '../../overstory/screen.ts';

export interface Evidence {
  snapshot: ProductSnapshot;
  /** "Run complete" for the session's objective has come */
  finalMail: boolean;
  /** the coordinator's screen and since when it has shown just that; null: not looked at */
  screen: { seen: Screen; sinceMs: number } | null;
  nowMs: number;
}

export interface Patience {
  /** a login text, a menu, an error must stand this long: a passing word on the screen is no state */
  screenConfirmMs: number;
  /** a busy screen that stands still this long, or a blank one, with no hook fired, is hung */
  hungAfterMs: number;
}

export interface Liveness {
  state:
    | 'unknown'
    | 'cut-off'
    | 'finished'
    | 'died'
    | 'logged-out'
    | 'dialog'
    | 'limited'
    | 'refused'
    | 'hung'
    | 'busy'
    | 'starting'
    | 'idle';
  /** one sentence with the evidence */
  because: string;
  /** what is wrong on the screen; also of an idle one that waits for the API */
  error: FleetError | null;
}

const working = new Set(['booting', 'working', 'in_turn']);

export function coordinatorAlive(snapshot: ProductSnapshot): boolean {
  const c = snapshot.coordinator;
  return c?.tmuxAlive === true && (c.state === 'booting' || c.state === 'working');
}

/** Since when neither the coordinator nor a worker has done anything that overstory noticed, ms since epoch. */
export function quietSinceMs({ coordinator, workers }: ProductSnapshot): number {
  const times = [coordinator, ...workers].map((row) => Date.parse(row?.lastActivity ?? ''));
  return Math.max(0, ...times.filter(Number.isFinite));
}

export const endedByLease =
  'It was stopped at the end of its lease: its runtime had been out of reach for too long.';

export function liveness({ snapshot, finalMail, screen, nowMs }: Evidence, patience: Patience): Liveness {
  const is = (state: Liveness['state'], because: string, error: FleetError | null = null): Liveness => ({
    state,
    because,
    error,
  });
  if (snapshot.health !== 'ok')
    return is('unknown', snapshot.error?.message ?? `The product is ${snapshot.health}.`);
  if (!finalMail && snapshot.endedByLease && !coordinatorAlive(snapshot)) return is('cut-off', endedByLease);
  if (finalMail) return is('finished', 'The coordinator reported that the run is complete.');

  const c = snapshot.coordinator;
  if (!coordinatorAlive(snapshot)) {
    if (c?.state === 'completed' && snapshot.runId === null)
      return is('finished', 'The coordinator closed its run without a final mail.');
    const seen = c === null ? 'no row' : `state ${c.state}, tmux session ${c.tmuxAlive ? 'there' : 'gone'}`;
    return is('died', `The coordinator is gone (${seen}) and its run was not closed.`);
  }

  const workers = snapshot.workers.filter((one) => working.has(one.state)).map((one) => one.name);
  const stoodMs = screen === null ? 0 : nowMs - screen.sinceMs;
  const seen = screen?.seen;
  const problem = stoodMs >= patience.screenConfirmMs ? (seen?.problem ?? null) : null;
  if (seen?.state === 'limited')
    return is('limited', seen.problem?.message ?? 'A usage limit.', seen.problem);
  if (problem?.code === 'CLAUDE_EXITED') return is('died', problem.message, problem);
  if (problem?.code === 'CLAUDE_LOGGED_OUT') return is('logged-out', problem.message, problem);
  if (problem && seen?.state === 'dialog') return is('dialog', problem.message, problem);
  if (problem && !seen?.passing) return is('refused', problem.message, problem);
  const quietMs = snapshot.observedAtMs - quietSinceMs(snapshot);
  const still = workers.length === 0 && Math.min(stoodMs, quietMs) >= patience.hungAfterMs;
  const stoodMin = Math.round(stoodMs / 60_000);
  if (screen?.seen.busy && still)
    return is('hung', `It has said that it is busy for ${stoodMin} min without doing anything.`);
  if (seen?.state === 'blank' && still) return is('hung', `Its screen has been blank for ${stoodMin} min.`);
  if (screen?.seen.busy) return is('busy', 'Its screen says that it works.');
  if (workers.length > 0) return is('busy', `${workers.join(', ')} at work.`);
  // It must stand, before it counts as either: an unknown dialog is a menu for a moment, too.
  if (seen?.state === 'blank') return is('starting', 'Its screen is blank.');
  if (seen?.state === 'dialog' || (seen?.problem && !seen.passing))
    return is('busy', 'Something has just come up on its screen.');
  return is('idle', 'Nobody is at work.', problem);
}
