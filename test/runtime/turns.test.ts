// Whose turn it is: slots over all products, and the queue of writes of one.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { writeQueueMs } from '../../src/contract/runtime/protocol.ts';
import type { Ov } from '../../src/runtime/agent/ov.ts';
import { createRuns } from '../../src/runtime/agent/run.ts';
import { createSlots } from '../../src/runtime/agent/slots.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Work that notes its start and ends when told to. */
function works() {
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  const work = (name: string) => () =>
    new Promise<void>((resolve) => {
      started.push(name);
      ends.set(name, resolve);
    });
  const end = async (name: string) => {
    ends.get(name)?.();
    await vi.advanceTimersByTimeAsync(0);
  };
  return { started, work, end };
}

test('no more run at once than there are slots, and the urgent go first, in order', async () => {
  const slots = createSlots({ size: 1, lendAfterMs: 2_000, maxLent: 1 });
  const { started, work, end } = works();
  for (const [name, urgent] of [
    ['a', false],
    ['b', false],
    ['u1', true],
    ['u2', true],
  ] as const)
    void slots.run(work(name), urgent);
  expect(started).toEqual(['a']);
  for (const name of ['a', 'u1', 'u2']) await end(name);
  expect(started).toEqual(['a', 'u1', 'u2', 'b']);
});

test('beside an urgent one a single patient one runs, until nobody waits for anything', async () => {
  const slots = createSlots({ size: 4, lendAfterMs: 2_000, maxLent: 1 });
  const { started, work, end } = works();
  void slots.run(work('u1'), true);
  for (const name of ['a', 'b', 'c']) void slots.run(work(name), false);
  expect(started).toEqual(['u1', 'a']);
  void slots.run(work('u2'), true);
  await end('a');
  expect(started).toEqual(['u1', 'a', 'u2', 'b']);
  await end('u1');
  expect(started).toEqual(['u1', 'a', 'u2', 'b']);
  await end('u2');
  expect(started).toEqual(['u1', 'a', 'u2', 'b', 'c']);
});

test('one that has become urgent while it waited goes first', async () => {
  const slots = createSlots({ size: 4, lendAfterMs: 2_000, maxLent: 1 });
  const { started, work } = works();
  let waitedFor = false;
  void slots.run(work('u'), true);
  void slots.run(work('a'), false);
  void slots.run(work('b'), false);
  void slots.run(work('c'), () => waitedFor);
  expect(started).toEqual(['u', 'a']);
  waitedFor = true;
  slots.reconsider();
  expect(started).toEqual(['u', 'a', 'c']);
});

test('what lasts gives its slot back, up to the bound, and takes none with it when it ends', async () => {
  const slots = createSlots({ size: 1, lendAfterMs: 2_000, maxLent: 1 });
  const { started, work, end } = works();
  for (const name of ['a', 'b', 'c', 'd']) void slots.run(work(name), false);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(started).toEqual(['a', 'b']);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(started).toEqual(['a', 'b']);
  await end('a');
  expect(started).toEqual(['a', 'b']);
  await end('b');
  expect(started).toEqual(['a', 'b', 'c']);
});

test('work that fails frees its slot', async () => {
  const slots = createSlots({ size: 1, lendAfterMs: 2_000, maxLent: 1 });
  await expect(slots.run(() => Promise.reject(new Error('no')), false)).rejects.toThrow('no');
  expect(await slots.run(async () => 'next', false)).toBe('next');
});

const a = { name: 'a', root: '/w/a' };

test('a write whose turn does not come in time is refused and never started', async () => {
  const calls: string[] = [];
  const ends: (() => void)[] = [];
  const ov = {
    call: (_folder: string, name: string) => {
      calls.push(name);
      return new Promise<void>((resolve) => ends.push(resolve));
    },
  } as unknown as Ov;
  const runs = createRuns(ov, createSlots({ size: 4, lendAfterMs: 2_000, maxLent: 4 }));
  const first = runs.run(a, async () => a.root, 'coordinator.start', {});
  const second = runs.run(a, async () => a.root, 'coordinator.stop', {}).catch((error) => error.code);
  await vi.advanceTimersByTimeAsync(writeQueueMs);
  expect(await second).toBe('PRODUCT_BUSY');
  ends[0]?.();
  await first;
  const third = runs.run(a, async () => a.root, 'coordinator.stop', {});
  await vi.advanceTimersByTimeAsync(0);
  ends[1]?.();
  await third;
  expect(calls).toEqual(['coordinator.start', 'coordinator.stop']);
});

test('writes run in the order they came, also when the folder of the first is found last', async () => {
  const calls: string[] = [];
  const ov = { call: async (_folder: string, name: string) => void calls.push(name) } as unknown as Ov;
  const runs = createRuns(ov, createSlots({ size: 4, lendAfterMs: 2_000, maxLent: 4 }));
  const late = Promise.withResolvers<string>();
  const first = runs.run(a, () => late.promise, 'coordinator.start', {});
  const second = runs.run(a, async () => a.root, 'coordinator.stop', {});
  await vi.advanceTimersByTimeAsync(100);
  expect(calls).toEqual([]);
  late.resolve(a.root);
  await Promise.all([first, second]);
  expect(calls).toEqual(['coordinator.start', 'coordinator.stop']);
});
