// What must hold, whatever happened; checks.ts checks it after every step, and at the moments that it is about.
import type { Registry } from '../../src/registry/registry.ts';
import type { Fleetd } from './lives.ts';

export const invariants = {
  'one session': 'At most one session per product, in the journal and in the world.',
  'one door':
    'Every start in the world belongs to a session that admit journalled, and its intent is written.',
  'start once':
    'A session starts its coordinator again only after a fault could have hidden the first start.',
  slots: 'An admission never takes more slots or live sessions than there are.',
  reservations:
    'An admission never takes more memory than the budget has, by what each session is predicted to take.',
  'paused is paused':
    'Nothing starts on a product that a human has paused, or that has a critical gate open.',
  'closed account':
    'A limit on a screen closes its account within its deadline, and nothing starts on it; who stands there is told to go on when it is over: not before, within its deadline, and once.',
  'deliver once':
    'No message [obj-n.m], no answer [gate-n.s] and no reply with it reaches a coordinator twice.',
  'own work': 'What reaches a coordinator of the fleet is for the objective of its session.',
  'no ghost work': 'Nothing is handed over for an objective that is over.',
  'stopped is stopped': 'What was stopped, or has no session, has no processes within its deadline.',
  'nothing lost': 'What was accepted stays in the journal, under the same id for the same key.',
  'done is done': 'An objective is called done only when its coordinator brought it to an end.',
  'asked is kept':
    'A question becomes a gate within its deadline; a gate stays as it was asked until it is answered or withdrawn.',
  'answered once':
    'A gate is closed once, answered only by a human; what that human was told stays, and just that reaches the coordinator, or is said to have reached nobody when its objective is over.',
  'heard or told':
    'Every objective, message, answer and report of a worker is heard by the coordinator, or told as unheard, within its deadline; what is called heard was heard.',
  told: 'Every gate and every end has one notice; it is called sent only when a channel took it; in the end all that is due was told.',
  'told in order':
    'The notices of a product are first told in the order of their numbers (the daily digest apart).',
  'no false alarm': 'Mail that the fleet itself sent is never called forged.',
  'tables agree':
    'A live session has an open objective, an open objective that has left the queue has a live session. What is kept of a read is what the tables have.',
  replay: 'The event log, applied to an empty database, gives exactly the current tables.',
  'everything ends':
    'After faults stop and time passes, every objective is done, failed, cancelled, or queued with a reason.',
  'one coordinator':
    'At most one live coordinator of the fleet per product over all runtimes; none when its lease is said to have ended.',
  capacity: 'Nothing is placed or admitted on a runtime beyond what it has.',
  'moved whole': 'A product that was moved has all that was made, or begun, where it was.',
  fenced:
    'Nothing is written in a workspace without its lease, by a stream that was given up, or with an epoch older than one heard there.',
  'partitions fail nothing':
    'No objective fails where the world did nothing but cut, delay or restart what carries words.',
  'no crash': 'No command and no timer of fleetd fails with anything but a FleetError that says why.',
} as const;

export class Violation extends Error {
  readonly invariant: keyof typeof invariants;
  constructor(invariant: keyof typeof invariants, what: string) {
    super(`${invariant}: ${what}`);
    this.invariant = invariant;
  }
}

/** How long processes may outlive what they were for, while fleetd is up and the link holds, in ms. */
export const stopDeadlineMs = 4 * 60_000;

/** How long mail may stay unheard and untold, while fleetd is up, the link holds and its reader lives, in ms. */
export const hearingDeadlineMs = 30 * 60_000;

/**
 * How long a limit may stand on a screen unseen, and its coordinator untold after it, in ms, while fleetd is up and the link
 * holds. In a night when an hour comes twice a screen in that zone may mean either; one that says nothing is tried.
 */
export const limitDeadlineMs = {
  unseen: 10 * 60_000,
  untold: { utc: 15 * 60_000, zone: 80 * 60_000, nothing: 150 * 60_000 },
};

export interface Watched {
  /** the one that is up */
  fleetd(): Fleetd;
  /** idempotency key → id that a human was told */
  accepted: Map<string, string>;
  /** gate → the answer that a human was told to be taken */
  answered: Map<number, { verdict: string; text: string }>;
  scheduling(): Registry['scheduling'];
  /** whether products.yaml has it now */
  listed(product: string): boolean;
  /** faults so far that can hide an outcome from fleetd */
  faults(): number;
}
