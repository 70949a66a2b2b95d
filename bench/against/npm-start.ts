// `npm start` as a human types it: how soon it tells what, and what it holds then.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { freePort } from '../../test/support/trial-process.ts';
import { proportionalMb } from '../machine.ts';

/** One start, in ms from the command; MB when both links are told. */
export interface Start {
  dashboard: number;
  /** the last product is ready */
  products: number;
  chat: number;
  gatewayMb: number;
  othersMb: number;
}

/** Starts what lies in `root`, waits for both links, looks, and ends it by Ctrl-C. */
export async function started(root: string, stateDir: string, productsFile?: string): Promise<Start> {
  const ports = ['--port', String(await freePort()), '--dashboard-port', String(await freePort())];
  const file = productsFile === undefined ? [] : ['--products', productsFile];
  const began = performance.now();
  const child = spawn('npm', ['start', '--', '--state', stateDir, ...ports, ...file], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C reaches all that it started, as in a terminal.
    detached: true,
  });
  const ended = once(child, 'exit');
  let printed = '';
  const start: Start = { dashboard: 0, products: 0, chat: 0, gatewayMb: 0, othersMb: 0 };
  const up = new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        const text = String(chunk);
        const now = performance.now() - began;
        printed += text;
        if (start.dashboard === 0 && printed.includes('Dashboard:')) start.dashboard = now;
        if (/^ {2}… [\w-]+: /m.test(text)) start.products = now;
        if (!printed.includes('Ctrl-C stops everything')) return;
        start.chat = now;
        resolve();
      });
    void ended.then(() => reject(new Error(`Expected both links, got its end:\n${printed}`)));
  });
  await up;
  for (const { pid, ofGateway } of below(child.pid ?? 0))
    start[ofGateway ? 'gatewayMb' : 'othersMb'] += proportionalMb(pid);
  process.kill(-(child.pid ?? 0), 'SIGINT');
  await ended;
  return start;
}

/** That process and all below it; what ends meanwhile is left out. */
function below(pid: number, ofGateway = false): { pid: number; ofGateway: boolean }[] {
  try {
    const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    const inGateway = ofGateway || line.startsWith('openclaw');
    const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
    return [{ pid, ofGateway: inGateway }, ...children.flatMap((child) => below(child, inGateway))];
  } catch {
    return [];
  }
}
