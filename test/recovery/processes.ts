// fleetd as a process of its own on a state folder and a socket that outlive it, with a real agent, the simulator as
// `ov`, and the built `fleet` command.
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { LocalFleetdOptions } from '../../bench/local-fleetd.ts';
import { createFleetClient, type FleetClient } from '../../src/client/client.ts';
import type { Tuning } from '../../src/fleet/tuning.ts';
import { agentArgv } from '../../src/runtime/index.ts';
import { type Lab, openLab, until } from '../simulator/ov.ts';

const root = join(import.meta.dirname, '../..');

export interface Running {
  client: FleetClient;
  pid: number;
  /** its log so far, a line of JSON each */
  log(): Record<string, unknown>[];
  /** Resolves when it is gone. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

export interface Ground extends AsyncDisposable {
  lab: Lab;
  state: string;
  journalFile: string;
  socket: string;
  /** Starts one, and resolves when it answers. */
  fleetd(): Promise<Running>;
  /** `fleet <argv>` as a terminal runs it */
  fleet(...argv: string[]): { argv: string[]; env: NodeJS.ProcessEnv };
  /** `fleet <argv> --json`; its data */
  asked<T>(...argv: string[]): Promise<T>;
}

export interface GroundOptions {
  /** of the simulator; unless given, coordinators do nothing by themselves: what is running goes on running */
  sim?: Record<string, string>;
  /** folder of a human's repositories, one by each name, of which the products are clones */
  projects?: string;
  tuning?: Partial<Tuning>;
}

export async function ground(names: string[], options: GroundOptions = {}): Promise<Ground> {
  const { projects, tuning, sim = { OV_SIM_POLL_MS: '3600000' } } = options;
  const lab = await openLab(sim);
  const ov = join(lab.folder, 'ov');
  writeFileSync(ov, `#!/bin/sh\nexec '${process.execPath}' '${join(lab.folder, 'ov-sim.cjs')}' "$@"\n`);
  chmodSync(ov, 0o755);
  const state = mkdtempSync(join(tmpdir(), 'fr-'));
  const productsFile = join(state, 'products.yaml');
  const path = (name: string) => (projects === undefined ? join(lab.folder, name) : name);
  writeFileSync(
    productsFile,
    `products:\n${names.map((name) => `  - {name: ${name}, path: ${path(name)}, resource_weight: 0.1}`).join('\n')}\nscheduling: {max_concurrent_sessions: 4}\n`,
  );
  const socket = join(state, 'operator.sock');
  const env = {
    ...process.env,
    ...lab.env,
    FLEET_WORKSPACE: lab.folder,
    FLEET_OV: ov,
    LOG_LEVEL: 'info',
  };
  if (projects === undefined) for (const name of names) await lab.product(name);
  else await prepared(productsFile, projects, env);
  const children = new Set<ChildProcess>();
  const settings: LocalFleetdOptions = {
    productsFile,
    workspaceRoot: lab.folder,
    stateDir: state,
    operatorSocket: socket,
    agentArgv: agentArgv(process.execPath, join(root, 'dist/agent.js')),
    ...(projects !== undefined && {
      projects: { folder: projects, publisherArgv: [process.execPath, join(root, 'dist/publisher.js')] },
    }),
    ...(tuning && { tuning }),
  };

  const made: Ground = {
    lab,
    state,
    journalFile: join(state, 'journal.db'),
    socket,
    async fleetd() {
      const child = spawn(
        process.execPath,
        ['--import', 'tsx', join(root, 'bench/local-fleetd.ts'), JSON.stringify(settings)],
        {
          env,
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      );
      children.add(child);
      let output = '';
      child.stdout.on('data', (chunk) => {
        output += chunk;
      });
      const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
      const client = createFleetClient({ socketPath: socket });
      await until(
        async () => child.exitCode ?? (await client.health().catch(() => null)),
        (health) => health !== null,
        60_000,
      );
      if (child.exitCode !== null) throw new Error(`Expected fleetd to run, got exit ${child.exitCode}`);
      return {
        client,
        pid: child.pid ?? 0,
        log: () =>
          output
            .split('\n')
            .filter(Boolean)
            .map((line) => JSON.parse(line) as Record<string, unknown>),
        end(signal) {
          child.kill(signal);
          return gone.then(() => void children.delete(child));
        },
      };
    },
    fleet: (...argv) => ({
      argv: [join(root, 'dist/cli.cjs'), ...argv],
      env: { ...process.env, FLEET_SOCKET: socket },
    }),
    async asked<T>(...argv: string[]) {
      const asked = made.fleet(...argv, '--json');
      const { stdout } = await execa(process.execPath, asked.argv, { env: asked.env });
      return (JSON.parse(stdout) as { data: T }).data;
    },
    async [Symbol.asyncDispose]() {
      for (const child of children) child.kill('SIGKILL');
      await lab[Symbol.asyncDispose]();
      rmSync(state, { recursive: true, force: true });
    },
  };
  return made;
}

/** Clones them as a runtime does when it starts. */
async function prepared(productsFile: string, projects: string, env: NodeJS.ProcessEnv): Promise<void> {
  const { stdout } = await execa(process.execPath, [join(root, 'dist/prepare.js')], {
    env: {
      ...env,
      FLEET_PRODUCTS: productsFile,
      FLEET_PROJECTS: projects,
      HOME: env.FLEET_WORKSPACE,
      PATH: `${env.FLEET_WORKSPACE}:${env.PATH}`,
    },
  });
  if (!/done: (\d+) of \1 products ready/.test(stdout))
    throw new Error(`Expected every product to be ready, got: ${stdout}`);
}
