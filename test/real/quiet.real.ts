// Looking does not wake the looker: `ov status` and `ov mail list` leave a product's signature alone, also
// while `ov serve` holds the databases open, and REST tells what `ov` tells.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readServe } from '../../src/runtime/agent/served.ts';
import { signatureOf } from '../../src/runtime/agent/signature.ts';
import { until } from '../simulator/ov.ts';
import { openRealOv, type RealOv } from '../support/real-ov.ts';
import { freePort } from '../support/trial-process.ts';

let real: RealOv;
let root: string;
beforeAll(async () => {
  real = await openRealOv();
  ({ root } = await real.product('alpha'));
});
afterAll(() => real?.[Symbol.asyncDispose]());

const ov = async (...words: string[]) => {
  const { stdout } = await execa('ov', words, { cwd: root, env: real.env, extendEnv: false });
  return JSON.parse(stdout.split('\n').at(-1) ?? '');
};
const send = () =>
  ov('mail', 'send', '--to', 'operator', '--from', 'coordinator', '--subject', 's', '--body=b', '--json');

async function looksLeaveNoTrace(): Promise<void> {
  const before = await signatureOf(root);
  for (let n = 0; n < 5; n += 1) {
    await ov('status', '--json', '--agent', 'operator');
    await ov('mail', 'list', '--json', '--to', 'operator', '--unread');
  }
  expect(await signatureOf(root)).toBe(before);
}

it('an idle look changes nothing, with and without ov serve', async () => {
  await send();
  await ov('status', '--json');
  await looksLeaveNoTrace();

  const port = await freePort();
  const serve = spawn(join(real.workspace, '../bin/ov'), ['serve', '--port', String(port), '--json'], {
    cwd: root,
    env: real.env,
    stdio: 'ignore',
  });
  try {
    await until(
      () => readServe(port),
      (read) => read !== null,
    );
    await looksLeaveNoTrace();
    // It polls its databases four times a second; nothing tells that it has.
    const before = await signatureOf(root);
    await sleep(2_000);
    expect(await signatureOf(root)).toBe(before);

    // With what was written still in the -wal, held open by the service.
    await send();
    expect(await signatureOf(root)).not.toBe(before);
    await looksLeaveNoTrace();
    const { unreadMailCount } = await ov('status', '--json', '--agent', 'operator');
    expect((await readServe(port))?.operatorMail).toHaveLength(unreadMailCount);
    expect(unreadMailCount).toBe(2);
  } finally {
    serve.kill();
  }
});
