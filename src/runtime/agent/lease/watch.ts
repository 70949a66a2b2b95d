// The watchdog: reads the lease from time to time, and stops what lives once it is over. It ends when there is nothing left to
// hold: the lease was given back, or nothing lives and nobody holds it.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Roots } from '../find.ts';
import { createOv } from '../ov.ts';
import { now, readLease } from './file.ts';
import { somethingLives } from './living.ts';
import { leaseState } from './state.ts';
import { stopAll } from './stop.ts';
import { isWatching, leaveWatch, takeWatch } from './watcher.ts';

const longestTickMs = 5_000;
/** What starts just now is not seen yet: `ov` takes up to a minute for it. */
const idleMs = 180_000;

export async function watchLease(roots: Roots, ovPath: string): Promise<void> {
  const { workspaceRoot } = roots;
  const say = (words: string) => console.error(`${new Date().toISOString()} ${words}`);
  const ov = createOv(ovPath, workspaceRoot);
  await takeWatch(workspaceRoot);
  say(`watches the lease of ${workspaceRoot} as ${process.pid}`);
  let livedMs = (await now()).ms;
  for (;;) {
    if (!(await isWatching(workspaceRoot))) return say('another watches');
    const lease = await readLease(workspaceRoot);
    const at = await now();
    const state = leaseState(lease, at);
    // Of another boot, or life, of this machine: nothing of then runs. What runs now was begun under a lease of now.
    const ofNow = lease !== null && lease.boot === at.boot && at.ms >= lease.atMs;
    if (state === 'none' || !ofNow) break;
    if (state === 'over') {
      say(`the lease of the fleet ${lease.fleet} is over`);
      for (const words of await stopAll(roots, ov)) say(words);
      if (!(await somethingLives(roots))) break;
    } else if (await somethingLives(roots)) livedMs = at.ms;
    else if (at.ms - livedMs > idleMs) break;
    await sleep(Math.max(100, Math.min(longestTickMs, lease.secondMs / 10)));
  }
  say('nothing is left to watch');
  await leaveWatch(workspaceRoot);
}
