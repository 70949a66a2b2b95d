// fleetd's side of the lease of a runtime: until when the far end may hold it, said in the far end's own clock, and from when
// on nothing of ours surely runs there any more, in ours. Only the length of times crosses from one clock to the other.
import type { Clock } from '../common/clock.ts';
import { FleetError } from '../common/errors.ts';
import { clockDrift, type Hold, leaseStopMs, leaseTermMs, secondTermMs } from '../contract/runtime/hold.ts';
import type { RuntimeInfo } from '../contract/runtime/protocol.ts';

/** Tests shorten them; nothing else does. */
export interface LeaseLengths {
  /** default: leaseTermMs */
  termMs?: number;
  /** default: secondTermMs */
  secondMs?: number;
  /** default: leaseStopMs */
  stopMs?: number;
}

export interface LeaseOptions extends Pick<Hold, 'fleet' | 'runtime' | 'epoch'>, LeaseLengths {}

/** Six in a term: one that is late, or a link that is opened again, costs nothing. */
export const beatEveryMs = ({ termMs = leaseTermMs }: LeaseLengths): number => termMs / 6;
/** In a partition the stream stays open for minutes, and its products wait for somebody to notice. */
export const beatWithinMs = ({ termMs = leaseTermMs }: LeaseLengths): number => termMs / 4;

export interface LeaseTerms {
  /** What hello said just now. @throws FleetError AGENT_INCOMPATIBLE: it keeps no lease */
  learn(info: RuntimeInfo): void;
  /** The next hold. That it is made counts as sent, and sent as heard. */
  next(): Hold;
  /** ms of our clock that nobody sets: from then on nothing runs there. Infinity: it was given back, and goes on */
  endsMs(): number;
  givenBack(): void;
}

/** @param clock its `upMs`; one without has none that nobody sets, and `nowMs` stands in */
export function leaseTerms(options: LeaseOptions, clock: Clock): LeaseTerms {
  const { termMs = leaseTermMs, secondMs = secondTermMs, stopMs = leaseStopMs, ...who } = options;
  const up = () => clock.upMs?.() ?? clock.nowMs();
  /** The longest that the far end's clock may need for it, by ours. */
  const atMost = (farMs: number) => farMs / (1 - clockDrift);
  const afterEnd = secondMs + stopMs;
  /** The far end's moment, and ours when we heard of it: by then it was that there, or later. */
  let heard: { farMs: number; hereMs: number } | null = null;
  // A fleetd before this one may have renewed it until the moment that this one came.
  let endsMs = up() + atMost(termMs + afterEnd);

  return {
    learn({ upMs }) {
      if (upMs === undefined)
        throw new FleetError({
          code: 'AGENT_INCOMPATIBLE',
          message: `Expected fleet-agent of ${who.runtime} to keep a lease, got one that knows of none.`,
          mend: 'Build the runtime from the same release as fleetd.',
        });
      heard = { farMs: upMs, hereMs: up() };
    },
    next() {
      if (heard === null) throw new Error('hello comes before a hold');
      const sinceMs = up() - heard.hereMs;
      const hold = { ...who, untilMs: heard.farMs + sinceMs + termMs, secondMs };
      endsMs = Math.max(endsMs, heard.hereMs + atMost(sinceMs + termMs + afterEnd));
      return hold;
    },
    endsMs: () => endsMs,
    givenBack() {
      endsMs = Number.POSITIVE_INFINITY;
    },
  };
}
