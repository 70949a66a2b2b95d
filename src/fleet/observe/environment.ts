// What may change while fleetd runs: `ov` is replaced by another version, and the clock is set. Both are
// said, and what was concluded from before is looked at anew. Looked for at every observation; costs nothing.
import type { FleetContext } from '../context.ts';

/** A clock that is corrected a little at a time is no jump, and neither is a busy machine. */
const leastJumpMs = 5_000;

/** @param lookAgain observes everything. @returns to be called often */
export function watchGround(context: FleetContext, lookAgain: () => void): () => void {
  const { runtime, journal, clock } = context;
  const versions = new Map<string, string>();
  const now = () => ({ wallMs: clock.nowMs(), upMs: clock.upMs?.() ?? null });
  let before = now();

  function lookAtOv(): void {
    const places = runtime.places();
    for (const { name, link } of places) {
      if (link.state !== 'connected' || link.info.ov.version === null) continue;
      const { version: found } = link.info.ov;
      const version = versions.get(name);
      const where = places.length > 1 ? `on ${name}` : 'in the runtime';
      if (version !== undefined && version !== found)
        journal.record({
          kind: 'runtime.upgraded',
          text: `ov ${version} was replaced by ${found} ${where}; what runs goes on with it.`,
          data: { ...(places.length > 1 && { runtime: name }), from: version, to: found },
        });
      versions.set(name, found);
    }
  }

  function lookAtClock(): void {
    const { wallMs, upMs } = now();
    const byMs = upMs === null || before.upMs === null ? 0 : wallMs - before.wallMs - (upMs - before.upMs);
    before = { wallMs, upMs };
    if (Math.abs(byMs) < leastJumpMs) return;
    context.clockJump = { atMs: wallMs, byMs };
    // How long a screen has stood, and how old what was seen is, was told by the clock.
    context.screens.clear();
    journal.record({
      kind: 'clock.jumped',
      text: `The clock went ${byMs > 0 ? 'forward' : 'back'} by ${Math.round(Math.abs(byMs) / 1000)} s (set, or the machine slept): everything is looked at again.`,
      data: { byMs },
    });
    lookAgain();
  }

  return () => {
    lookAtOv();
    lookAtClock();
  };
}
