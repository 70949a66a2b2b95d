// A page that is asked for again is sent as what differs from the one that its reader has: a change of one product is not
// the whole fleet once more.
import { createHash } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';

/** Pages that are remembered as they were sent: of each that is open the last one. */
const mostPages = 16;
/** tags and texts in a row that must be the same to be told as a copy */
const run = 4;

/** What the new text is made of, in order: a part of the old one (from, length; in UTF-16 units), or new text. */
export type Patch = ([from: number, length: number] | string)[];

/**
 * Names each page that is sent (`fleet-page`). Who says which one it has (`fleet-has`) gets a Patch of it as JSON, if that
 * is still known.
 */
export function patches(): MiddlewareHandler {
  const sent = new Map<string, string>();
  return async (c, next) => {
    await next();
    if (c.req.method !== 'GET' || !c.res.headers.get('content-type')?.startsWith('text/html')) return;
    const text = await c.res.text();
    const name = createHash('sha256').update(text).digest('base64url').slice(0, 12);
    const had = c.req.header('fleet-has') ?? '';
    const before = c.res.ok ? sent.get(had) : undefined;
    sent.delete(name);
    sent.set(name, text);
    for (const oldest of sent.keys()) if (sent.size > mostPages) sent.delete(oldest);
    const { status, headers } = c.res;
    c.res = new Response(before === undefined ? text : JSON.stringify(patchOf(before, text)), {
      status,
      headers,
    });
    c.res.headers.set('fleet-page', name);
    if (before === undefined) return;
    c.res.headers.set('content-type', 'application/json');
    // No page: nothing of it may be run, and the longer policy of pages would outweigh it.
    c.res.headers.set('content-security-policy', "default-src 'none'");
  };
}

export function patchOf(before: string, after: string): Patch {
  const [old, now] = [pieces(before), pieces(after)];
  const starts = new Map<string, number>();
  for (let at = old.length - run; at >= 0; at -= 1) starts.set(old.slice(at, at + run).join(''), at);
  const offsets = [0];
  for (const piece of old) offsets.push((offsets.at(-1) ?? 0) + piece.length);
  const same = (at: number, from: number) => {
    let length = 0;
    while (at + length < now.length && now[at + length] === old[from + length]) length += 1;
    return length;
  };
  const patch: Patch = [];
  /** where the old one goes on if what was new stands in place of as much */
  let expected = 0;
  for (let at = 0; at < now.length; ) {
    const found = starts.get(now.slice(at, at + run).join('')) ?? -1;
    const [here, there] = [same(at, expected), found < 0 ? 0 : same(at, found)];
    const [from, length] = here >= there ? [expected, here] : [found, there];
    if (length === 0) {
      const last = patch.at(-1);
      if (typeof last === 'string') patch[patch.length - 1] = last + now[at];
      else patch.push(now[at] ?? '');
      at += 1;
      expected += 1;
      continue;
    }
    const start = offsets[from] ?? 0;
    patch.push([start, (offsets[from + length] ?? 0) - start]);
    at += length;
    expected = from + length;
  }
  return patch;
}

/** Cut before each tag. */
const pieces = (text: string): string[] => text.split(/(?=<)/);
