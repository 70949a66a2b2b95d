// Real faults on the bundle, while four products run: `kill -9` of a process in its container, `docker kill` and
// `docker restart` of a container, a full state volume. The engine's and the host's are in host.test.ts.
// At night (`npm run test:night -- kills`); at each landing bundle.test.ts kills fleetd and the gateway, at night box.test.ts the agent,
// and test/sessions the tmux server.
import { basename } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ObjectiveView } from '../../src/contract/objectives.ts';
import type { FleetStatus } from '../../src/contract/status.ts';
import { composeAvailable, type Service } from '../support/compose.ts';
import { type Fault, fourProducts, minutes } from '../support/four-products.ts';
import { restoreOnTheBundle } from '../support/restore.ts';
import { type FleetStack, sharedStack } from '../support/shared-stack.ts';

describe.skipIf(!(await composeAvailable()))('while four products run', () => {
  let stack: FleetStack;
  let four: ReturnType<typeof fourProducts>;
  const fleet = <T>(...argv: string[]) => stack.fleet<T>(...argv);
  const outlived = (faults: Fault[]) => four.outlived(faults);
  const survived = (faults: Fault[]) => four.survived(faults);

  beforeAll(async () => {
    stack = await sharedStack();
    four = fourProducts(stack);
    await four.prepare();
  }, 8 * minutes);
  afterAll(() => four?.restore(), minutes);

  /** Every process of a service whose command line matches gets SIGKILL; at least one must. */
  async function killProcess(service: Service, command: RegExp): Promise<void> {
    const script = `
      const fs = require('node:fs'); let found = 0;
      for (const pid of fs.readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name) && Number(name) > 1 && Number(name) !== process.pid)) {
        let line = ''; try { line = fs.readFileSync('/proc/' + pid + '/cmdline', 'utf8').replaceAll('\\0', ' '); } catch { /* it has ended since it was listed */ }
        if (${command}.test(line)) { found += 1; process.kill(Number(pid), 'SIGKILL'); }
      }
      console.log(found);`;
    // The container may go down with it, and this exec too.
    const found = await stack.exec(service, ['node', '-e', script]).catch(() => '1');
    expect(Number(found), `processes like ${command} in ${service}`).toBeGreaterThan(0);
  }
  const container = async (service: Service, ...command: string[]) =>
    execa('docker', [...command, (await stack.inspect(service)).Id]);

  const killFleetd: Fault = {
    name: 'kill -9 of fleetd',
    strike: () => killProcess('fleetd', /^node \/opt\/fleet\/fleetd\.js/),
  };
  const killAgent: Fault = {
    name: 'kill -9 of the agent',
    strike: () => killProcess('overstory-runtime', /agent\.js/),
  };
  const killGateway: Fault = {
    name: 'kill -9 of the gateway',
    strike: () => killProcess('openclaw-meta', /gateway-main\.js/),
  };
  const killTmux: Fault = {
    name: 'kill -9 of the tmux server',
    strike: () => killProcess('overstory-runtime', /^tmux\b/),
  };
  const ofContainer = (service: Service): Fault[] => [
    { name: `docker kill of ${service}`, strike: () => container(service, 'kill') },
    { name: `docker restart of ${service}`, strike: () => container(service, 'restart', '--time', '3') },
  ];

  test.each([killAgent, killFleetd, killGateway, ...ofContainer('fleetd'), ...ofContainer('openclaw-meta')])(
    '$name: no session ends, nothing is done twice',
    (fault) => outlived([fault]),
    8 * minutes,
  );
  test.each([killTmux, ...ofContainer('overstory-runtime')])(
    '$name: what died is said, and nothing of it is left',
    (fault) => survived([fault]),
    8 * minutes,
  );
  test(
    'a backup is restored by the commands of the docs: what was known then is known again',
    async () => {
      const paused = async () =>
        (await fleet<FleetStatus>('status')).products.filter((p) => p.paused).map(({ name }) => name);
      await fleet('pause', 'product-b');
      const { file } = await fleet<{ file: string }>('backup');
      await fleet('resume', 'product-b');
      await fleet('start', 'product-c', 'asked for after the copy');
      const words = /'[^']*'|\S+/g;
      for (const line of restoreOnTheBundle(basename(file))) {
        const argv = (line.match(words) ?? []).slice(2).map((word) => word.replaceAll("'", ''));
        await stack.compose(...argv);
      }
      await expect
        .poll(() => paused().catch(() => null), { timeout: minutes, interval: 300 })
        .toEqual(['product-b']);
      await fleet('resume', 'product-b');
      // The coordinator that the copy does not know counts as started by hand, and is taken over.
      const { id } = await fleet<ObjectiveView>('start', 'product-c', 'go on there');
      await expect.poll(() => four.statesOf([id]), { timeout: 3 * minutes, interval: 500 }).toEqual(['done']);
    },
    8 * minutes,
  );

  test(
    'a full state volume: what is new is refused in words, and goes on when there is space',
    async () => {
      const state = '/var/lib/fleetd';
      await stack.configure({ files: ['test/compose/small-state.yaml'] });
      await stack.exec('fleetd', ['sh', '-c', `head -c 6000000 /dev/zero > ${state}/filler`]);
      const accepted: string[] = [];
      let refusal = '';
      for (let i = 0; i < 200 && refusal === ''; i += 1)
        await fleet<ObjectiveView>('start', 'product-a', `${i} ${'x'.repeat(60_000)}`).then(
          ({ id }) => accepted.push(id),
          (error) => {
            refusal = String(error);
          },
        );
      expect(refusal).toContain('JOURNAL_UNUSABLE');
      const shown = await fleet<FleetStatus>('status');
      expect(shown.journal.error?.code).toBe('JOURNAL_UNUSABLE');
      expect(shown.products).toHaveLength(4);
      await stack.exec('fleetd', ['rm', `${state}/filler`]);
      await expect
        .poll(async () => (await fleet<FleetStatus>('status')).journal.error, {
          timeout: 2 * minutes,
          interval: 500,
        })
        .toBeNull();
      for (const id of accepted.slice(1)) await fleet('cancel', id);
      await expect
        .poll(() => four.statesOf(accepted.slice(0, 1)), { timeout: 3 * minutes, interval: 500 })
        .toEqual(['done']);
      expect((await fleet<ObjectiveView>('start', 'product-b', 'there is space again')).id).toBe(
        `obj-${accepted.length + 1}`,
      );
    },
    10 * minutes,
  );
});
