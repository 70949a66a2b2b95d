// Seed → what humans ask and what breaks, when. Plain data: printing a schedule is enough to run it again,
// and leaving steps out of it gives a smaller one.
import { hasMachines, machinesOf } from './machines/schedule.ts';
import { createRandom, type Random } from './random.ts';

/** What a coordinator asks of the human: a mail to operator, to orchestrator, or a decision_gate among agents. */
export type Asks = 'plan' | 'question' | 'critical' | 'orchestrator' | 'decision';

/** What a coordinator makes of its objective. */
export interface Fate {
  /** closes: its run, and sends no final mail */
  kind: 'completes' | 'closes' | 'dies';
  afterMs: number;
  /** what it asks first */
  asks: Asks | null;
  /** whether it does nothing until it has read an answer; `afterMs` counts from then */
  waits: boolean;
}

export type LimitSays = 'utc' | 'zone' | 'nothing';

/** Where fleetd is killed: before or after the n-th call of the runtime, or write of the journal, from now. */
export type KillPoint = 'before call' | 'after call' | 'before write' | 'after write';

/** What is done with one of several machines, or breaks of it. */
export type MachineAction =
  /** Nothing comes through, in one direction or both; streams stay open. */
  | { do: 'partition'; machine: string; way: 'there' | 'back' | 'both'; forMs: number }
  /** Every message takes this much longer. */
  | { do: 'slow link'; machine: string; byMs: number; forMs: number }
  /** Its agents end; what they began goes on. */
  | { do: 'kill agents'; machine: string }
  | { do: 'reboot'; machine: string; forMs: number }
  | { do: 'move'; machine: string; product: string; salvage: boolean }
  /** isOff: a human says so, rightly or not */
  | { do: 'forget'; machine: string; isOff: boolean };

/** One of several runtimes. */
export interface MachineSpec {
  name: string;
  /** null: as much as it has */
  maxMemoryGiB: number | null;
  /** of its clock against fleetd's: they drift apart by one in a hundred at most */
  rate: number;
  /** ms that a message is on its way */
  delayMs: number;
}

export type Action =
  | MachineAction
  /** `key`: idempotency key; a second start with the same key is a retried request */
  | { do: 'start'; product: string; key: string; fate: Fate; needs: number[] }
  | { do: 'stop'; product: string }
  /** of the n-th accepted objective */
  | { do: 'cancel'; nth: number }
  | { do: 'pause' | 'resume' | 'focus'; product: string }
  | { do: 'undo' }
  | { do: 'requeue'; nth: number }
  | { do: 'message'; product: string; text: string }
  /** The n-th open gate; of all that were ever opened where `closed`: somebody answers what was answered before. */
  | { do: 'answer'; nth: number; verdict: 'approved' | 'rejected' | 'answered'; closed: boolean }
  /** The gateway's model tries to answer it, and to work around it. */
  | { do: 'let the model try'; nth: number }
  | { do: 'slots'; slots: number }
  | { do: 'remove product'; product: string }
  | { do: 'restore products' }
  /** A human starts or stops a coordinator by hand, past the fleet. */
  | { do: 'start by hand'; product: string }
  | { do: 'kill'; point: KillPoint; n: number; downMs: number }
  | { do: 'restart fleetd'; downMs: number }
  | { do: 'cut link'; forMs: number }
  /** The link is cut just when the next command of this kind has begun. */
  | { do: 'cut link at'; command: string; forMs: number }
  /** Every process in the runtime dies; the databases stay. */
  | { do: 'restart runtime'; forMs: number }
  | { do: 'kill coordinator'; product: string }
  /** The next command of this kind does its work and its answer never comes. */
  | { do: 'lose reply'; command: string }
  /** The answer to the next command of this kind comes this much later, after what happened meanwhile. */
  | { do: 'delay reply'; command: string; byMs: number }
  /** The next command of this kind is carried out twice, and answered twice. */
  | { do: 'do twice'; command: string }
  /** A worker asks in mid-work, or asks again what it has asked, in the same words or in others. */
  | { do: 'ask'; product: string; asks: Asks; words: number }
  /** Mail that was acknowledged is shown again. */
  | { do: 'repeat mail'; product: string }
  /** The process that hands notices over is gone for a while, with what it knew. */
  | { do: 'restart gateway'; forMs: number }
  /** A channel takes nothing for a while. */
  | { do: 'channel down'; channel: 'slack' | 'webchat'; forMs: number }
  /** The next notice is taken by its channel, which then says that it was not. */
  | { do: 'channel lies' }
  /** The next word that notices were handed over has its effect, and no answer. */
  | { do: 'lose ack' }
  | { do: 'refuse'; command: string; code: string; class: 'runtime' | 'unavailable' | 'refused' }
  /** `ov` cannot answer for this product (database locked). */
  | { do: 'blind'; product: string; forMs: number }
  /** Whoever works on this account runs into its usage limit, whose reset is told in UTC, in another zone or not at all. */
  | { do: 'limit'; account: string; forMs: number; says: LimitSays }
  /** Commands take this many times as long. */
  | { do: 'slow'; factor: number; forMs: number }
  /** The wall clock moves; what was set to ring after a while rings after that while. */
  | { do: 'jump clock'; byMs: number };

