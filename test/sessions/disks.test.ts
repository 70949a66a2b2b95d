// The disk of a product under its session, with real mounts: full, read-only, gone. It is named, a stop and a pause end all
// of it at once without `ov`, and when the disk is back the product goes on, and what was asked meanwhile is a gate.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { createFleetClient } from '../../src/client/client.ts';
import { processesIn, until } from '../simulator/ov.ts';
import { openRealFleet, type RealFleet } from '../support/real-fleet.ts';
import { openSimOv, type SimOv } from '../support/sim-ov.ts';

const by = { via: 'cli', sender: 'tester', thread: null } as const;
let sim: SimOv;
let fleet: RealFleet | null = null;
let mounted: string[] = [];
beforeAll(async () => {
  sim = await openSimOv();
});
afterEach(async () => {
  await fleet?.[Symbol.asyncDispose]();
  fleet = null;
  for (const at of mounted.toReversed()) unmount(at);
  mounted = [];
});
afterAll(() => sim?.[Symbol.asyncDispose]());

function mount(at: string, ...words: string[]): void {
  mkdirSync(at, { recursive: true });
  execFileSync('mount', [...words, at], { stdio: 'pipe' });
  mounted.push(at);
}
/** At once, whoever has files open there: they keep them, and nobody else finds them. */
function unmount(at: string): void {
  try {
    execFileSync('umount', ['-l', at], { stdio: 'ignore' });
  } catch {
    // it is not mounted
  }
}

interface Disk {
  root: string;
  /** where the same files are, whatever becomes of the product's folder */
  beside: string;
}
/** A small disk of its own at the product's folder. @returns null where this user may not mount */
function disk(name: string, context: TestContext): Disk | null {
  const [beside, root] = [join(sim.folder, `.disk-${name}`), join(sim.folder, name)];
  try {
    mount(beside, '-t', 'tmpfs', '-o', 'size=100m', 'tmpfs');
    mount(root, '--bind', beside);
  } catch (error) {
    if (process.env.CI) throw error;
    context.skip('a disk cannot be mounted here');
    return null;
  }
  return { root, beside };
}

interface Loss {
  code: RegExp;
  /** @returns undoes it */
  strike(disk: Disk): () => void;
}
const losses: Record<string, Loss> = {
  full: {
    code: /^OV_DISK_FULL$/,
    strike({ root }) {
      const filler = join(root, 'filler');
      const { bavail, bsize } = statfsSync(root);
      writeFileSync(filler, Buffer.alloc(bavail * bsize - 1024 ** 2));
      return () => rmSync(filler);
    },
  },
  'read-only': {
    code: /^DISK_READ_ONLY$/,
    strike({ root, beside }) {
      // What is open stays open for writing, as where a disk turns read-only by itself after an error.
      mount(root, '--bind', beside);
      execFileSync('mount', ['-o', 'remount,bind,ro', root]);
      return () => unmount(root);
    },
  },
  gone: {
    code: /^PRODUCT_EMPTY$/,
    strike({ root, beside }) {
      unmount(root);
      return () => {
        rmSync(root, { recursive: true, force: true });
        mount(root, '--bind', beside);
      };
    },
  },
};

async function open(name: string): Promise<RealFleet> {
  fleet = await openRealFleet({
    channel: sim.channel(),
    workspace: sim.folder,
    products: [name],
    tuning: {
      sweepLiveMs: 300,
      lookAgainMs: 100,
      stopGraceMs: 500,
      pauseWordMs: 500,
      startPacingMs: 0,
      startRetryMs: [],
    },
  });
  return fleet;
}
const seen = (on: RealFleet) => on.fleetd.fleet.status(null).products[0];
const footprint = async (on: RealFleet, name: string, root: string) =>
  (await on.fleetd.fleet.loop.context.runtime.footprint([{ name, root }])).products[0]?.processes ?? [];
const sessions = () => sim.tmux('list-sessions', '-F', '#{session_name}');

// What is left of a pause on a folder that is gone, and of the rest: gone.test.ts.
describe.each([
  ['full', 'stop'],
  ['read-only', 'pause'],
  ['gone', 'stop'],
])('a disk that is %s', (kind, how) => {
  it(`is named, a ${how} ends what ran on it, and back again it is well`, {
    timeout: 300_000,
  }, async (context) => {
    const name = `${kind.replace('-', '')}${how}`;
    const at = disk(name, context);
    const loss = losses[kind];
    if (at === null || loss === undefined) return;
    await sim.lab.product(name);
    sim.faults(at.root, [{ command: 'worker', kind: 'endless' }]);
    const on = await open(name);
    const { commands, controls, loop } = on.fleetd.fleet;
    const id = on.start(name, 'ship it');
    await on.handedOver(name, id);
    await until(
      () => seen(on)?.workers.filter(({ state }) => state === 'working').length,
      (count) => (count ?? 0) > 1,
    );

    const back = loss.strike(at);
    await until(
      () => seen(on)?.error?.code ?? '',
      (found) => loss.code.test(found),
    );
    expect(on.said(name).join('\n')).toContain(seen(on)?.error?.mend);
    const asked = Date.now();
    if (how === 'stop') commands.stop(name, 'enough', by);
    else controls.pause(name, 'enough', by);
    await on.reaches(id, how === 'stop' ? 'cancelled' : 'queued');
    // A minute is what a product is given whose databases are only locked.
    expect(Date.now() - asked).toBeLessThan(50_000);
    expect(loop.context.journal.liveSession(name)).toBeNull();
    expect(await footprint(on, name, at.root)).toEqual([]);
    await until(
      () => processesIn(at.root),
      (all) => all.length === 0,
    );
    expect(await sessions()).toBe('keeper');

    back();
    if (kind !== 'gone') expect(seen(on)?.error?.code ?? '').toMatch(loss.code);
    await until(
      () => seen(on)?.error ?? null,
      (error) => error === null,
    );
    // Whoever asks is heard again.
    const mail = await sim.lab.ov(at.root, [
      ...['mail', 'send', '--from', 'lead-1', '--to', 'operator', '--type', 'question'],
      ...['--subject', 'which one?', '--body', 'the first or the second?', '--json'],
    ]);
    expect(mail.exit).toBe(0);
    await until(
      () => createFleetClient({ socketPath: on.socket }).gates({ product: name }),
      (gates) => gates.some(({ subject }) => subject === 'which one?'),
    );
    if (how === 'pause') controls.resume(name, by);
    const next = how === 'stop' ? on.start(name, 'ship it again') : id;
    await on.reaches(next, 'running');
    commands.stop(name, 'enough', by);
    await on.reaches(next, 'cancelled');
  });
});

it('a disk that goes while a session starts leaves nothing of it alive', {
  timeout: 120_000,
}, async (context) => {
  const name = 'starting';
  const at = disk(name, context);
  if (at === null) return;
  await sim.lab.product(name);
  // Its coordinator is up in tmux, and `ov` has not said so yet.
  mkdirSync(join(at.root, '.overstory/sim'), { recursive: true });
  writeFileSync(join(at.root, '.overstory/sim/settings.json'), JSON.stringify({ startMs: 5_000 }));
  const on = await open(name);
  const id = on.start(name, 'ship it');
  await until(sessions, (names) => names.includes(`overstory-${name}-coordinator`));
  losses.gone?.strike(at);
  const { why } = await on.reaches(id, 'failed');
  expect(why).toContain('PRODUCT_EMPTY');
  expect(await footprint(on, name, at.root)).toEqual([]);
  expect(await sessions()).toBe('keeper');
});
