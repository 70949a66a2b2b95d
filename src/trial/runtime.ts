// The local runtime: a workspace, `ov` (the simulator unless told otherwise), and, for the simulator, a tmux
// server of its own, so that a trial never meets the tmux sessions of a human's own swarms.
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import type { OvFeatures } from '../overstory/command.ts';
import { featuresOf } from '../overstory/features.ts';
import { runOv } from '../overstory/run.ts';
import type { Product } from '../registry/index.ts';
import { createFootprintMeter } from '../runtime/agent/footprint.ts';
import { type PreparedProduct, type PrepareOptions, prepareProducts } from '../runtime/bootstrap/index.ts';
import { agentArgv, type Channel } from '../runtime/channel.ts';
import { localChannel } from '../runtime/local-channel.ts';
import { endsItsKeeper } from './keeper.ts';
import type { TrialOptions } from './options.ts';
import { findProgram } from './preflight.ts';
import type { Programs } from './programs.ts';

export interface TrialRuntime {
  workspaceRoot: string;
  channel: Channel;
  /** takes branches into the human's repositories; null: there are none */
  publisher: Channel | null;
  /** brings branches to remotes and forges, with the tokens of the human's own environment */
  deliverer: Channel;
  projectsRoot: string | null;
  /** argv by which a human reaches the same tmux */
  tmux: string[];
  /** What `ov` can, by its version, once the programs are built. @throws FleetError TRIAL_BUILD, and of `ov --version` */
  features(): Promise<OvFeatures>;
  /** Makes each product ready, while fleetd is up already. Never rejects for a product. */
  prepareProducts(products: Product[], features: OvFeatures, told: Told): Promise<PreparedProduct[]>;
  /**
   * Ends what the simulator left running, or its own keeper. Real sessions are ended by the fleet, never from here.
   * @param products  in which it may have left something
   */
  close(products: readonly Product[]): Promise<void>;
}

type Told = Pick<PrepareOptions, 'onProgress' | 'onDoing' | 'onProduct'>;

/** The longest path of a unix socket is 107 bytes; tmux adds `/tmux-<uid>/overstory` to its folder. */
const longestTmuxFolder = 75;

/** How long what a simulator left running may take to be gone. */
const processesEndMs = 5_000;

