// `fleet` and fleetd of different releases: what fails says so.
import { expect, it } from 'vitest';
import { createFleetClient } from '../../src/client/client.ts';
import { version } from '../../src/common/version.ts';
import { runVerb } from '../../src/verbs/index.ts';
import { fakeFleetd, refuse, reply } from '../support/fake-fleetd.ts';

const unknown = {
  code: 'ROUTE_UNKNOWN',
  class: 'not-found',
  message: 'There is no such path.',
  mend: 'See the list.',
  product: null,
};

async function asked(fleetdVersion: string, line: string) {
  await using fleetd = await fakeFleetd();
  fleetd.on('GET /v1/health', reply({ ready: true, version: fleetdVersion }));
  fleetd.on('GET /v1/spending', refuse(404, unknown));
  fleetd.on('GET /v1/lessons', reply([{ n: 'one' }]));
  const source = { via: 'cli', sender: 'tester', thread: null } as const;
  const client = createFleetClient({ socketPath: fleetd.socketPath });
  return (await runVerb(line.split(' '), { client, source, surface: 'cli', now: Date.now })).error;
}

it.each([
  ['spend', 'ROUTE_UNKNOWN'],
  ['lessons', 'FLEETD_REPLY_INVALID'],
])('%s, where fleetd is of another release', async (line, code) => {
  const error = await asked('0.0.1', line);
  expect(error).toMatchObject({
    code,
    mend: expect.stringContaining(`fleet ${version}, and fleetd is 0.0.1`),
  });
});

it('of the same release the error is what it was', async () => {
  expect(await asked(version, 'spend')).toMatchObject({ code: 'ROUTE_UNKNOWN', mend: 'See the list.' });
});
