// A worker that was talked into it, in the runtime and as its uid: takes the machine, sets traps in its repository,
// floods with mail, and has `ov` say anything.
import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { ObjectiveView } from '../../../src/contract/objectives.ts';
import { meanwhile, minutes, mostMib, mostMs, type Shared, shells } from './shell.ts';

export function workers(shared: Shared): void {
  const { ask, shell, status, worker } = shells(shared);
  const root = (script: string) => shell('overstory-runtime', '0', script);
  const product = async (name: string) => (await status()).products.find((one) => one.name === name);
  const mail = (of: string, words: string) =>
    worker(`cd ${of} && FLEET_TEST=1 ov mail send --from lead-1 --to operator --type status ${words} --json`);

  /** Into the mail's own database, as any worker can write it. */
  const flood = (n: number, length: number) =>
    worker(
      `cd product-d && node -e "const db = new (require('node:sqlite').DatabaseSync)('.overstory/mail.db', { timeout: 5000 }); db.exec('BEGIN'); const put = db.prepare(\\"INSERT INTO messages (id, from_agent, to_agent, subject, body) VALUES (?, 'flood', 'operator', 'x', ?)\\"); for (let n = 0; n < ${n}; n++) put.run('flood-' + Date.now() + '-' + n, '🦊' + 'x'.repeat(${length})); db.exec('COMMIT')" 2>/dev/null`,
    );

  afterAll(() =>
    worker(
      `cd product-d && node -e "new (require('node:sqlite').DatabaseSync)('.overstory/mail.db', { timeout: 5000 }).exec(\\"DELETE FROM messages WHERE from_agent = 'flood'\\")" 2>/dev/null`,
    ),
  );

  describe('taking the machine', () => {
    let before = '';
    beforeAll(async () => {
      before = await readFile(shared.stack().productsFile, 'utf8');
      await writeFile(
        shared.stack().productsFile,
        before.replace(/^ {4}max_memory_gb: 12$/m, '    max_memory_gb: 2\n    max_processes: 150'),
      );
      await vi.waitFor(
        async () =>
          // A budget of 2 GiB, and half a GiB more.
          expect((await shared.stack().inspect('overstory-runtime')).HostConfig).toMatchObject({
            PidsLimit: 150,
            Memory: 2.5 * 1024 ** 3,
          }),
        { timeout: minutes, interval: 300 },
      );
    }, minutes);
    afterAll(async () => {
      const limit = async () => (await shared.stack().inspect('overstory-runtime')).HostConfig.PidsLimit;
      // Where the file says nothing the limit stays as it is.
      await writeFile(
        shared.stack().productsFile,
        before.replace(/^( {4}max_memory_gb: 12)$/m, '$1\n    max_processes: 4096'),
      );
      await vi.waitFor(async () => expect(await limit()).toBe(4_096), { timeout: minutes, interval: 300 });
      await writeFile(shared.stack().productsFile, before);
    }, minutes);
    /** All that must live on: the server of all coordinators, and the agent. */
    const others = () => worker('pgrep -o tmux; pgrep -of /opt/fleet/agent.js; cat /proc/1/comm');

    test(
      'a fork bomb and a memory hog meet the limits of products.yaml, and nothing else dies',
      async () => {
        const alive = await others();
        const { waitedMs } = await meanwhile(shared, async () => {
          expect(
            await worker(
              '(for n in $(seq 300); do sleep 3 & done) 2>&1 | grep -m1 -o "Cannot fork\\|Resource temporarily unavailable"; true',
            ),
          ).toMatch(/Cannot fork|Resource temporarily/);
          // A program that finds no room for its threads waits for ever: first the bomb has to be over.
          await vi.waitFor(() => worker('[ "$(ls -d /proc/[0-9]* | wc -l)" -lt 40 ]'), {
            timeout: minutes,
            interval: 500,
          });
          const hog = `node -e 'const all = []; while (all.length < 60) all.push(Buffer.alloc(64e6, 1))'`;
          expect(await worker(`${hog} >/dev/null 2>&1; echo $?`)).toBe('137');
        });
        expect(waitedMs).toBeLessThan(mostMs);
        expect(await others()).toBe(alive);
        expect((await status()).runtime.state).toBe('connected');
      },
      2 * minutes,
    );
  });

  test(
    'programs that its repository names are not run by a look, and links out of it show nothing',
    async () => {
      const traps = `
        printf '#!/bin/sh\\necho "$0 $@" >> /tmp/trapped\\nexit 0\\n' > /tmp/trap.sh; chmod 755 /tmp/trap.sh; rm -f /tmp/trapped
        cp -r product-b /tmp/product-b.before; cd product-b
        for key in core.fsmonitor core.pager pager.log core.sshCommand core.editor core.askPass gpg.program diff.external credential.helper filter.x.clean core.alternateRefsCommand; do git config $key /tmp/trap.sh; done
        git config log.showSignature true; git config alias.log '!/tmp/trap.sh'; git config core.hooksPath /tmp
        cp /tmp/trap.sh .git/hooks/post-checkout; cp /tmp/trap.sh .git/hooks/reference-transaction
        echo '* filter=x diff=x' > .gitattributes
        ln -s /etc/passwd link; ln -s /workspace/product-a neighbour; ln -s /proc/self/environ environ`;
      try {
        await worker(traps);
        const look = (query: string) => ask('1000', 'GET', `/v1/products/product-b/look?${query}`);
        expect((await look('kind=log')).body.ok).toBe(true);
        expect((await look('kind=tree&depth=3')).body.ok).toBe(true);
        expect((await look('kind=file&path=.gitattributes')).body.ok).toBe(true);
        for (const path of ['link', 'neighbour/README.md', 'environ', '.git/config'])
          expect((await look(`kind=file&path=${path}`)).body.error?.code, path).toMatch(
            /^(PATH_ESCAPES|LOOK_REFUSED)$/,
          );
        await worker('rm -rf product-b/.git; ln -s /workspace/product-a/.git product-b/.git');
        expect((await look('kind=log')).body.error?.code).toBe('PATH_ESCAPES');
        expect(await worker('cat /tmp/trapped 2>/dev/null; true')).toBe('');
      } finally {
        await worker(
          'find product-b -mindepth 1 -delete; cp -r /tmp/product-b.before/. product-b/; rm -rf /tmp/product-b.before /tmp/trap*',
        );
      }
    },
    minutes,
  );

  describe('mail without end', () => {
    const inbox = () => shared.stack().exec('fleetd', ['fleet', 'inbox', 'product-d', '--json']);
    beforeAll(() => mail('product-d', '--subject hello --body there'));
    test(
      'in pieces as large as a look takes: what is kept of each is bounded, and so is what shows it',
      async () => {
        const { mib, waitedMs } = await meanwhile(shared, async () => {
          for (let n = 0; n < 4; n++) {
            await flood(1, 3_900_000);
            await expect
              .poll(async () => (await inbox()).split('[Cut here by fleetd').length - 1, {
                timeout: minutes,
                interval: 200,
              })
              .toBeGreaterThan(n);
          }
        });
        expect(mib).toBeLessThan(mostMib);
        expect(waitedMs).toBeLessThan(mostMs);
        expect((await inbox()).length).toBeLessThan(10_000_000);
      },
      2 * minutes,
    );
  });

  describe('having `ov` say anything', () => {
    const real = '/usr/local/bin/ov.real';
    beforeAll(() =>
      root(
        `cp -p /usr/local/bin/ov ${real} && printf '#!/bin/sh\\n[ -z "$FLEET_TEST" ] && [ "$PWD" = /workspace/product-c ] && [ -f /tmp/ov-says ] && . /tmp/ov-says\\nexec ${real} "$@"\\n' > /usr/local/bin/ov`,
      ),
    );
    afterEach(() => worker('rm -f /tmp/ov-says /tmp/huge.json; pkill -f "[s]leep 601"; true'));
    afterAll(async () => {
      await root(`mv ${real} /usr/local/bin/ov`);
      await mail('product-c', '--subject well --body again');
      // A hook may not poll.
      await vi.waitFor(async () => expect((await product('product-c'))?.error).toBeNull(), {
        timeout: minutes,
        interval: 300,
      });
    }, minutes);

    const says = (script: string) => worker(`cat > /tmp/ov-says <<'SAYS'\n${script}\nSAYS`);
    const huge = `node -e "console.log(JSON.stringify({ success: true, command: 'status', currentRunId: null, agents: Array.from({ length: 28 }, (_, n) => ({ id: 's' + n, agentName: '\\u{1f98a}' + 'n'.repeat(1e6), capability: 'lead', worktreePath: '/w', branchName: 'b', taskId: 't', tmuxSession: '', state: 'working', pid: null, parentAgent: null, depth: 1, runId: null, startedAt: '', lastActivity: '', escalationLevel: 0, stalledSince: null })), worktrees: [], tmuxSessions: [], unreadMailCount: 0, mergeQueueCount: 0, recentMetricsCount: 0 }))" > /tmp/huge.json`;

    test.each([
      ['500 MB', 'exec head -c 500000000 /dev/zero', /^(OV_OUTPUT_TOO_LARGE)$/],
      ['garbage', 'printf "\\033[2J{]"; exit 0', /^OV_GARBAGE$/],
    ])(
      '%s is a typed error of its product, and of no other',
      async (_what, script, code) => {
        await says(script);
        const { mib, waitedMs } = await meanwhile(shared, async () => {
          await mail('product-c', '--subject look --body here');
          const seen = async () => (await product('product-c'))?.error?.code;
          await expect.poll(seen, { timeout: minutes, interval: 300 }).toMatch(code);
        });
        expect((await product('product-a'))?.error).toBeNull();
        expect(mib).toBeLessThan(mostMib);
        expect(waitedMs).toBeLessThan(mostMs);
      },
      2 * minutes,
    );

    test(
      'beside an `ov` that says nothing, for ever, and mail in great number, other products are answered as before',
      async () => {
        await says('exec sleep 601');
        await worker(
          `mkdir -p product-a/.overstory/sim && echo '{"speed":4}' > product-a/.overstory/sim/settings.json`,
        );
        const { mib, waitedMs } = await meanwhile(shared, async () => {
          await mail('product-c', '--subject look --body here');
          await flood(3_000, 100);
          const { id } = await shared.stack().fleet<ObjectiveView>('start', 'product-a', 'Work beside it');
          const state = async () => (await shared.stack().fleet<ObjectiveView>('objective', id)).state;
          await expect.poll(state, { timeout: minutes, interval: 300 }).toBe('done');
        });
        expect(mib).toBeLessThan(mostMib);
        expect(waitedMs).toBeLessThan(mostMs);
        await worker('rm -f product-a/.overstory/sim/settings.json');
        const seen = async () => (await product('product-c'))?.error?.code;
        await expect.poll(seen, { timeout: minutes, interval: 300 }).toBe('OV_TIMEOUT');
      },
      2 * minutes,
    );

    test(
      '28 MB of names, well formed, are cut before they are kept',
      async () => {
        await worker(huge);
        await worker(`echo 'case " $* " in *" status "*) exec cat /tmp/huge.json ;; esac' > /tmp/ov-says`);
        const { mib } = await meanwhile(shared, async () => {
          await mail('product-c', '--subject look --body again');
          const seen = async () => (await product('product-c'))?.workers?.length ?? 0;
          await expect.poll(seen, { timeout: minutes, interval: 300 }).toBe(28);
        });
        expect(JSON.stringify(await status()).length).toBeLessThan(500_000);
        expect(mib).toBeLessThan(mostMib);
      },
      2 * minutes,
    );
  });
}