export interface Step {
  /** ms of simulated time after the step before */
  afterMs: number;
  action: Action;
  /** Left out when the kill that the schedule opens with has come: the run goes on so that it does. */
  untilKilled?: true;
}

export interface Schedule {
  seed: number;
  products: string[];
  slots: number;
  /** GiB for all sessions; each takes one. Null: no limit */
  memoryGiB: number | null;
  /** ms that the wall clock is ahead at the beginning */
  wallOffsetMs: number;
  /** null: one runtime, which nobody named */
  machines: MachineSpec[] | null;
  steps: Step[];
}

const writes = ['coordinator.start', 'coordinator.send', 'coordinator.stop'] as const;
const second = 1_000;
const minute = 60 * second;

export function makeSchedule(seed: number): Schedule {
  const random = createRandom(seed);
  // What is alone is never crowded.
  const least = hasMachines(seed) ? 2 : 1;
  const products = Array.from({ length: random.between(least, 4) }, (_, i) => `p${i + 1}`) as [
    string,
    ...string[],
  ];
  const steps: Step[] = [];
  const count = random.between(6, 28);
  const memoryGiB = random.pick([null, null, 1, 2] as const);
  // Some seeds are calm, some are storms, and some have one kind of fault only.
  const faults = random.pick([0.15, 0.35, 0.6] as const);
  const favourite = random.chance(0.3) ? faultOf(random, products) : null;
  let starts = 0;
  for (let i = 0; i < count + mostMore; i += 1) {
    const more = i >= count && { untilKilled: true as const };
    const afterMs = random.pick([0, 0, 300, 2 * second, 9 * second, 40 * second, 3 * minute] as const);
    let action: Action;
    // A fleet whose products are gone or paused makes no calls.
    if (more && i % 10 === 0) {
      steps.push({ afterMs: 0, action: { do: 'restore products' }, ...more });
      action = { do: 'resume', product: random.pick(products) };
    } else if (i > 0 && random.chance(faults)) action = favourite ?? faultOf(random, products);
    else {
      action = humanOf(random, products, starts);
      if (action.do === 'start') {
        starts += 1;
        // A fault that waits for what the start will do meets it; one that comes by chance seldom does.
        if (random.chance(faults / 2)) steps.push({ afterMs: 0, action: cutOf(random, 2 * second), ...more });
      }
    }
    steps.push({ afterMs: Math.round(afterMs * (0.5 + random.next())), action, ...more });
  }
  steps.unshift({ afterMs: 0, action: killOf(seed) });
  const slots = random.between(1, products.length);
  if (hasMachines(seed)) {
    // What each machine has is the limit here, and seldom that of the whole fleet.
    const all = { slots: products.length, memoryGiB: slots === 1 ? memoryGiB : null };
    return { seed, products, ...all, wallOffsetMs: 0, ...machinesOf(seed, steps, products) };
  }
  const limits = limitsOf(seed, steps, products.length);
  return { seed, products, slots, memoryGiB, machines: null, ...limits };
}

