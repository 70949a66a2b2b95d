// How every client (CLI, plugin, dashboard) talks to fleetd: a method per call of the contract, one request each over
// its unix socket, replies checked, failures as FleetError.
import type { z } from 'zod';
import { calls } from '../contract/calls.ts';
import type { FleetEvent } from '../contract/events.ts';
import type { CallName, GivenTo, Routes } from '../contract/routes.ts';
import { createCalls, type Given } from './calls.ts';
import { type EventsOptions, followEvents } from './events.ts';
import type { FleetdAddress } from './transport.ts';

export type { FleetdAddress } from './transport.ts';

type Calls = {
  [N in CallName]: (...given: GivenTo<N>) => Promise<z.output<Routes[N]['reply']>>;
};

/**
 * Each method takes the parts of its path in their order, then its query or body; what it does is said in the contract.
 * Every call rejects with a FleetError: what fleetd said (its code and mend kept), or
 * FLEETD_UNREACHABLE (not connected: nothing was asked), FLEETD_LOST (the connection broke: a request that
 * changes something may have been done), FLEETD_TIMEOUT (no whole reply in time: likewise),
 * FLEETD_REPLY_INVALID (not a reply of this contract), FLEETD_REPLY_TOO_LARGE (over 64 MiB),
 * BAD_NAME (a product or objective that cannot be one).
 */
export interface FleetClient extends Calls {
  /**
   * Throws when it cannot connect the first time; after that a broken stream is taken up again after the
   * last event seen, until `signal` is aborted (which ends the iteration without an error).
   */
  events(options?: EventsOptions): AsyncIterable<FleetEvent>;
}

export interface ClientOptions {
  /** for one whole call, event streams excepted. Default 30 s */
  timeoutMs?: number;
  /**
   * true: a reply made by this very contract (contractHeader) is not checked again: loading the schemas takes a short-lived
   * program longer than all else. Default: every reply is checked
   */
  believes?: boolean;
}

export function createFleetClient(address: FleetdAddress, options: ClientOptions = {}): FleetClient {
  const { call, stream } = createCalls(address, options);
  const methods = Object.entries(calls)
    .filter(([, { media }]) => media === undefined)
    .map(([name, sent]) => [name, (...given: Given[]) => call(name as CallName, sent, given)]);
  return {
    ...(Object.fromEntries(methods) as Calls),
    events: (asked = {}) => followEvents(asked, stream),
  };
}
