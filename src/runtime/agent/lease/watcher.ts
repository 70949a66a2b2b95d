// The one watchdog of a workspace, as a process of its own that outlives the agent and the stream it came by: who it is, and
// starting it where there is none. Two that are started at the same moment do no harm: the later takes the earlier's place.
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseStat } from '../processes.ts';
import { fleetFolder, keep } from './file.ts';

/** The agent's program with this word is the watchdog. */
export const watchWord = 'watch-lease';

interface Watcher {
  pid: number;
  /** '' where there is no /proc */
  started: string;
}

const watcherFile = (workspaceRoot: string) => join(fleetFolder(workspaceRoot), 'watcher.json');
const logFile = (workspaceRoot: string) => join(fleetFolder(workspaceRoot), 'watcher.log');
const mostLogBytes = 256 * 1024;

/** With the pid it names one process of this boot; null: it does not live. */
async function startOf(pid: number): Promise<string | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (text !== null) {
    const ticks = parseStat(text)?.startTicks;
    return ticks === undefined ? null : String(ticks);
  }
  if (process.platform === 'linux') return null;
  try {
    process.kill(pid, 0);
    return '';
  } catch {
    return null;
  }
}

async function known(workspaceRoot: string): Promise<Watcher | null> {
  try {
    const { pid, started } = JSON.parse(await readFile(watcherFile(workspaceRoot), 'utf8'));
    return Number.isSafeInteger(pid) && pid > 0 && typeof started === 'string' ? { pid, started } : null;
  } catch {
    return null;
  }
}

/** The pid of the watchdog that lives; null: none does. */
export async function watcherPid(workspaceRoot: string): Promise<number | null> {
  const told = await known(workspaceRoot);
  return told !== null && (await startOf(told.pid)) === told.started ? told.pid : null;
}

/** This process is the watchdog now. */
export async function takeWatch(workspaceRoot: string): Promise<void> {
  const started = (await startOf(process.pid)) ?? '';
  await keep(watcherFile(workspaceRoot), JSON.stringify({ pid: process.pid, started } satisfies Watcher));
}

/** Whether this process is still the one: another may have come at the same moment, or the workspace is gone. */
export async function isWatching(workspaceRoot: string): Promise<boolean> {
  return (await known(workspaceRoot))?.pid === process.pid;
}

export async function leaveWatch(workspaceRoot: string): Promise<void> {
  if (await isWatching(workspaceRoot)) await rm(watcherFile(workspaceRoot), { force: true });
}

/** Starts one where none lives, and returns when it has said that it watches, or after some seconds. */
export async function ensureWatcher(workspaceRoot: string): Promise<void> {
  if ((await watcherPid(workspaceRoot)) !== null) return;
  await mkdir(fleetFolder(workspaceRoot), { recursive: true });
  const file = logFile(workspaceRoot);
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  const log = openSync(file, size > mostLogBytes ? 'w' : 'a');
  try {
    // Nothing of ours is held by it: a pipe that stays open would keep the stream of the agent open.
    const child = spawn(process.execPath, [...process.execArgv, process.argv[1] ?? '', watchWord], {
      cwd: '/',
      env: { ...process.env, FLEET_WORKSPACE: workspaceRoot },
      detached: true,
      stdio: ['ignore', log, log],
    });
    child.on('error', (error) => console.error(`the watchdog of the lease: ${error.message}`));
    child.unref();
  } finally {
    closeSync(log);
  }
  for (let waitedMs = 0; waitedMs < 5_000 && (await watcherPid(workspaceRoot)) === null; waitedMs += 50)
    await new Promise((resolve) => setTimeout(resolve, 50));
}
