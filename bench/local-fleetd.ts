// fleetd on a local channel, as a process of its own so that its memory and CPU can be measured. Bundled by
// lab.ts; its one argument is a JSON document.
import { pino } from 'pino';
import type { Tuning } from '../src/fleet/tuning.ts';
import { runFleetd } from '../src/fleetd/run.ts';
import { type Channel, localChannel } from '../src/runtime/index.ts';
import { type CutChannel, cutChannel } from '../test/support/cut-channel.ts';
import { farChannel } from './far-channel.ts';

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
  /** the runtimes of products.yaml: agents here, each with a workspace of its own, as far away as this */
  far?: { oneWayMs: number; workspaces: Record<string, string> };
}

/** cut: nothing arrives any more, and nothing says so */
export type WayState = 'cut' | 'whole';

const { projects, far, ...options } = JSON.parse(process.argv[2] ?? '') as LocalFleetdOptions;
const env = { ...process.env, ...(projects && { FLEET_PROJECTS: projects.folder }) };
const ways = new Map<string, CutChannel>();
function wayTo(name: string): Channel {
  const cwd = far?.workspaces[name] ?? '';
  const agent = localChannel({ argv: options.agentArgv, env: { ...env, FLEET_WORKSPACE: cwd }, cwd });
  const way = cutChannel(farChannel(agent, () => far?.oneWayMs ?? 0));
  ways.set(name, way);
  return way;
}
const fleetd = await runFleetd({
  ...options,
  ...(projects && {
    projectsRoot: projects.folder,
    publisher: localChannel({ argv: [...projects.publisherArgv], env, cwd: projects.folder }),
  }),
  gatewaySocket: null,
  ...(far && { channelOf: ({ name }) => wayTo(name) }),
  channel: localChannel({ argv: options.agentArgv, env, cwd: options.workspaceRoot }),
  log: pino({ level: process.env.LOG_LEVEL ?? 'silent' }),
});
process.on('message', ({ machine, state }: { machine: string; state: WayState }) => {
  const way = ways.get(machine);
  if (state === 'cut') way?.cut();
  else way?.heal();
});
// Whoever started it may go without it.
process.channel?.unref();
process.once('SIGTERM', () => void fleetd.close().then(() => process.exit(0)));
