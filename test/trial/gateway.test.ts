// A gateway on a machine that is too slow for it: a stand-in for openclaw.mjs says and does what the real one did there.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { standInModel } from '../../src/openclaw/providers.ts';
import { startGatewayPatiently } from '../../src/trial/gateway.ts';
import { freePort } from '../support/trial-process.ts';

/** OpenClaw 2026.9.6 at a load of 46. */
const lease =
  'OpenClaw startup migrations did not complete cleanly; refusing to report the gateway ready. - Agent database maintenance deferred: state lease heartbeat did not become ready (phase=startup, trigger=timeout, timeoutMs=5000)';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleet-slow-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** @param runs  what each run of the gateway does; the last one again and again */
async function start(runs: ('slow' | 'stuck' | 'refused' | 'ready')[], readyTimeoutMs?: number) {
  const openclaw = join(folder, 'openclaw.mjs');
  writeFileSync(
    openclaw,
    `import { appendFileSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
appendFileSync(process.env.RUNS, 'x');
const runs = ${JSON.stringify(runs)};
const what = runs[Math.min(readFileSync(process.env.RUNS, 'utf8').length, runs.length) - 1];
if (what === 'slow') { console.error(${JSON.stringify(lease)}); for (let n = 0; n < 20; n++) console.error('run openclaw doctor --fix'); process.exit(78); }
if (what === 'refused') { console.error('Invalid config: gateway.port'); process.exit(78); }
if (what === 'stuck') setInterval(() => {}, 1000);
if (what === 'ready') createServer((_, reply) => reply.end()).listen(Number(process.env.PORT), '127.0.0.1');
`,
  );
  const port = await freePort();
  const said: string[] = [];
  const outcome = startGatewayPatiently({
    stateDir: join(folder, 'state'),
    token: 'token',
    openclaw,
    config: {
      port,
      bind: 'loopback',
      pluginDir: folder,
      workspaceDir: join(folder, 'workspace'),
      logFile: join(folder, 'log/openclaw.log'),
      socketPath: join(folder, 'fleetd.sock'),
      model: standInModel('http://127.0.0.1:9'),
      chats: {},
      allowedOrigins: [],
    },
    env: { PORT: String(port), RUNS: join(folder, 'runs') },
    onProgress: (sentence) => said.push(sentence),
    ...(readyTimeoutMs !== undefined && { readyTimeoutMs }),
  });
  return { outcome, said };
}

test('one that gave up for its own time limits is tried once more', async () => {
  const { outcome, said } = await start(['slow', 'ready']);
  const started = await outcome;
  expect(said).toContain('This machine was too slow for the OpenClaw gateway: it is tried once more');
  if (!('gateway' in started)) throw started.tooSlow;
  await started.gateway.stop();
});

test.each([
  ['gives up twice', 'slow', 'its end, exit 78', undefined],
  ['is never ready', 'stuck', 'no ready answer', 500],
] as const)(
  'one that %s is told as slow, not as a bad config, and ends nothing',
  async (_how, what, got, readyTimeoutMs) => {
    const { outcome } = await start([what], readyTimeoutMs);
    expect(await outcome).toMatchObject({
      tooSlow: {
        code: 'GATEWAY_SLOW',
        message: expect.stringMatching(new RegExp(`${got}.*this machine is too busy for it\\.$`)),
        mend: expect.not.stringContaining('openclaw.json'),
      },
    });
  },
);

test('a config that is refused is no matter of patience', async () => {
  const { outcome, said } = await start(['refused', 'ready']);
  await expect(outcome).rejects.toMatchObject({ code: 'GATEWAY_CONFIG' });
  expect(said.join()).not.toContain('once more');
});
