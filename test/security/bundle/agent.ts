// A worker at the agent itself, which has its uid: kills it, and writes into its end of the channel.
import { expect, test } from 'vitest';
import { meanwhile, minutes, mostMib, mostMs, obeyed, type Shared, shells } from './shell.ts';

export function agents(shared: Shared): void {
  const { logged, status, worker } = shells(shared);
  const pid = '$(pgrep -of /opt/fleet/agent.js)';
  const frame = (json: string) =>
    `Content-Length: ${Buffer.byteLength(json)}\\r\\n\\r\\n${json.replaceAll('"', '\\"')}`;
  const lost = async () => (await status()).runtime.state !== 'connected';
  const back = () =>
    expect
      .poll(async () => (await status()).runtime.state, { timeout: minutes, interval: 200 })
      .toBe('connected');
  /** Another agent than before. */
  const replaced = async (before: string) => {
    await expect.poll(() => worker(`echo ${pid}`), { timeout: minutes, interval: 200 }).not.toBe(before);
    await back();
  };

  test(
    'killed, it is started again',
    async () => {
      const before = await worker(`echo ${pid}`);
      await worker(`kill -9 ${pid}`);
      await replaced(before);
    },
    minutes,
  );

  test.each([
    ['garbage', `printf 'Last login: today\\nbash: agent: not found\\r\\n\\r\\n'`, 'AGENT_PROTOCOL'],
    ['a frame of 500 MB', `printf 'Content-Length: 524288000\\r\\n\\r\\n'`, 'AGENT_FRAME_TOO_LARGE'],
    ['JSON that is none', `printf 'Content-Length: 4\\r\\n\\r\\n{"a"'`, 'AGENT_PROTOCOL'],
  ])(
    '%s in its name cuts the link, which is opened again',
    async (_what, says, code) => {
      const before = await worker(`echo ${pid}`);
      await worker(`${says} > /proc/${pid}/fd/1`);
      await replaced(before);
      await logged(new RegExp(code));
    },
    minutes,
  );

  test(
    'a flood of well-formed lies in its name, and of its log, holds up nobody',
    async () => {
      const before = await worker(`echo ${pid}`);
      const already = (await shared.stack().logs('fleetd')).split('"from":"agent"').length;
      const lie = frame('{"jsonrpc":"2.0","method":"fleet/changed","params":{"product":"product-a"}}');
      const { mib, waitedMs } = await meanwhile(shared, async () => {
        await worker(
          `timeout 4 node -e "const fs = require('node:fs'); const [out, log] = [1, 2].map((fd) => fs.openSync('/proc/' + process.argv[1] + '/fd/' + fd, 'w')); const lies = Buffer.from('${lie}'.repeat(50)); const lines = Buffer.from('\\u001b[2J\\u009b31m\\n'.repeat(200)); for (;;) { fs.writeSync(out, lies); fs.writeSync(log, lines); }" ${pid}; true`,
        );
      });
      expect(mib).toBeLessThan(mostMib);
      expect(waitedMs).toBeLessThan(mostMs);
      if (await lost()) await replaced(before);
      const log = await shared.stack().logs('fleetd');
      // 200 lines in ten seconds, of tens of thousands.
      expect(log.split('"from":"agent"').length - already).toBeLessThan(450);
      expect(log.match(obeyed)).toBeNull();
    },
    minutes,
  );
}
