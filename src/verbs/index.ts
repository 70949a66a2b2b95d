// What a human can say to the fleet: one file per verb, one grammar for the CLI and for `/fleet` in chat.
// A verb asks fleetd through the client and answers with text (src/api/text), never with effects of its own.
import type { FleetClient } from '../api/client.ts';
import type { Source } from '../api/contract.ts';
import type { FleetErrorShape } from '../errors.ts';

export interface VerbContext {
  client: FleetClient;
  /** who asks, recorded with what is asked */
  source: Source;
  surface: 'chat' | 'cli';
  /** the answer as one JSON document: {ok, data} or {ok, error} */
  json?: boolean;
  /** ms since epoch */
  now: () => number;
  /** width of the terminal; chat takes its own */
  columns?: number;
  /** takes pieces of an answer that grows (events); cli only */
  write?: (chunk: string) => void;
  /** ends an answer that grows */
  signal?: AbortSignal;
}

export interface VerbResult {
  text: string;
  /** as in errors.ts; 0 = done */
  exitCode: number;
  /** the view that the text shows */
  data?: unknown;
  error?: FleetErrorShape;
}

/**
 * Runs one verb. Never throws: a failure is text, exit code and `error`.
 * @param input words (CLI), or the line a human typed in chat without the leading `/fleet`
 */
export async function runVerb(input: string[] | string, context: VerbContext): Promise<VerbResult> {
  throw new Error(`not yet: ${input} ${context.surface}`);
}
