// The bundle on a real engine: one command, three healthy services, each in its box.
import { beforeAll, describe, expect, test } from 'vitest';
import { runtimeStops } from '../bad-input/runtime-stops.ts';
import { composeAvailable, services } from '../support/compose.ts';
import { type FleetStack, sharedStack } from '../support/shared-stack.ts';
import { chromiumPath } from '../support/webchat.ts';
import { humanChats } from './chat.ts';
import { openQuestions } from './questions.ts';

const minutes = 60_000;

const everyone = [...services, 'publisher', 'deliverer'] as const;

describe.skipIf(!(await composeAvailable()))('docker compose up', () => {
  describe('without anything configured but the simulator', () => {
    let stack: FleetStack;
    beforeAll(async () => {
      // What a former run reached proves nothing of this one.
      stack = await sharedStack();
    }, 8 * minutes);

    test('all three are healthy', async () => {
      for (const service of services)
        expect((await stack.inspect(service)).State.Health.Status).toBe('healthy');
    });

    test('the log has a link that opens WebChat, on loopback only', async () => {
      await expect.poll(() => stack.logs('openclaw-meta'), { timeout: minutes }).toContain('/chat#token=');
      const link = /http:\/\/localhost:(\d+)\/chat#token=\S+/.exec(await stack.logs('openclaw-meta'));
      expect(Number(link?.[1])).toBe(stack.port);
      expect((await fetch(`http://127.0.0.1:${stack.port}/chat`)).status).toBe(200);
      for (const service of services) {
        const bindings = Object.values((await stack.inspect(service)).HostConfig.PortBindings ?? {}).flat();
        expect(bindings.map(({ HostIp }) => HostIp)).toEqual(
          service === 'overstory-runtime' ? [] : ['127.0.0.1'],
        );
      }
    });

    test('the operator reaches every product through the CLI in fleetd', async () => {
      const status = JSON.parse(await stack.exec('fleetd', ['fleet', 'status', '--json']));
      const { products, runtime } = status.data;
      expect(runtime).toMatchObject({ state: 'connected', simulated: true, error: null });
      expect(products.map((one: { name: string; error: unknown }) => [one.name, one.error])).toEqual(
        ['a', 'b', 'c', 'd'].map((letter) => [`product-${letter}`, null]),
      );
    });

    test('the gateway loaded the plugin and reaches its own socket of fleetd, not the operator’s', async () => {
      expect(await stack.logs('openclaw-meta')).not.toMatch(
        /failed during load|suspicious ownership|world-writable/,
      );
      const get = `require('http').get({socketPath:process.env.FLEET_GATEWAY_SOCKET,path:'/v1/health'},(r)=>{console.log(r.statusCode);process.exit()})`;
      expect(await stack.exec('openclaw-meta', ['node', '-e', get])).toBe('200');
      await expect(stack.exec('openclaw-meta', ['ls', '/run/fleet/operator'])).rejects.toThrow(
        'No such file',
      );
    });

    test('only fleetd holds the engine’s socket; only the runtime holds the clones, only the publisher writes where a human works', async () => {
      const mounts = async (destination: string) => {
        const holders = [];
        for (const service of everyone) {
          const { Mounts } = await stack.inspect(service);
          if (
            Mounts.some(
              (one) =>
                one.Destination === destination ||
                (one.Source.endsWith('docker.sock') && destination.endsWith('docker.sock')),
            )
          )
            holders.push(service);
        }
        return holders;
      };
      expect(await mounts('/var/run/docker.sock')).toEqual(['fleetd']);
      expect(await mounts('/workspace')).toEqual(['overstory-runtime']);
      expect(await mounts('/projects')).toEqual(['overstory-runtime', 'publisher']);
      expect(await mounts('/var/lib/mirrors')).toEqual(['deliverer']);
      const writes = async (service: (typeof everyone)[number]) =>
        (await stack.inspect(service)).Mounts.find((one) => one.Destination === '/projects')?.RW;
      expect([await writes('overstory-runtime'), await writes('publisher')]).toEqual([false, true]);
    });

    test('each is boxed in', async () => {
      for (const service of everyone) {
        const { HostConfig } = await stack.inspect(service);
        expect(HostConfig, service).toMatchObject({ Privileged: false, CapDrop: ['ALL'], CapAdd: null });
        expect(HostConfig.SecurityOpt, service).toContain('no-new-privileges:true');
        expect(HostConfig.Memory, service).toBeGreaterThan(0);
        expect(HostConfig.PidsLimit, service).toBeGreaterThan(0);
      }
      const readOnly = async (service: (typeof everyone)[number]) =>
        (await stack.inspect(service)).HostConfig.ReadonlyRootfs;
      expect(await readOnly('openclaw-meta')).toBe(true);
      expect(await readOnly('fleetd')).toBe(true);
      expect(await readOnly('publisher')).toBe(true);
      expect(await readOnly('deliverer')).toBe(true);
      const networks = async (service: (typeof everyone)[number]) =>
        Object.keys((await stack.inspect(service)).NetworkSettings.Networks).map((name) =>
          name.split('_').at(-1),
        );
      for (const [service, network] of [
        ['openclaw-meta', 'gateway'],
        ['fleetd', 'dashboard'],
        ['overstory-runtime', 'workers'],
        ['deliverer', 'deliveries'],
        // not a network: none
        ['publisher', 'none'],
      ] as const)
        expect(await networks(service)).toEqual([network]);
    });

    test('the dashboard opens by the link in fleetd’s log, and fleetd has no way out', async () => {
      const link = /http:\/\/localhost:\d+\/#token=\w+/.exec(await stack.logs('fleetd'))?.[0] ?? '';
      const { origin, hash } = new URL(link);
      const body = new URLSearchParams({ token: hash.replace('#token=', '') });
      const answer = await fetch(`${origin}/login`, {
        method: 'POST',
        body,
        headers: { origin },
        redirect: 'manual',
      });
      expect(answer.status).toBe(303);
      const out = `require('net').connect({host:'1.1.1.1',port:443,timeout:3000}).on('connect',()=>console.log('out')).on('timeout',()=>process.exit()).on('error',()=>process.exit())`;
      expect(await stack.exec('fleetd', ['node', '-e', out])).toBe('');
    });

    test('what runs inside has the users and capabilities that were promised', async () => {
      const identity = async (service: (typeof everyone)[number]) => {
        const text = await stack.exec(service, ['cat', '/proc/1/status']);
        const field = (name: string) => new RegExp(`^${name}:\\s+(\\S+)`, 'm').exec(text)?.[1];
        return { uid: field('Uid'), capabilities: field('CapBnd'), noNewPrivileges: field('NoNewPrivs') };
      };
      const boxed = { capabilities: '0000000000000000', noNewPrivileges: '1' };
      expect(await identity('openclaw-meta')).toEqual({ uid: '1000', ...boxed });
      expect(await identity('fleetd')).toEqual({ uid: '0', ...boxed });
      expect(await identity('overstory-runtime')).toEqual({ uid: '1000', ...boxed });
      expect(await identity('publisher')).toEqual({ uid: '1000', ...boxed });
      expect(await identity('deliverer')).toEqual({ uid: '1000', ...boxed });
      await expect(stack.exec('openclaw-meta', ['touch', '/opt/fleet/package.json'])).rejects.toThrow(
        /Read-only file system|Permission denied/,
      );
    });

    describe.skipIf(chromiumPath === null && !process.env.CI)('a human chats', () => {
      humanChats({ stack: () => stack, productsFile: () => stack.productsFile });
    });

    describe('the open questions of the design', () => {
      openQuestions({ stack: () => stack });
    });

    describe('the runtime stopped in mid-call', () => {
      runtimeStops({ stack: () => stack });
    });

    test(
      'a restart of the runtime keeps the products, and clears what the dead container left',
      async () => {
        const marker = 'written before the restart';
        await stack.exec('overstory-runtime', [
          'sh',
          '-c',
          `echo '${marker}' > product-a/note.txt && echo 1 > product-a/.overstory/watchdog.pid`,
        ]);
        const commits = () =>
          stack.exec('overstory-runtime', ['git', '-C', 'product-a', 'log', '--format=%H']);
        const before = await commits();
        await stack.compose('restart', '--no-deps', 'overstory-runtime');
        await stack.compose('up', '--detach', '--no-build', '--wait', '--wait-timeout', '180');
        expect(await stack.exec('overstory-runtime', ['cat', 'product-a/note.txt'])).toBe(marker);
        expect(await commits()).toBe(before);
        await expect(
          stack.exec('overstory-runtime', ['ls', 'product-a/.overstory/watchdog.pid']),
        ).rejects.toThrow();
        await stack.exec('overstory-runtime', ['tmux', '-L', 'overstory', 'has-session', '-t', '=keeper']);
      },
      4 * minutes,
    );
  });
});
