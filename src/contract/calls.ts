// Each call of the contract as it is sent, without its schemas: whoever believes the answer needs no more of it.
// `npm run docs -- openapi` writes calls.json from routes.ts.
import written from './calls.json' with { type: 'json' };
import type { RouteName } from './routes.ts';

/** Of every path. */
export const apiPrefix = '/v1';

/** In each reply of fleetd: the `digest` of the contract that it was made by. */
export const contractHeader = 'x-fleet-contract';

/** Of docs/openapi.json: another whenever a schema is. */
export const contractDigest: string = written.digest;

export interface Call {
  method: 'GET' | 'POST';
  /** below `apiPrefix`; what begins with a colon is given */
  path: string;
  /** ms that a client waits for an answer that may take longer than others */
  waitMs?: number;
  /** of a reply that is no JSON */
  media?: string;
}

export const calls = written.calls as Record<RouteName, Call>;
