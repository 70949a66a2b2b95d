// The programs that the trial starts: agent, simulator, plugin. Where bin/start has built the trial alone, to have it up at
// once, the others are built beside it.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { FleetError } from '../common/errors.ts';

export interface Programs {
  /** folder that they are in */
  dist: string;
  /** resolves when they are there; rejects with TRIAL_BUILD */
  built: Promise<void>;
  /** false: they were there from the start */
  building: boolean;
  /** Ends what builds them. */
  close(): Promise<void>;
}

/** Behind the trial itself, which is to show its dashboard meanwhile. */
const behind = 10;

/** @param env  takes out of it what bin/start has left to be built */
export function programsOf(root: string, env: NodeJS.ProcessEnv = process.env): Programs {
  const dist = join(root, 'dist');
  const left = env.FLEET_BUILD;
  delete env.FLEET_BUILD;
  if (left === undefined) return { dist, built: requireBuilt(dist), building: false, close: async () => {} };
  const child = spawn(
    process.execPath,
    [join(root, 'node_modules/rolldown/bin/cli.mjs'), '-c', '--log-level', 'warn'],
    { cwd: root, env: { ...env, FLEET_BUILD: left }, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  child.stderr.on('data', (chunk) => {
    said = `${said}${chunk}`.slice(-2_000);
  });
  const ended = new Promise<string | null>((resolve) => {
    child.once('error', ({ message }) => resolve(message));
    child.once('close', (code, signal) => resolve(code === 0 ? null : said.trim() || `${signal ?? code}`));
  });
  try {
    if (child.pid !== undefined) setPriority(child.pid, behind);
  } catch {
    // It has ended: said below.
  }
  return {
    dist,
    built: ended.then((why) => {
      if (why !== null) throw notBuilt(dist, why);
      return requireBuilt(dist);
    }),
    building: true,
    async close() {
      child.kill();
      await ended;
    },
  };
}

async function requireBuilt(dist: string): Promise<void> {
  const missing = ['agent.js', 'ov-sim.cjs', 'openclaw/index.js'].find(
    (name) => !existsSync(join(dist, name)),
  );
  if (missing !== undefined) throw notBuilt(dist, `no ${missing}`);
}

const notBuilt = (dist: string, got: string) =>
  new FleetError({
    code: 'TRIAL_BUILD',
    message: `Expected the built programs in ${dist}, got: ${got}.`,
    mend: 'Run `npm run build`.',
  });
