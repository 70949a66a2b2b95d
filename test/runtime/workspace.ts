// A throw-away workspace with products, and real agents on it.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ProductRef, RuntimeInfo } from '../../src/contract/runtime/protocol.ts';
import {
  type Channel,
  connectRuntime,
  exponentialBackoff,
  localChannel,
  type Runtime,
} from '../../src/runtime/index.ts';

export const agentFile = fileURLToPath(new URL('../../src/runtime/agent/main.ts', import.meta.url));
export const fixtureOv = fileURLToPath(new URL('./fixture-ov.mjs', import.meta.url));

export interface FixtureSettings {
  mode?: 'ok' | 'garbage' | 'goes' | 'hang' | 'huge' | 'locked';
  mail?: object[];
  startMs?: number;
  /** further rows of `ov status`; what is not given is as of a headless lead at work */
  workers?: { agentName: string; [field: string]: unknown }[];
}

export async function createWorkspace() {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'fleet-runtime-')));
  const runtimes: Runtime[] = [];
  const channel = (): Channel =>
    localChannel({
      argv: [process.execPath, agentFile],
      env: { ...process.env, FLEET_WORKSPACE: root, FLEET_OV: fixtureOv },
      cwd: root,
    });
  return {
    root,
    channel,
    ref: (name: string): ProductRef => ({ name, root: join(root, name) }),
    async addProduct(name: string, settings: FixtureSettings = {}): Promise<ProductRef> {
      const folder = join(root, name);
      await mkdir(join(folder, '.overstory'), { recursive: true });
      await writeFile(join(folder, '.overstory', 'config.yaml'), `project:\n  name: p-${name}\n`);
      await writeFile(join(folder, 'fixture.json'), JSON.stringify(settings));
      return { name, root: folder };
    },
    /** The calls of `ov` in this product, `start …` and `end …`, in order. */
    async calls(name: string): Promise<string[]> {
      const log = join(root, name, 'calls.log');
      return existsSync(log) ? (await readFile(log, 'utf8')).trim().split('\n') : [];
    },
    async connect(over: Channel = channel()): Promise<{ runtime: Runtime; info: RuntimeInfo }> {
      const runtime = connectRuntime({
        channel: over,
        backoff: (attempt) => exponentialBackoff(attempt) / 10,
      });
      runtimes.push(runtime);
      return { runtime, info: await connected(runtime) };
    },
    async remove(): Promise<void> {
      await Promise.all(runtimes.map((runtime) => runtime.close()));
      // What an agent started may write a last file while it goes.
      await rm(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    },
  };
}

export type Workspace = Awaited<ReturnType<typeof createWorkspace>>;

/** Resolves when it is connected; rejects with the reason of the first attempt that fails. */
function connected(runtime: Runtime): Promise<RuntimeInfo> {
  return new Promise((resolve, reject) => {
    runtime.on('connected', resolve);
    runtime.on('lost', ({ code, message }) => reject(new Error(`${code}: ${message}`)));
  });
}

/** Whether a process lives; a zombie does not. */
export async function lives(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  return stat !== null && !/^\d+ \(.*\) [ZX] /s.test(stat);
}
