// Headless workers whose claude is gone without having ended its turn: nobody is told of them, neither their parent nor the
// human. Two kinds (overstory 0.10.3 and 0.11.0):
//
//   at its start    claude ended before its first word. `ov sling` calls that a success, and the row says booting or
//                   working for ten minutes
//   in its turn     it was killed, or its turn ended in an error. The row says working (0.10.3) or between_turns (0.11.0),
//                   which a worker is not that ended its turn cleanly: that one is completed, with or without a last mail
//
// While a turn lasts there is a turn.pid. What claude printed lies in the log folder of its turn.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FleetError } from '../../common/errors.ts';
import type { ProductRef } from '../../contract/runtime/protocol.ts';
import { maxDeathCharacters } from '../../contract/runtime/snapshot.ts';
import type { ReplyOf } from '../../overstory/commands/index.ts';
import { cleanText } from '../../overstory/sanitize.ts';
import { look } from './look.ts';

type Row = ReplyOf<'status'>['agents'][number];

export interface CutOff {
  /** it had said its first word */
  spoke: boolean;
  /** what its claude printed last: foreign text, perhaps '' */
  printed: string;
}

/** From the row to the turn.pid `ov` needs milliseconds, from a mail to the next turn 2 s: one that is silent is given this long. */
const silentMs = 10_000;
/** A name becomes a path. */
const plainName = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/;

/** @returns by agent's name, each such worker */
export async function cutOff(
  product: ProductRef,
  folder: string,
  rows: Row[],
  nowMs: number,
): Promise<Map<string, CutOff>> {
  const found = new Map<string, CutOff>();
  for (const row of rows) {
    const printed = mayBe(row) ? await lastWords(product, folder, row, nowMs) : null;
    if (printed !== null) found.set(row.agentName, { spoke: hasSpoken(row), printed });
  }
  return found;
}

const hasSpoken = ({ claudeSessionId }: Row): boolean => Boolean(claudeSessionId);

/** One in a terminal, and any of before 0.10, has a process of its own for as long as it lives. */
function mayBe({ agentName, capability, tmuxSession, pid, state }: Row): boolean {
  return (
    capability !== 'coordinator' &&
    tmuxSession === '' &&
    pid === null &&
    !/^(?:completed|zombie)$/.test(state) &&
    plainName.test(agentName)
  );
}

/** null: it has not begun, or lives, or may be about to go on */
async function lastWords(
  product: ProductRef,
  folder: string,
  row: Row,
  nowMs: number,
): Promise<string | null> {
  const logs = join('.overstory', 'logs', row.agentName);
  const turns = await readdir(join(folder, logs)).catch(() => []);
  const turn = turns.sort().at(-1);
  if (turn === undefined || (await inTurn(folder, row.agentName))) return null;
  const text = await printed(product, folder, join(logs, turn, 'stderr.log'));
  const silent = nowMs - Date.parse(hasSpoken(row) ? row.lastActivity : row.startedAt) >= silentMs;
  // What it says before its first word is why it ended; later it may be a warning.
  if (!silent && (text === '' || hasSpoken(row))) return null;
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
