// Where these tests run there is nothing to reach but what the test itself serves on loopback.
import { once } from 'node:events';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { expect, it } from 'vitest';

it.skipIf(process.env.NO_NETWORK === undefined)('has no network but loopback', async () => {
  expect(Object.keys(networkInterfaces())).toEqual(['lo']);
  // Set aside for documentation: no host has it.
  const [error] = await once(
    connect(443, '192.0.2.1').on('connect', () => {}),
    'error',
  );
  expect(error).toMatchObject({ code: 'ENETUNREACH' });
});
