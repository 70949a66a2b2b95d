// Through the real fleet-agent, one verb at a time.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectRuntime, type Runtime } from '../../src/runtime/index.ts';
import { until } from '../simulator/ov.ts';
import { openRealOv, type RealOv } from '../support/real-ov.ts';

let real: RealOv;
let runtime: Runtime;
let product: { name: string; root: string };
beforeAll(async () => {
  real = await openRealOv();
  product = await real.product('alpha');
  runtime = connectRuntime({ channel: real.channel() });
  await until(
    () => runtime.link(),
    (link) => link.state === 'connected',
  );
});
afterAll(async () => {
  await runtime?.close();
  await real?.[Symbol.asyncDispose]();
});

describe('fleet-agent against the real ov', () => {
  it('says which overstory it is', () => {
    const link = runtime.link();
    expect(link).toMatchObject({ info: { ov: { simulated: false, error: null } } });
  });

  it('start → status → send → mail → stop', async () => {
    await runtime.ov(product, 'coordinator.start', {});
    const [up] = await runtime.snapshot([product], { fresh: true });
    expect(up).toMatchObject({ health: 'ok', coordinator: { state: 'working', tmuxAlive: true } });
    await expect(runtime.ov(product, 'coordinator.start', {})).rejects.toMatchObject({
      code: 'OV_ALREADY_RUNNING',
    });

    const sent = await runtime.ov(product, 'coordinator.send', {
      subject: '[obj-1.1] ship',
      body: 'Objective obj-1.\n(dispatch text v1)',
    });
    expect(sent.nudged).toBe(true);
    const mail = await until(
      () => runtime.ov(product, 'mail.list', { to: 'operator', unread: true }),
      ({ messages }) => messages.length > 0,
    );
    expect(mail.messages[0]).toMatchObject({ from: 'coordinator', subject: 'Run complete: [obj-1]' });
    await runtime.ov(product, 'mail.read', { id: mail.messages[0]?.id ?? '' });

    await runtime.ov(product, 'coordinator.stop', {});
    const [down] = await runtime.snapshot([product], { fresh: true });
    expect(down).toMatchObject({ coordinator: { state: 'completed', tmuxAlive: false }, operatorMail: [] });
    const { products } = await until(
      () => runtime.footprint([product]),
      (report) => report.products[0]?.processes.length === 0,
    );
    expect(products[0]?.processes).toEqual([]);
  });

  it('ends the ov serve of an agent that was killed before it starts its own', async () => {
    const served = async () => {
      const report = await runtime.footprint([product]);
      const pids = report.products[0]?.processes.map(({ pid }) => pid) ?? [];
      return pids.filter((pid) => argvOf(pid).includes('serve'));
    };
    await runtime.ov(product, 'coordinator.start', {});
    await runtime.snapshot([product], { fresh: true });
    const [first] = await until(served, (pids) => pids.length === 1);
    const link = runtime.link();
    if (link.state !== 'connected') throw new Error('Expected a link');
    process.kill(link.info.pid, 'SIGKILL');
    await until(
      () => runtime.link(),
      (now) => now.state === 'connected' && now.info.pid !== link.info.pid,
    );
    await runtime.snapshot([product], { fresh: true });
    const [second] = await until(served, (pids) => pids.length === 1 && pids[0] !== first);
    expect(second).not.toBe(first);
    await runtime.ov(product, 'coordinator.stop', {});
    await runtime.snapshot([product], { fresh: true });
    await until(served, (pids) => pids.length === 0);
  });
});

function argvOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
