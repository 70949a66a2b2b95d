// The watchdog: reads the lease from time to time, and stops what lives once it is over. It ends when there is nothing left to
// hold: the lease was given back, or nothing lives and nobody holds it.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Roots } from '../find.ts';
import { createOv } from '../ov.ts';
import { type Ground, groundOf } from './ground.ts';
import { leaseState } from './state.ts';
import { stopAll } from './stop.ts';
import { isWatching, leaveWatch, takeWatch } from './watcher.ts';

const longestTickMs = 5_000;
/** What starts just now is not seen yet: `ov` takes up to a minute for it. */
const idleMs = 180_000;

export interface Watchdog extends Pick<Ground, 'read' | 'now' | 'somethingLives'> {
  /** Whether no other has taken its place. */
  isWatching(): Promise<boolean>;
  /** Never rejects. @returns what was done, in words */
  stopAll(): Promise<string[]>;
  sleep(ms: number): Promise<unknown>;
  say(words: string): void;
}

/** The watchdog of a workspace, as a process of its own. */
export async function watchLease(roots: Roots, ovPath: string): Promise<void> {
  const { workspaceRoot } = roots;
  const say = (words: string) => console.error(`${new Date().toISOString()} ${words}`);
  const ov = createOv(ovPath, workspaceRoot);
  await takeWatch(workspaceRoot);
  say(`watches the lease of ${workspaceRoot} as ${process.pid}`);
  await watch({
    ...groundOf(roots),
    isWatching: () => isWatching(workspaceRoot),
    stopAll: () => stopAll(roots, ov),
    sleep,
    say,
  });
  await leaveWatch(workspaceRoot);
}

/** Resolves when there is nothing left to hold, or another watches. */
export async function watch(dog: Watchdog): Promise<void> {
  let livedMs = (await dog.now()).ms;
  for (;;) {
    if (!(await dog.isWatching())) return dog.say('another watches');
    const lease = await dog.read();
    const at = await dog.now();
    const state = leaseState(lease, at);
    // Of another boot, or life, of this machine: nothing of then runs. What runs now was begun under a lease of now.
    const ofNow = lease !== null && lease.boot === at.boot && at.ms >= lease.atMs;
    if (state === 'none' || !ofNow) break;
    if (state === 'over') {
      dog.say(`the lease of the fleet ${lease.fleet} is over`);
      for (const words of await dog.stopAll()) dog.say(words);
      if (!(await dog.somethingLives())) break;
    } else if (await dog.somethingLives()) livedMs = at.ms;
    else if (at.ms - livedMs > idleMs) break;
    await dog.sleep(Math.max(100, Math.min(longestTickMs, lease.secondMs / 10)));
  }
  dog.say('nothing is left to watch');
}
