// What every page has around its own: the fleet as it stands, what waits for the human, and what became of what they did.
import type { Context } from 'hono';
import type { FleetClient } from '../client/client.ts';
import { errorClasses, FleetError, type FleetErrorShape } from '../common/errors.ts';
import type { GateView } from '../contract/gates.ts';
import type { FleetStatus } from '../contract/status.ts';
import type { Note, Said } from './act.ts';
import { act } from './acts.ts';
import type { Notes } from './notes.ts';

/** An act that was not taken: what was typed is not lost. */
export interface Refused {
  error: FleetErrorShape;
  said: Said;
}

export interface Frame {
  status: FleetStatus;
  /** open gates of all products */
  asks: GateView[];
  note: Note | null;
  refused: Refused | null;
  /** of the page, without its query: where its forms go */
  path: string;
}

/** @param client on the operator's socket: what is said here is said by the operator */
export interface Desk {
  client: FleetClient;
  notes: Notes;
}

/** @param product  that alone in the status. @throws FleetError PRODUCT_UNKNOWN */
export async function frameOf(
  c: Context,
  { client, notes }: Desk,
  refused: Refused | null = null,
  product?: string,
): Promise<Frame> {
  const [status, asks] = await Promise.all([client.status({ product }), client.gates()]);
  return { status, asks, note: notes.of(c.req.query('said')), refused, path: c.req.path };
}

export const httpOf = (refused: Refused | null) => (refused ? errorClasses[refused.error.class].http : 200);

/** The fields of a form, as text. */
export async function saidIn(c: Context): Promise<Said> {
  const body = await c.req.parseBody();
  return Object.fromEntries(
    Object.entries(body).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
}

/**
 * Does what a form of a page says, and goes on with the page it came from, or draws that page again with what was refused.
 * @param of    what the page's address says: its product or objective
 * @param draw  the page
 * @param next  where to go on, of what was done; left out: the page itself
 */
export async function acted(
  c: Context,
  { client, notes }: Desk,
  of: Said,
  draw: (refused: Refused) => Promise<Response>,
  next: (note: Note) => string = () => c.req.path,
): Promise<Response> {
  const said = { ...(await saidIn(c)), ...of };
  try {
    const note = await act(client, said);
    return c.redirect(`${next(note)}?said=${notes.keep(note)}`, 303);
  } catch (thrown) {
    const error = FleetError.wrap(thrown);
    if (error.class === 'internal') throw error;
    return draw({ error: error.toJSON(), said });
  }
}
