// A way in one direction between fleetd and a machine. What is sent comes in the order in which it was sent; in a partition
// it is held up, and comes when that heals.
import type { Clock } from '../../../src/common/clock.ts';

export interface Way {
  isCut(): boolean;
  /** ms that a message is on its way, as of now */
  delayMs(): number;
  cut(): void;
  heal(): void;
  /** Open, whatever it was cut for. */
  mend(): void;
  /** Called once when it heals. */
  whenHealed(task: () => void): void;
}

export function createWay(delayMs: () => number): Way {
  let cuts = 0;
  let waiting: (() => void)[] = [];
  function heal(left: number): void {
    cuts = Math.max(0, left);
    if (cuts > 0) return;
    const now = waiting;
    waiting = [];
    for (const task of now) task();
  }
  return {
    isCut: () => cuts > 0,
    delayMs,
    cut() {
      cuts += 1;
    },
    heal: () => heal(cuts - 1),
    mend: () => heal(0),
    whenHealed: (task) => void waiting.push(task),
  };
}

export interface Wire {
  send(arrive: () => void): void;
  /** What has not arrived never does. */
  drop(): void;
}

/** One stream's messages in one direction. */
/** @param again  ms after a partition until it is sent again: who was silent for long is tried seldom */
export function createWire(way: Way, clock: Clock, again: () => number): Wire {
  let underway: { atMs: number; arrive: () => void }[] = [];
  let moving = false;

  function move(): void {
    const [first] = underway;
    if (moving || first === undefined) return;
    moving = true;
    const held = (): void => way.whenHealed(() => void clock.after(again(), next));
    const next = (): void => {
      if (way.isCut()) {
        held();
        return;
      }
      moving = false;
      underway.shift()?.arrive();
      move();
    };
    if (way.isCut()) held();
    else clock.after(Math.max(0, first.atMs - clock.nowMs()), next);
  }

  return {
    send(arrive) {
      underway.push({ atMs: clock.nowMs() + way.delayMs(), arrive });
      move();
    },
    drop() {
      underway = [];
    },
  };
}
