// A page that its reader had is sent as what differs, and is the same page.
import fc from 'fast-check';
import { Hono } from 'hono';
import { expect, it } from 'vitest';
import { type Patch, patches, patchOf } from '../../src/dashboard/patch.ts';

const applied = (before: string, patch: Patch) =>
  patch.map((part) => (typeof part === 'string' ? part : before.slice(part[0], part[0] + part[1]))).join('');

const piece = fc.constantFrom('<li>', '</li>', '<p>a</p>', '<b>é€😀', 'text', '<', '<td data-n="1">');
const page = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''));

it('makes of any page any other', () => {
  fc.assert(
    fc.property(page, page, (before, after) => {
      expect(applied(before, patchOf(before, after))).toBe(after);
    }),
    { numRuns: 5_000 },
  );
});

const rows = (paused: number) =>
  Array.from(
    { length: 200 },
    (_, n) => `<tr><td>product-${n}</td><td>${n === paused ? 'paused' : 'idle'}</td></tr>`,
  ).join('');

it('sends of one changed row little more than the row', () => {
  const patch = patchOf(rows(-1), rows(120));
  expect(applied(rows(-1), patch)).toBe(rows(120));
  expect(JSON.stringify(patch).length).toBeLessThan(100);
});

it('sends a patch of what the reader has, and the page to who has none or one that is forgotten', async () => {
  let paused = 0;
  const app = new Hono().use(patches()).get('/', (c) => c.html(rows(paused)));
  const get = (has?: string) => app.request('/', { headers: has ? { 'fleet-has': has } : {} });
  const first = await get();
  const name = first.headers.get('fleet-page') ?? '';
  expect(await first.text()).toBe(rows(0));
  paused = 1;
  const second = await get(name);
  expect(second.headers.get('content-type')).toBe('application/json');
  expect(applied(rows(0), (await second.json()) as Patch)).toBe(rows(1));
  expect(await (await get('unknown')).text()).toBe(rows(1));
  for (paused = 2; paused < 40; paused += 1) await get();
  expect(await (await get(name)).text()).toBe(rows(40));
});
