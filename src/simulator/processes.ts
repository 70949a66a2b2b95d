// Child processes: run one to its end, ask whether one lives, end a whole tree. argv only, never a shell.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Finished {
  exit: number;
  stdout: string;
  stderr: string;
}

/** Never rejects: a program that cannot be started answers exit 127 and the reason in stderr. */
export function run(command: string, args: string[], cwd?: string): Promise<Finished> {
  return new Promise((done) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', (error) => done({ exit: 127, stdout, stderr: error.message }));
    child.on('close', (code) => done({ exit: code ?? 1, stdout, stderr }));
  });
}

/** As overstory asks: a defunct process still counts as alive. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Each process with its parent: from /proc, or by `ps` where there is none. */
async function parents(): Promise<[child: number, parent: number][]> {
  if (!existsSync('/proc/self/stat')) {
    const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=']);
    return stdout
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/).map(Number) as [number, number]);
  }
  return readdirSync('/proc').flatMap((pid): [number, number][] => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      // The name before it is in parentheses, and may hold anything.
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      return [[Number(pid), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])]];
    } catch {
      return []; // it has ended
    }
  });
}

/** `pid` and its descendants, deepest first. */
async function tree(pid: number): Promise<number[]> {
  const children = new Map<number, number[]>();
  for (const [child, parent] of await parents())
    children.set(parent, [...(children.get(parent) ?? []), child]);
  const below = (of: number): number[] => [...(children.get(of) ?? []).flatMap(below), of];
  return below(pid);
}

/** SIGTERM to the tree, SIGKILL to what is left after `graceMs`. */
export async function killTree(pid: number, graceMs = 1000): Promise<void> {
  const pids = await tree(pid);
  const signal = (name: NodeJS.Signals) => {
    for (const each of pids) if (isAlive(each)) kill(each, name);
  };
  signal('SIGTERM');
  for (const deadline = Date.now() + graceMs; Date.now() < deadline && pids.some(isAlive); ) await sleep(10);
  signal('SIGKILL');
}

function kill(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // gone between the look and the signal
  }
}

/** argv that starts this very program again in a hidden mode. */
export function selfArgv(...words: string[]): [string, string[]] {
  return [process.execPath, [...process.execArgv, process.argv[1] ?? '', ...words]];
}
