// The runtime as a child process of this one: the trial, and every test that needs no container.
import { spawn } from 'node:child_process';
import { FleetError } from '../common/errors.ts';
import type { ByteStream, Channel } from './channel.ts';
import { readLines } from './log-lines.ts';

export interface LocalChannelOptions {
  /** e.g. [node, 'dist/agent.js']; never a shell string */
  argv: [string, ...string[]];
  /** The agent's whole environment: FLEET_WORKSPACE, FLEET_OV, PATH… */
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** One line of the agent's stderr. */
  onLog?: (line: string) => void;
}

/** How long an agent may take to leave after the end of its stdin before it is killed. */
const leaveMs = 2_000;
/** What it wrote before it ended may still be in the pipe: that is read first. */
const drainMs = 500;

export function localChannel({ argv: [file, ...args], env, cwd, onLog }: LocalChannelOptions): Channel {
  return {
    description: `local process ${file} ${args.join(' ')}`.trim(),
    doctor: async () => [
      {
        check: 'engine',
        product: null,
        state: 'ok',
        says: 'none needed: the runtime is a program on this machine',
        mend: null,
      },
    ],
    async open(): Promise<ByteStream> {
      // A process group of its own: Ctrl-C in the terminal reaches fleetd, which ends the agent in order.
      const child = spawn(file, args, { env, cwd, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
      // A write to an agent that is gone is noticed by `closed`.
      child.stdin.on('error', () => {});
      child.stdout.on('error', () => {});
      let lastLine = '';
      readLines(child.stderr, (line) => {
        lastLine = line;
        onLog?.(line);
      });

      const closed = new Promise<string>((resolve) => {
        child.once('exit', (code, signal) => {
          const say = () => {
            clearTimeout(timer);
            const words = lastLine === '' ? '' : `: ${lastLine.slice(0, 300)}`;
            resolve(`fleet-agent ended (${signal ?? `exit ${code}`})${words}`);
          };
          const timer = setTimeout(say, drainMs);
          child.once('close', say);
        });
      });
      await new Promise<void>((resolve, reject) => {
        child.once('spawn', resolve);
        child.once('error', (cause) =>
          reject(
            new FleetError({
              code: 'RUNTIME_UNREACHABLE',
              message: `Expected to start fleet-agent with ${file} in ${cwd}, got ${cause.message}.`,
              mend: 'Check that the program and the folder exist and may be used by this user.',
              cause,
            }),
          ),
        );
      });
      return {
        reader: child.stdout,
        writer: child.stdin,
        closed,
        async close() {
          child.stdin.end();
          const timer = setTimeout(() => child.kill('SIGKILL'), leaveMs);
          await closed;
          clearTimeout(timer);
        },
      };
    },
  };
}
