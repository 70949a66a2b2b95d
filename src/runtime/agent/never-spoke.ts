// Headless workers whose claude ended before its first word. `ov sling` calls that a success, its row says booting or
// working for ten minutes, and nobody is told; what claude printed lies in the log folder of its turn (overstory 0.10.3
// and 0.11.0). One that has spoken has a session id of claude; one in its turn has a turn.pid.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FleetError } from '../../common/errors.ts';
import { maxDeathCharacters, type ProductRef } from '../../contract/runtime.ts';
import type { ReplyOf } from '../../overstory/commands/index.ts';
import { cleanText } from '../../overstory/sanitize.ts';
import { look } from './look.ts';

type Row = ReplyOf<'status'>['agents'][number];

/** From the row to the turn.pid `ov` needs milliseconds; one that says nothing is given this long. */
const silentMs = 10_000;
/** A name becomes a path. */
const plainName = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/;

/** @returns by agent's name, what the claude of each such worker printed last: foreign text, perhaps '' */
export async function neverSpoke(
  product: ProductRef,
  folder: string,
  rows: Row[],
  nowMs: number,
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const row of rows) {
    const said = mayHave(row) ? await lastWords(product, folder, row, nowMs) : null;
    if (said !== null) found.set(row.agentName, said);
  }
  return found;
}

function mayHave({ agentName, capability, tmuxSession, state, claudeSessionId }: Row): boolean {
  return (
    capability !== 'coordinator' &&
    tmuxSession === '' &&
    state !== 'completed' &&
    !claudeSessionId &&
    plainName.test(agentName)
  );
}

/** null: it has not begun, or lives */
async function lastWords(
  product: ProductRef,
  folder: string,
  { agentName, startedAt }: Row,
  nowMs: number,
): Promise<string | null> {
  const logs = join('.overstory', 'logs', agentName);
  const turns = await readdir(join(folder, logs)).catch(() => []);
  const turn = turns.sort().at(-1);
  if (turn === undefined || (await inTurn(folder, agentName))) return null;
  const text = await printed(product, folder, join(logs, turn, 'stderr.log'));
  if (text === '' && nowMs - Date.parse(startedAt) < silentMs) return null;
  return text;
}

async function inTurn(folder: string, agentName: string): Promise<boolean> {
  const text = await readFile(join(folder, '.overstory', 'agents', agentName, 'turn.pid'), 'utf8').catch(
    () => '',
  );
  const pid = Number(text.trim());
  if (!Number.isInteger(pid) || pid < 2) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The end of it, without control characters; '' when it is not there or may not be read. */
async function printed(product: ProductRef, folder: string, path: string): Promise<string> {
  try {
    const { text } = await look(product, folder, { kind: 'file', path, maxBytes: 65_536 });
    return cleanText(text).trim().slice(-maxDeathCharacters).toWellFormed();
  } catch (thrown) {
    if (thrown instanceof FleetError) return '';
    throw thrown;
  }
}
