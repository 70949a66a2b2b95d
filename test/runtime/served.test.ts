// A live product is read over its `ov serve` without starting `ov`, as long as only its books move.
import { appendFileSync, chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { ProductSnapshot } from '../../src/contract/runtime/snapshot.ts';
import { connectRuntime, localChannel, type Runtime } from '../../src/runtime/index.ts';
import { MailStore } from '../../src/simulator/stores/mail.ts';
import { SessionStore } from '../../src/simulator/stores/sessions.ts';
import { type Lab, openLab, until } from '../simulator/ov.ts';
import { agentFile } from './workspace.ts';

let lab: Lab;
let runtime: Runtime;
let product: { name: string; root: string };
let calls: string;

beforeAll(async () => {
  lab = await openLab({ OV_SIM_POLL_MS: '3600000' });
  product = { name: 'alpha', root: await lab.product('alpha') };
  calls = join(lab.folder, 'calls.log');
  const bin = join(lab.folder, 'bin');
  mkdirSync(bin);
  writeFileSync(
    join(bin, 'ov'),
    `#!/bin/sh\necho "$*" >> '${calls}'\nexec '${process.execPath}' '${join(lab.folder, 'ov-sim.cjs')}' "$@"\n`,
  );
  chmodSync(join(bin, 'ov'), 0o755);
  appendFileSync(calls, '');
  runtime = connectRuntime({
    channel: localChannel({
      argv: [process.execPath, agentFile],
      cwd: lab.folder,
      env: { ...process.env, ...lab.env, PATH: `${bin}:${process.env.PATH}`, FLEET_WORKSPACE: lab.folder },
    }),
  });
  await vi.waitFor(() => expect(runtime.link().state).toBe('connected'), 20_000);
});
afterAll(async () => {
  await runtime?.close();
  await lab?.[Symbol.asyncDispose]();
});

const started = () => readFileSync(calls, 'utf8').split('\n').slice(0, -1);
const looks = () => started().filter((line) => /^(status|mail list)/.test(line)).length;
async function look(): Promise<ProductSnapshot> {
  const [snapshot] = await runtime.snapshot([product]);
  if (snapshot === undefined) throw new Error('Expected a snapshot');
  return snapshot;
}

test('mail and activity come over REST; what REST cannot tell comes from ov', async () => {
  await runtime.ov(product, 'coordinator.start', {});
  await runtime.snapshot([product], { fresh: true });
  // The service is up once a change is read without `ov`.
  const send = (subject: string) => {
    using mail = new MailStore(product.root);
    mail.send({ from: 'coordinator', to: 'operator', subject, body: 'text' });
  };
  let n = 0;
  await until(
    async () => {
      const before = looks();
      send(`warm-up ${n++}`);
      await look();
      return looks() - before;
    },
    (asked) => asked === 0,
  );

  const before = looks();
  send('over REST');
  const read = await look();
  expect(read).toMatchObject({ health: 'ok', coordinator: { state: 'working', tmuxAlive: true } });
  expect(read.operatorMail.map(({ subject }) => subject)).toContain('over REST');
  expect(read.operatorMail.at(-1)?.subject).toBe('over REST');
  expect(looks()).toBe(before);

  // `ov` itself sees the same.
  const [told] = await runtime.snapshot([product], { fresh: true });
  expect({ ...told, observedAtMs: 0 }).toEqual({ ...read, observedAtMs: 0 });

  // A coordinator whose row moved must be reconciled.
  const asked = looks();
  {
    using sessions = new SessionStore(product.root);
    sessions.setState('coordinator', 'completed');
  }
  expect(await look()).toMatchObject({ coordinator: { state: 'completed' } });
  expect(looks()).toBeGreaterThan(asked);
});
