// fleetd on a local channel, as a process of its own so that its memory and CPU can be measured. Bundled by
// lab.ts; its one argument is a JSON document.
import { pino } from 'pino';
import type { Tuning } from '../src/fleet/tuning.ts';
import { runFleetd } from '../src/fleetd/run.ts';
import { localChannel } from '../src/runtime/index.ts';

export interface LocalFleetdOptions {
  productsFile: string;
  workspaceRoot: string;
  stateDir: string;
  operatorSocket: string;
  /** null or left out: none. The token is given: nobody reads what is printed. */
  dashboard?: { port: number; host: '127.0.0.1'; token: string } | null;
  agentArgv: [string, ...string[]];
  /** a human's repositories, and what takes branches into them */
  projects?: { folder: string; publisherArgv: readonly [string, ...string[]] };
  tuning?: Partial<Tuning>;
}

const { projects, ...options } = JSON.parse(process.argv[2] ?? '') as LocalFleetdOptions;
const env = { ...process.env, ...(projects && { FLEET_PROJECTS: projects.folder }) };
const fleetd = await runFleetd({
  ...options,
  ...(projects && {
    projectsRoot: projects.folder,
    publisher: localChannel({ argv: [...projects.publisherArgv], env, cwd: projects.folder }),
  }),
  gatewaySocket: null,
  channel: localChannel({ argv: options.agentArgv, env, cwd: options.workspaceRoot }),
  log: pino({ level: process.env.LOG_LEVEL ?? 'silent' }),
});
process.once('SIGTERM', () => void fleetd.close().then(() => process.exit(0)));
