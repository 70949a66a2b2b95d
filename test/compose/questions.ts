// The six open questions of the original design, answered by measuring on the bundle.
import { readFile, stat } from 'node:fs/promises';
import { expect, test } from 'vitest';
import type { FleetEvent } from '../../src/contract/events.ts';
import type { ObjectiveView } from '../../src/contract/objectives.ts';
import { connectRuntime, dockerChannel } from '../../src/runtime/index.ts';
import type { ComposeStack } from '../support/compose.ts';
import { recordAnswer } from '../support/milestones.ts';

const minutes = 60_000;

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

async function timed(times: number, call: () => Promise<unknown>): Promise<number> {
  const took: number[] = [];
  for (let i = 0; i < times; i++) {
    const startedAt = performance.now();
    await call();
    took.push(performance.now() - startedAt);
  }
  return median(took);
}

export function openQuestions(shared: { stack: () => ComposeStack }): void {
  const fleet = async <T>(...argv: string[]): Promise<T> =>
    JSON.parse(await shared.stack().exec('fleetd', ['fleet', ...argv, '--json'])).data as T;

  test('1. latency: one held-open exec against an exec per call', async () => {
    const stack = shared.stack();
    const perCall = await timed(10, () =>
      stack.compose(
        ...[
          'exec',
          '--no-TTY',
          '--workdir',
          '/workspace/product-a',
          'overstory-runtime',
          'ov',
          'status',
          '--json',
        ],
      ),
    );
    const runtime = connectRuntime({ channel: dockerChannel({ project: stack.project }) });
    try {
      await expect.poll(() => runtime.link().state, { timeout: minutes }).toBe('connected');
      const heldOpen = await timed(100, () => runtime.list());
      const product = { name: 'product-a', root: '/workspace/product-a' };
      await runtime.snapshot([product]);
      const unchanged = await timed(20, () => runtime.snapshot([product]));
      expect(heldOpen).toBeLessThan(perCall / 5);
      recordAnswer(
        1,
        `\`docker compose exec … ov status --json\`: ${perCall.toFixed(0)} ms a call (median of 10). Over one exec held open: a round trip ${heldOpen.toFixed(1)} ms, the status of an unchanged product ${unchanged.toFixed(1)} ms, because no process is started. Changes are pushed.`,
      );
    } finally {
      await runtime.close();
    }
  });

  test('2. tmux in the container: every coordinator came up and was stopped', async () => {
    const text = await shared.stack().exec('fleetd', ['fleet', 'events', '--after', '0', '--json']);
    const events = text
      .trim()
      .split('\n')
      .flatMap((line) => JSON.parse(line))
      .flatMap((reply: { data?: FleetEvent[] } & FleetEvent) => reply.data ?? [reply]);
    const starts = events.filter((e) => e.kind === 'action.settled' && /^start-/.test(String(e.data.action)));
    const failed = starts.filter((e) => e.data.state !== 'done');
    expect(starts.length).toBeGreaterThan(2);
    expect(failed).toEqual([]);
    const version = await shared.stack().exec('overstory-runtime', ['tmux', '-V']);
    recordAnswer(
      2,
      `Yes, with a keeper session: ${starts.length} coordinators were started in ${version} in this run, ${failed.length} of them failed to come up. Without a keeper, stopping the last session ends the tmux server, and \`ov coordinator stop\` fails about half the time.`,
    );
  });

  test('3. SQLite in WAL mode on the volume', async () => {
    const script = `
      const { DatabaseSync } = require('node:sqlite'); const fs = require('node:fs');
      const run = (folder) => { const file = folder + '/wal-' + process.pid + '.db'; const db = new DatabaseSync(file);
        const mode = db.prepare('PRAGMA journal_mode = WAL').get().journal_mode; db.exec('CREATE TABLE t (x)');
        const at = performance.now(); for (let i = 0; i < 200; i++) db.exec('INSERT INTO t VALUES (1)');
        const ms = (performance.now() - at) / 200; db.close(); for (const end of ['', '-wal', '-shm']) fs.rmSync(file + end, { force: true });
        return { mode, ms }; };
      console.log(JSON.stringify({ volume: run('/workspace'), layer: run('/tmp') }));`;
    const { volume, layer } = JSON.parse(
      await shared.stack().exec('overstory-runtime', ['node', '-e', script]),
    );
    expect(volume.mode).toBe('wal');
    recordAnswer(
      3,
      `On Linux: journal_mode ${volume.mode}, ${volume.ms.toFixed(2)} ms a commit on the named volume, ${layer.ms.toFixed(2)} ms in the container's own layer (200 commits each). Databases are opened by one container only: fleetd asks \`ov\`, never the files.`,
    );
  });

  test('4. the skill API', async () => {
    const skill = (await stat('skills/overstory/SKILL.md')).size;
    const manifest = JSON.parse(await readFile('openclaw.plugin.json', 'utf8')) as {
      contracts: { tools: string[] };
    };
    recordAnswer(
      4,
      `A skill is Markdown (ours: ${(skill / 1024).toFixed(1)} KiB); what wraps overstory is a plugin with a manifest: ${manifest.contracts.tools.length} tools and one command, no dependency at run time. The skill reaches the prompt only when the agent may \`read\`.`,
    );
    expect(manifest.contracts.tools.length).toBeGreaterThan(5);
  });

  test('5. keys: two, each where it is needed', async () => {
    const gateway = (await shared.stack().inspect('openclaw-meta')).Config.Env.join('\n');
    const fleetd = (await shared.stack().inspect('fleetd')).Config.Env.join('\n');
    expect(gateway).not.toContain('RUNTIME_ANTHROPIC_API_KEY');
    expect(fleetd).not.toContain('API_KEY');
    recordAnswer(
      5,
      'Separate or shared, as you set them: `ANTHROPIC_API_KEY` for the gateway, `RUNTIME_ANTHROPIC_API_KEY` for the workers (default: the same). fleetd has none; the gateway never sees the workers’.',
    );
  });

  test(
    '6. a restart of the gateway and of fleetd keeps a running session',
    async () => {
      const stack = shared.stack();
      const { id } = await fleet<ObjectiveView>(
        'start',
        'product-b',
        'survives a restart of what watches it',
      );
      await expect
        .poll(async () => (await fleet<ObjectiveView>('objective', id)).state, {
          timeout: minutes,
          interval: 200,
        })
        .toBe('running');
      await stack.compose('kill', '--signal', 'SIGKILL', 'fleetd');
      await stack.compose('restart', '--no-deps', 'openclaw-meta');
      await stack.compose('up', '--detach', '--no-build', '--wait', '--wait-timeout', '180');
      await expect
        .poll(async () => (await fleet<ObjectiveView>('objective', id)).state, {
          timeout: 2 * minutes,
          interval: 500,
        })
        .toBe('done');
      const sent = JSON.parse(
        await stack.compose(
          ...['exec', '--no-TTY', '--workdir', '/workspace/product-b', 'overstory-runtime'],
          ...['ov', 'mail', 'list', '--from', 'operator', '--json'],
        ),
      ) as { messages: { subject: string }[] };
      expect(sent.messages.filter((m) => m.subject.includes(`[${id}.1]`))).toHaveLength(1);
      recordAnswer(
        6,
        'Yes: with a session running, fleetd was killed (SIGKILL) and the gateway restarted; the session went on, its objective was sent once and ended done. What fleetd knows is in its journal and is observed again; the gateway knows nothing that matters.',
      );
    },
    5 * minutes,
  );
}
