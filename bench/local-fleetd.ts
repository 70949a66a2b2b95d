// fleetd on a local channel, as a process of its own so that its memory and CPU can be measured. Bundled by
// lab.ts; its one argument is a JSON document.
import { pino } from 'pino';
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
}

const options = JSON.parse(process.argv[2] ?? '') as LocalFleetdOptions;
const fleetd = await runFleetd({
  ...options,
  gatewaySocket: null,
  channel: localChannel({ argv: options.agentArgv, env: process.env, cwd: options.workspaceRoot }),
  log: pino({ level: process.env.LOG_LEVEL ?? 'silent' }),
});
process.once('SIGTERM', () => void fleetd.close().then(() => process.exit(0)));
