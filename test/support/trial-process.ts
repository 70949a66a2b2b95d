// The trial as a newcomer starts it: a process, its printed link, Ctrl-C.
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

export interface TrialProcess {
  /** `http://127.0.0.1:<port>` */
  url: string;
  token: string;
  link: string;
  stateDir: string;
  operatorSocket: string;
  output(): string;
  /** Ctrl-C; resolves with the exit code. */
  interrupt(): Promise<number | null>;
  /** Removes its folder. */
  remove(): Promise<void>;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('Expected a port');
  return address.port;
}

/** Starts the built trial (dist/trial.js) and resolves when it has printed its link. */
export async function startTrialProcess(
  options: { args?: string[]; env?: Record<string, string>; onLine?: (line: string) => void } = {},
): Promise<TrialProcess> {
  const stateDir = await mkdtemp(join(tmpdir(), 'fleet-trial-'));
  const port = await freePort();
  const child = spawn(
    process.execPath,
    [
      join(root, 'dist/trial.js'),
      ...['--state', stateDir, '--port', String(port), '--dashboard-port', String(await freePort())],
      ...(options.args ?? []),
    ],
    { cwd: root, env: { ...process.env, ...options.env }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const link = await new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      output += chunk;
      options.onLine?.(String(chunk).trimEnd());
      const found = /WebChat:\s+(\S+)/.exec(output)?.[1];
      if (found) resolve(found);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    void exited.then((code) => reject(new Error(`The trial ended with exit ${code}:\n${output}`)));
  });
  return {
    url: new URL(link).origin,
    token: new URL(link).hash.replace('#token=', ''),
    link,
    stateDir,
    operatorSocket: join(stateDir, 'run/operator.sock'),
    output: () => output,
    async interrupt() {
      child.kill('SIGINT');
      return exited;
    },
    remove: () => rm(stateDir, { recursive: true, force: true }),
  };
}

/** Processes whose working folder, program or arguments lie in `folder`: `pid command line`. Linux only. */
export async function processesOf(folder: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => '');
      const line = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''))
        .replaceAll('\0', ' ')
        .trim();
      return cwd.startsWith(folder) || line.includes(folder) ? [`${pid} ${line}`] : [];
    }),
  );
  return found.flat();
}
