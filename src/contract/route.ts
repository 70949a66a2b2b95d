// What one call of the API is. Each is declared once, beside its schemas, and routes.ts gathers them: the server, the
// client and docs/openapi.json are made from there.
import { z } from 'zod';

/** Who is at the other end: the gateway (a model lives there) or the operator's own machine account. */
export type Surface = 'gateway' | 'operator';

interface Common {
  /** below /v1; `:n` is a number above 0, what else begins with a colon the name of something */
  path: string;
  /** one sentence */
  summary: string;
  /** any: over the gateway's socket and the operator's. operator: over the operator's, elsewhere there is no such route */
  who: 'any' | 'operator';
  /** of `data` in the reply; of each event or of the text where `media` says so */
  reply: z.ZodType;
  /** ms that a client waits for an answer that may take longer than others */
  waitMs?: number;
  /** of a reply that is no JSON */
  media?: 'text/event-stream' | 'text/plain';
}

/** A query is text and read leniently; a body is JSON, and what does not fit is refused. */
export type Route = Common &
  (
    | { method: 'GET'; query?: z.ZodType; body?: undefined; free?: undefined }
    | {
        method: 'POST';
        body?: z.ZodType;
        query?: undefined;
        /** counts nothing of what the gateway may write in a day: it writes nothing, or only what fleetd itself numbered */
        free?: true;
      }
  );

type Part<Name extends string> = Name extends 'n' ? number : string;
type Parts<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? [Part<Name>, ...Parts<`/${Rest}`>]
  : Path extends `${string}:${infer Name}`
    ? [Part<Name>]
    : [];
type Schema<R extends Route> = R extends { body: infer S extends z.ZodType }
  ? S
  : R extends { query: infer S extends z.ZodType }
    ? S
    : never;
type Optional<T> = [T] extends [never] ? [] : object extends T ? [asked?: T] : [asked: T];

/** What a client gives: the parts of the path in their order, then query or body. */
export type Given<R extends Route> = [...Parts<R['path']>, ...Optional<z.input<Schema<R>>>];
/** What a server is handed: the same, checked, and with what was left out. */
export type Asked<R extends Route> = [
  ...Parts<R['path']>,
  ...([Schema<R>] extends [never] ? [] : [asked: z.output<Schema<R>>]),
];

/** A number of a query; what is none, or outside its bounds, is taken for `otherwise`. */
export const numberOr = (otherwise: number, number: z.ZodCoercedNumber<number>) =>
  number.catch(otherwise).default(otherwise);
/** Of a list's length. */
export const limitSchema = numberOr(50, z.coerce.number<number>().int().min(1).max(1000));