/** p1 and p3 work on one account, p2 and p4 on another. */
export const accountOf = (index: number): string => (index % 2 === 0 ? 'default' : 'team');

/** The nights in which clocks in Europe go forward and back, and an ordinary day; the simulation begins at 09:00. */
const nights = ['2026-03-28T23:00:00Z', '2026-10-24T22:00:00Z', '2026-01-05T09:00:00Z'] as const;

/**
 * Usage limits, and what clocks do to their resets. In some seeds only, and from a source of their own: what the others
 * find stays where it was found.
 */
function limitsOf(seed: number, steps: Step[], products: number): Pick<Schedule, 'wallOffsetMs' | 'steps'> {
  if (seed % 9 !== 7) return { wallOffsetMs: 0, steps };
  const random = createRandom(seed ^ 0x11417);
  const limited: Step[] = steps.flatMap((step, index): Step[] => {
    if (index < 2 || step.untilKilled || !random.chance(0.25)) return [step];
    const account = accountOf(products > 1 ? random.between(0, 1) : 0);
    const says = random.pick(['utc', 'zone', 'zone', 'nothing'] as const);
    const forMs =
      says === 'nothing' ? 40 * minute : random.pick([10 * minute, 50 * minute, 3 * 60 * minute] as const);
    const jump: Step = {
      afterMs: 2 * minute,
      action: { do: 'jump clock', byMs: random.pick([-40 * minute, 5 * minute, 60 * minute] as const) },
    };
    return [
      step,
      { afterMs: 20 * second, action: { do: 'limit', account, forMs, says } },
      // Seen by now, and somebody asks for more.
      { afterMs: minute, action: more(random, account, index) },
      ...(random.chance(0.3) ? [jump] : []),
    ];
  });
  const wallOffsetMs = Date.parse(random.pick(nights)) - Date.parse('2026-01-05T09:00:00Z');
  return { wallOffsetMs, steps: limited };
}

const more = (random: Random, account: string, index: number): Action => ({
  do: 'start',
  product: account === 'default' ? 'p1' : 'p2',
  key: `key-${1_000 + index}`,
  fate: fateOf(random),
  needs: [],
});

export const killPoints = ['before call', 'after call', 'before write', 'after write'] as const;

/** Steps that a run may go on for until its n is reached. */
const mostMore = 200;

/** How far the kills that schedules open with go, over `4 * mostN('before call')` seeds in a row. */
export const mostN = (point: KillPoint): number => (point.endsWith('call') ? 500 : 125);

/**
 * Over the seeds fleetd is killed at every n-th call up to 500 and every n-th write up to 125 of a run. (What was
 * reached is counted.)
 */
function killOf(seed: number): Action {
  const point = killPoints[(seed - 1) % 4] ?? 'before call';
  return { do: 'kill', point, n: 1 + (Math.floor((seed - 1) / 4) % mostN(point)), downMs: 2 * second };
}

function humanOf(random: Random, products: [string, ...string[]], starts: number): Action {
  const product = random.pick(products);
  const choice = random.between(0, 99);
  if (starts === 0 || choice < 50) {
    return {
      do: 'start',
      product,
      key: starts > 0 && random.chance(0.15) ? `key-${random.between(0, starts - 1)}` : `key-${starts}`,
      fate: fateOf(random),
      needs: starts > 0 && random.chance(0.12) ? [random.between(0, starts - 1)] : [],
    };
  }
  if (choice < 58) return { do: 'stop', product };
  if (choice < 63) return { do: 'cancel', nth: random.between(0, starts) };
  if (choice < 67) return { do: 'requeue', nth: random.between(0, starts) };
  if (choice < 77)
    return { do: random.pick(['pause', 'pause', 'resume', 'resume', 'focus'] as const), product };
  if (choice < 79) return { do: 'undo' };
  if (choice < 84) return { do: 'message', product, text: `note ${random.between(0, 9)}` };
  if (choice < 90)
    return {
      do: 'answer',
      nth: random.between(0, 3),
      verdict: random.pick(['approved', 'answered', 'rejected'] as const),
      closed: random.chance(0.25),
    };
  if (choice < 91) return { do: 'let the model try', nth: random.between(0, 2) };
  if (choice < 94) return { do: 'slots', slots: random.between(1, products.length) };
  if (choice < 96) return { do: 'remove product', product };
  if (choice < 98) return { do: 'restore products' };
  return { do: 'start by hand', product };
}

