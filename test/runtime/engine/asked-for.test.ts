// A runtime that asks for a place per product is told that there is none yet; it is not taken for one for all.
import pino from 'pino';
import { expect, it } from 'vitest';
import { channelsOf } from '../../../src/fleetd/channels.ts';
import type { RuntimeEntry } from '../../../src/registry/registry.ts';

const entry = (more: Partial<RuntimeEntry>) =>
  ({ name: 'box', host: 'unix:///nowhere', isolation: 'none', ...more }) as RuntimeEntry;

it.each([
  { kind: 'kubernetes', host: null },
  { kind: 'docker', isolation: 'product' },
] as const)('%j does not open, and doctor says so', async (asked) => {
  const channel = channelsOf('meta', pino({ level: 'silent' }))(entry(asked));
  await expect(channel.open()).rejects.toMatchObject({ code: 'RUNTIME_REFUSED' });
  expect(await channel.doctor?.()).toMatchObject([
    { state: 'failed', says: expect.stringContaining('places none there yet') },
  ]);
});
