// What answers a call of the contract: its arguments are checked by then, its result is the reply's `data`.
import type { z } from 'zod';
import type { AskedOf, CallName, Routes } from '../contract/routes.ts';

/** Of one request. */
export interface Call {
  /** aborted when whoever asked is gone */
  signal: AbortSignal;
}

type Data<N extends CallName> = z.input<Routes[N]['reply']>;

/** Handlers of these calls: each is given the parts of the path in their order, then the query or body, then the Call. */
export type Handlers<N extends CallName> = {
  [One in N]: (...asked: [...AskedOf<One>, call: Call]) => Data<One> | Promise<Data<One>>;
};