/** Its ways lead to the programs once they are built. */
export async function prepareRuntime(
  options: TrialOptions,
  { dist, built }: Pick<Programs, 'dist' | 'built'>,
  onProgress: (sentence: string) => void,
): Promise<TrialRuntime> {
  // Of a human's repositories agents work on clones: never where a human does.
  const { projects: projectsRoot } = options;
  const workspaceRoot = join(options.stateDir, projectsRoot === null ? 'workspace' : 'checkouts');
  await mkdir(workspaceRoot, { recursive: true });
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    FLEET_WORKSPACE: workspaceRoot,
    FLEET_PROJECTS: projectsRoot ?? '',
  };
  let tmuxFolder: string | null = null;
  const bin = join(options.stateDir, 'bin');
  await rm(bin, { recursive: true, force: true });
  await mkdir(bin, { recursive: true });
  env.PATH = [bin, process.env.PATH].join(delimiter);

  if (options.real) {
    // Of a human: what Claude Code keeps there is theirs, and is not written unasked.
    env.FLEET_CLAUDE_HOME = 'human';
    const real = async (name: string) => (await findProgram(name, process.env.PATH)) ?? name;
    // A worker's claude is started by the coordinator's, whose marks it must not carry. Coordinators get the folder of
    // `ov` first on their PATH, so there is one here too; the agent calls the one behind it, to see when it is replaced.
    env.FLEET_OV = await real('ov');
    await writeProgram(join(bin, 'ov'), [env.FLEET_OV]);
    await writeProgram(join(bin, 'claude'), [
      join(dirname(dist), 'bin/overstory-claude'),
      await real('claude'),
    ]);
  } else {
    await writeProgram(join(bin, 'ov'), [process.execPath, join(dist, 'ov-sim.cjs')]);
    // A simulated swarm needs no real terminal.
    if ((await findProgram('tmux', process.env.PATH)) === null) {
      await writeProgram(join(bin, 'tmux'), [process.execPath, join(dist, 'tmux-sim.cjs')]);
      onProgress('No tmux on this machine: the terminals of the coordinators are simulated too');
    }
    // The simulator's transcripts: a human's ~/.claude is neither read nor written.
    env.CLAUDE_CONFIG_DIR = join(options.stateDir, 'claude');
    const wanted = join(options.stateDir, 'tmux');
    tmuxFolder =
      Buffer.byteLength(wanted) <= longestTmuxFolder ? wanted : await mkdtemp(join(tmpdir(), 'fleet-tmux-'));
    await mkdir(tmuxFolder, { recursive: true, mode: 0o700 });
    env.TMUX_TMPDIR = tmuxFolder;
    // Samples are committed by a name of their own: a newcomer's machine may have no git identity.
    for (const who of ['AUTHOR', 'COMMITTER']) {
      env[`GIT_${who}_NAME`] ??= 'fleet trial';
      env[`GIT_${who}_EMAIL`] ??= 'trial@localhost';
    }
  }
  Object.assign(process.env, env);
  const endKeeper = options.real ? await endsItsKeeper(env) : null;
  // What the tmux server starts inherits its environment, and it is started here, before anybody else can.
  const usable = built.then(async () => {
    if (tmuxFolder !== null)
      await tmux(env, ['new-session', '-d', '-s', 'keeper', 'sleep', 'infinity']).catch(() => {});
  });
  usable.catch(() => {});
  const whenUsable = (channel: Channel): Channel => ({
    ...channel,
    open: () => usable.then(() => channel.open()),
  });

  return {
    workspaceRoot,
    projectsRoot,
    async features() {
      await usable;
      const anyVersion = featuresOf({ version: '0.10.3' });
      return featuresOf(await runOv('version', {}, { cwd: workspaceRoot, features: anyVersion }));
    },
    prepareProducts: (products, features, told) =>
      prepareProducts(products, { features, samples: !options.real, ...told }),
    tmux:
      tmuxFolder === null
        ? ['tmux']
        : ['env', `TMUX_TMPDIR=${tmuxFolder}`, (await findProgram('tmux', env.PATH)) ?? 'tmux'],
    channel: whenUsable(
      localChannel({ argv: agentArgv(process.execPath, join(dist, 'agent.js')), cwd: workspaceRoot, env }),
    ),
    publisher:
      projectsRoot === null
        ? null
        : whenUsable(
            localChannel({ argv: [process.execPath, join(dist, 'publisher.js')], cwd: workspaceRoot, env }),
          ),
    deliverer: whenUsable(
      localChannel({
        argv: [process.execPath, join(dist, 'deliverer.js')],
        cwd: options.stateDir,
        env: { ...process.env, FLEET_MIRRORS: join(options.stateDir, 'mirrors') },
      }),
    ),
    async close(products) {
      await endKeeper?.();
      if (tmuxFolder === null) return;
      await tmux(env, ['kill-server']).catch(() => {});
      await endProcessesOf(products);
      if (!tmuxFolder.startsWith(options.stateDir)) await rm(tmuxFolder, { recursive: true, force: true });
    },
  };
}

async function writeProgram(file: string, argv: string[]): Promise<void> {
  const quoted = argv.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  await writeFile(file, `#!/bin/sh\nexec ${quoted} "$@"\n`);
  await chmod(file, 0o755);
}

function tmux(env: NodeJS.ProcessEnv, args: string[]) {
  return execa('tmux', ['-L', 'overstory', ...args], { env, extendEnv: false, stdin: 'ignore' });
}

/**
 * Simulated workers that outlived their coordinator, and an `ov` of a look that was cut off: ended by pid, each known to
 * run inside a product. What one had just started is seen only by the next look, so it looks until there is nothing.
 */
async function endProcessesOf(products: readonly Product[]): Promise<void> {
  const meter = createFootprintMeter();
  const roots = products.map(({ name, root }) => ({ product: name, root }));
  for (const deadline = Date.now() + processesEndMs; Date.now() < deadline; await sleep(20)) {
    const report = await meter.measure(roots);
    const pids = report.products.flatMap(({ processes }) => processes.map(({ pid }) => pid));
    if (pids.length === 0) return;
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // gone by itself meanwhile
      }
    }
  }
}