const asksOf = (random: Random): Asks =>
  random.pick(['plan', 'plan', 'question', 'question', 'critical', 'orchestrator', 'decision'] as const);

function fateOf(random: Random): Fate {
  const afterMs = random.pick([2 * second, 30 * second, 90 * second, 10 * minute] as const);
  const choice = random.between(0, 9);
  return {
    kind: choice < 7 ? 'completes' : choice < 8 ? 'closes' : 'dies',
    afterMs,
    asks: random.chance(0.4) ? asksOf(random) : null,
    waits: random.chance(0.7),
  };
}

const cutOf = (random: Random, forMs: number): Action => ({
  do: 'cut link at',
  command: random.pick([...writes, 'coordinator.send', 'mail.reply'] as const),
  forMs: random.pick([100, forMs] as const),
});

function faultOf(random: Random, products: [string, ...string[]]): Action {
  const product = random.pick(products);
  const forMs = random.pick([100, 2 * second, 20 * second, 2 * minute] as const);
  switch (random.between(0, 25)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return {
        do: 'kill',
        point: random.pick(killPoints),
        n: random.between(1, random.pick([4, 40] as const)),
        downMs: forMs,
      };
    case 4:
      return { do: 'restart fleetd', downMs: forMs };
    case 5:
    case 6:
      return { do: 'cut link', forMs };
    case 7:
      return { do: 'restart runtime', forMs };
    case 8:
      return { do: 'kill coordinator', product };
    case 9:
      return {
        do: 'lose reply',
        command: random.pick([...writes, 'mail.reply', 'mail.read'] as const),
      };
    case 10:
      return random.pick<Action>([
        { do: 'refuse', command: 'coordinator.start', code: 'OV_CLAUDE_DIED', class: 'runtime' },
        { do: 'refuse', command: 'coordinator.send', code: 'OV_DB_LOCKED', class: 'unavailable' },
        { do: 'refuse', command: 'coordinator.stop', code: 'OV_STOP_INCOMPLETE', class: 'runtime' },
        { do: 'refuse', command: 'mail.list', code: 'OV_DB_LOCKED', class: 'unavailable' },
        { do: 'refuse', command: 'mail.reply', code: 'OV_NOT_FOUND', class: 'refused' },
      ]);
    case 11:
      return { do: 'blind', product, forMs };
    case 12:
    case 13:
    case 23:
    case 24:
      return cutOf(random, forMs);
    case 14:
      return { do: 'slow', factor: random.pick([4, 12] as const), forMs };
    case 15:
      return {
        do: 'delay reply',
        command: random.pick([...writes, 'snapshot', 'footprint', 'mail.list'] as const),
        byMs: random.pick([400, 5 * second, 25 * second] as const),
      };
    case 16:
      return {
        do: 'do twice',
        command: random.pick(['coordinator.start', 'coordinator.stop', 'mail.read', 'snapshot'] as const),
      };
    case 17:
    case 18:
      return { do: 'ask', product, asks: asksOf(random), words: random.between(0, 2) };
    case 19:
      return { do: 'repeat mail', product };
    case 20:
      return { do: 'restart gateway', forMs };
    case 21:
      return { do: 'channel down', channel: random.pick(['slack', 'webchat'] as const), forMs };
    case 22:
      return random.chance(0.5) ? { do: 'channel lies' } : { do: 'lose ack' };
    default:
      return {
        do: 'jump clock',
        byMs: random.pick([-60 * minute, -3 * second, 40 * second, 24 * 60 * minute] as const),
      };
  }
}
