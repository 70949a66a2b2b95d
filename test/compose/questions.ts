// What the design takes for granted, held on the bundle.
import { expect, test } from 'vitest';
import type { FleetEvent } from '../../src/contract/events.ts';
import type { ObjectiveView } from '../../src/contract/objectives.ts';
import { connectRuntime, dockerChannel } from '../../src/runtime/index.ts';
import type { ComposeStack } from '../support/compose.ts';

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
      expect(heldOpen).toBeLessThan(perCall / 5);
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
  });

  test('3. SQLite in WAL mode on the volume', async () => {
    const script = `
      const { DatabaseSync } = require('node:sqlite'); const fs = require('node:fs');
      const run = (folder) => { const file = folder + '/wal-' + process.pid + '.db'; const db = new DatabaseSync(file);
        const mode = db.prepare('PRAGMA journal_mode = WAL').get().journal_mode; db.exec('CREATE TABLE t (x)');
        db.exec('INSERT INTO t VALUES (1)'); db.close(); for (const end of ['', '-wal', '-shm']) fs.rmSync(file + end, { force: true });
        return { mode }; };
      console.log(JSON.stringify({ volume: run('/workspace') }));`;
    const { volume } = JSON.parse(await shared.stack().exec('overstory-runtime', ['node', '-e', script]));
    expect(volume.mode).toBe('wal');
  });

  test('4. keys: two, each where it is needed', async () => {
    const gateway = (await shared.stack().inspect('openclaw-meta')).Config.Env.join('\n');
    const fleetd = (await shared.stack().inspect('fleetd')).Config.Env.join('\n');
    expect(gateway).not.toContain('RUNTIME_ANTHROPIC_API_KEY');
    expect(fleetd).not.toContain('API_KEY');
  });

  test(
    '5. a kill of the gateway and of fleetd keeps a running session, and the token',
    async () => {
      const stack = shared.stack();
      const links = async () => (await stack.logs('openclaw-meta')).match(/#token=\S+/g) ?? [];
      const known = await links();
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
      await stack.compose('kill', '--signal', 'SIGKILL', 'fleetd', 'openclaw-meta');
      await stack.compose('up', '--detach', '--no-build', '--wait', '--wait-timeout', '180');
      await expect
        .poll(async () => (await fleet<ObjectiveView>('objective', id)).state, {
          timeout: 2 * minutes,
          interval: 500,
        })
        .toBe('done');
      await expect.poll(links, { timeout: minutes }).toEqual([...known, known[0]]);
      const sent = JSON.parse(
        await stack.compose(
          ...['exec', '--no-TTY', '--workdir', '/workspace/product-b', 'overstory-runtime'],
          ...['ov', 'mail', 'list', '--from', 'operator', '--json'],
        ),
      ) as { messages: { subject: string }[] };
      expect(sent.messages.filter((m) => m.subject.includes(`[${id}.1]`))).toHaveLength(1);
    },
    5 * minutes,
  );
}
