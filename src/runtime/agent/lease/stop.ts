// Stops what lives in a workspace whose lease is over: its coordinators by `ov`, as a stop does, then what is left by its tmux
// session, then whatever carries overstory's mark. Nothing is taken out of a repository: what is uncommitted stays.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Roots } from '../find.ts';
import { clearSession } from '../maintenance/clear-session.ts';
import type { Ov } from '../ov.ts';
import { noteEnded } from './ended.ts';
import { coordinatorFolders, markedProcesses } from './living.ts';

/** From SIGTERM to SIGKILL. */
const graceMs = 2_000;

/** Never rejects. @returns what was done, in words */
export async function stopAll(roots: Roots, ov: Ov): Promise<string[]> {
  const done: string[] = [];
  // Before anything is ended: what is not known to be ended by us would count as finished, or as dead.
  const ending = [
    ...(await coordinatorFolders(roots)),
    ...(await markedProcesses(roots)).map(({ cwd }) => cwd),
  ];
  await noteEnded(roots.workspaceRoot, ending).catch((error) => done.push(`not noted: ${error}`));
  for (const folder of await coordinatorFolders(roots)) {
    await ov.call(folder, 'coordinator.stop', {}).then(
      () => done.push(`stopped the coordinator of ${folder}`),
      (error) => done.push(`ov did not stop the coordinator of ${folder}: ${error}`),
    );
  }
  for (const folder of await coordinatorFolders(roots))
    done.push(...(await clearSession({ folder, product: { name: '', root: folder } })).done);
  const processes = await markedProcesses(roots);
  for (const { pid } of processes) done.push(`ended ${pid}${send(pid, 'SIGTERM')}`);
  for (
    let waitedMs = 0;
    waitedMs < graceMs && (await stillThere(roots, processes)).length > 0;
    waitedMs += 100
  )
    await sleep(100);
  for (const { pid } of await stillThere(roots, processes)) done.push(`killed ${pid}${send(pid, 'SIGKILL')}`);
  return done;
}

type Marked = Awaited<ReturnType<typeof markedProcesses>>;

/** A pid alone names nothing: it is used again. */
async function stillThere(roots: Roots, known: Marked): Promise<Marked> {
  if (known.length === 0) return [];
  return (await markedProcesses(roots)).filter((one) =>
    known.some(({ pid, startTicks }) => pid === one.pid && startTicks === one.startTicks),
  );
}

/** @returns '' or why not */
function send(pid: number, signal: NodeJS.Signals): string {
  try {
    process.kill(pid, signal);
    return '';
  } catch (error) {
    return `: ${error instanceof Error ? error.message : error}`;
  }
}
