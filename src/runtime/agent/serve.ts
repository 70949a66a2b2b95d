// One supervised `ov serve` per product with a live coordinator. From overstory 0.10 on headless workers get
// their mail from it and from nothing else: without it they are deaf after their first turn. It listens on
// loopback, and is read by served.ts.
//
// It is started by a look that finds the coordinator alive, started again when it ends by itself (after 1 s,
// doubling up to a minute), and ended by a look that finds no live coordinator, or with the agent. An agent
// that was killed leaves its own behind: that one is ended before the next is started, because two would
// answer the same mail twice before 0.11.
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { FleetError } from '../../common/errors.ts';
import type { ProductRef } from '../../contract/runtime/protocol.ts';
import type { ProductSnapshot } from '../../contract/runtime/snapshot.ts';
import { keyEnvironment } from './account-key.ts';
import type { Ov } from './ov.ts';
import { argvOf, environmentOf, readProcesses } from './processes.ts';

const firstWaitMs = 1_000;
const longestWaitMs = 60_000;
/** One that lived this long was a good one: the next wait is the shortest again. */
const steadyMs = 60_000;
/** From SIGTERM to SIGKILL. */
const graceMs = 2_000;
/** In the environment of what the agent starts, so that the next agent knows it. */
const mark = 'FLEET_SERVE';

export interface Serves {
  /** What a look found; resolves when the service of a product without a coordinator has been told to end. */
  follow(product: ProductRef, folder: string, snapshot: Pick<ProductSnapshot, 'coordinator'>): Promise<void>;
  pids(): ReadonlySet<number>;
  /** Where the service of a product listens; null when there is none just now. */
  port(folder: string): number | null;
  /** Ends what runs and starts it anew: another `ov` is installed. */
  renew(): void;
  close(): void;
}

interface Serve {
  child: ChildProcess | null;
  port: number;
  ended: boolean;
  stop(): void;
}

/** @param mayStart  rejects while nothing may be started */
export function createServes(ov: Ov, ovPath: string, mayStart: () => Promise<void>): Serves {
  const serves = new Map<string, Serve>();

  function begin(product: ProductRef, folder: string): Serve {
    let wake = () => {};
    const serve: Serve = {
      child: null,
      port: 0,
      ended: false,
      stop() {
        serve.ended = true;
        wake();
        const { child } = serve;
        if (child?.pid === undefined) return;
        const { pid } = child;
        endGroup(pid, 'SIGTERM');
        const timer = setTimeout(() => endGroup(pid, 'SIGKILL'), graceMs);
        child.once('exit', () => clearTimeout(timer));
      },
    };
    void (async () => {
      await endOrphans(folder);
      for (let waitMs = firstWaitMs; !serve.ended; waitMs = Math.min(longestWaitMs, waitMs * 2)) {
        const port = await freePort();
        if (serve.ended) return;
        const since = Date.now();
        const env = await keyEnvironment(product);
        const why = await mayStart().then(
          () => run(serve, folder, port, env),
          (refusal) => FleetError.wrap(refusal).code,
        );
        if (serve.ended) return;
        console.error(`ov serve of ${folder} ended (${why}); again in ${waitMs} ms`);
        if (Date.now() - since > steadyMs) waitMs = firstWaitMs;
        const awake = Promise.withResolvers<void>();
        wake = awake.resolve;
        const timer = setTimeout(awake.resolve, waitMs);
        await awake.promise;
        clearTimeout(timer);
      }
    })().catch((error) => console.error(`ov serve of ${folder}: ${error}`));
    return serve;
  }

  /** @param env its turns are headless workers: they run on the product's account */
  function run(
    serve: Serve,
    folder: string,
    port: number,
    env: Record<string, string | undefined>,
  ): Promise<string> {
    return new Promise((resolve) => {
      // A group of its own: the turns that it starts end with it.
      const child = spawn(ovPath, ['serve', '--port', String(port), '--host', '127.0.0.1', '--json'], {
        cwd: folder,
        env: { ...process.env, ...env, [mark]: '1' },
        stdio: ['ignore', 'ignore', 'pipe'],
        detached: true,
      });
      serve.child = child;
      serve.port = port;
      let last = '';
      child.stderr?.on('data', (chunk: Buffer) => {
        last = chunk.toString().trim().slice(-200) || last;
      });
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => {
        serve.child = null;
        resolve(`${signal ?? `exit ${code}`}${last === '' ? '' : `: ${last}`}`);
      });
    });
  }

  return {
    async follow(product, folder, { coordinator }) {
      const alive = coordinator?.tmuxAlive === true && /^(booting|working)$/.test(coordinator.state);
      const known = serves.get(folder);
      if (!alive) {
        known?.stop();
        serves.delete(folder);
      } else if (known === undefined && (await ov.features()).serve && !serves.has(folder)) {
        serves.set(folder, begin(product, folder));
      }
    },
    pids: () => new Set([...serves.values()].flatMap(({ child }) => child?.pid ?? [])),
    port(folder) {
      const serve = serves.get(folder);
      return serve?.child ? serve.port : null;
    },
    renew() {
      for (const { child } of serves.values()) if (child?.pid !== undefined) endGroup(child.pid, 'SIGTERM');
    },
    close() {
      for (const { child } of serves.values()) if (child?.pid !== undefined) endGroup(child.pid, 'SIGTERM');
    },
  };
}

/** Those of an agent that is no more. */
async function endOrphans(folder: string): Promise<void> {
  const found = (await readProcesses()) ?? [];
  for (const { pid, cwd, parent } of found) {
    if (cwd !== folder || parent === process.pid) continue;
    const [argv, environment] = await Promise.all([argvOf(pid), environmentOf(pid)]);
    if (argv.includes('serve') && environment.includes(`${mark}=1`)) {
      endGroup(pid, 'SIGTERM');
      await sleep(200);
    }
  }
}

function endGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // it has ended
  }
}

/** `ov serve` takes no port 0. Another may take this one first: it then ends, and is started again. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
