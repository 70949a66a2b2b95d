// Misbehaviour on demand. Faults come from OV_SIM_FAULT (JSON, one or a list) and from
// `.overstory/sim/faults.json` (a list), read again at every use. See README.md for each kind.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type FaultKind =
  // any command
  | 'fail'
  | 'garbage'
  | 'silent'
  | 'hang'
  | 'slow'
  | 'huge'
  | 'crash-after'
  // one command
  | 'not-nudged'
  | 'server-exited'
  // command "coordinator" or "worker": the long-lived processes
  | 'die'
  | 'hang-busy'
  | 'logged-out'
  | 'limit'
  | 'stillborn'
  | 'crash'
  | 'leak'
  | 'endless'
  | 'eager';

export interface Fault {
  /** e.g. `coordinator start`, `status`, `mail list`; `*` is every command; `coordinator`/`worker` the processes. */
  command: string;
  kind: FaultKind;
  /** How often it strikes; absent: always. Counted per fault, across processes. */
  times?: number;
  /** Text of the failure, or a name of `failureTexts`; of limit its form and window. */
  text?: string;
  /** ms of slow, hang (absent: for ever), of the delay before die, and until the reset of limit. */
  ms?: number;
  /** Size of huge. */
  bytes?: number;
  /** Makes two otherwise equal faults count apart. */
  id?: string;
}

/** The exact words of overstory 0.10.3 for each failure its driver must know (`$session` is filled in). */
export const failureTexts: Record<string, string> = {
  'root-refused':
    'Cannot spawn agents as root (UID 0). The claude CLI rejects --permission-mode bypassPermissions when run as root, causing the tmux session to die immediately. Run overstory as a non-root user.',
  'db-locked': 'database is locked',
  'db-corrupt': 'file is not a database',
  'db-readonly': 'attempt to write a readonly database',
  'no-database': 'unable to open database file',
  'duplicate-session': 'Failed to create tmux session "$session": duplicate session: $session',
  'died-during-startup':
    'Coordinator tmux session "$session" died during startup. The Claude Code process may have crashed or exited immediately. Check tmux logs or try running the claude command manually.',
  'no-pid': 'Created tmux session "$session" but failed to retrieve PID: no server running',
  'not-ready':
    'Coordinator tmux session "$session" did not become ready during startup. Claude Code may still be waiting on an interactive dialog or initializing too slowly.',
  'watchdog-running':
    "Watchdog daemon (PID 4242) is already running from a previous session. It will supervise this coordinator run and may take escalation actions you did not opt into. To proceed: pass --watchdog to acknowledge, pass --accept-existing-watchdog to suppress this check, or run 'ov watch --kill-others' (or remove .overstory/watchdog.pid) first.",
  'server-exited': 'Failed to kill tmux session "$session": server exited unexpectedly',
  'nested-claude':
    'Error: Claude Code cannot be launched inside another Claude Code session.\nNested sessions share runtime resources and will crash all active sessions.\nTo bypass this check, unset the CLAUDECODE environment variable.',
  'no-tmux': 'Executable not found in $PATH: "tmux"',
  'no-ov': 'Executable not found in $PATH: "ov"',
  'dubious-ownership':
    'git worktree list --porcelain failed (exit 128): fatal: detected dubious ownership in repository',
};

/**
 * The fault that strikes now, or null; using it up counts.
 * @param kinds only these kinds are considered (and counted)
 */
export function takeFault(root: string | null, command: string, kinds: readonly FaultKind[]): Fault | null {
  for (const fault of readFaults(root)) {
    if (
      fault.command !== command &&
      !(fault.command === '*' && command !== 'coordinator' && command !== 'worker')
    )
      continue;
    if (!kinds.includes(fault.kind)) continue;
    if (fault.times === undefined || claim(root, fault, fault.times)) return fault;
  }
  return null;
}

/** The text a fault fails with. */
export function faultText(fault: Fault, session: string): string {
  const text = failureTexts[fault.text ?? ''] ?? fault.text ?? `simulated failure (${fault.kind})`;
  return text.replaceAll('$session', session);
}

function readFaults(root: string | null): Fault[] {
  const sources = [
    process.env.OV_SIM_FAULT,
    root === null ? undefined : readText(join(root, '.overstory/sim/faults.json')),
  ];
  return sources.flatMap((text) => {
    if (text === undefined || text.trim() === '') return [];
    try {
      const parsed = JSON.parse(text) as Fault | Fault[];
      return Array.isArray(parsed) ? parsed : [parsed];
    } catch {
      process.stderr.write(
        'ov-sim: Expected JSON in OV_SIM_FAULT and .overstory/sim/faults.json; ignored.\n',
      );
      return [];
    }
  });
}

/** One exclusive file per use: exact under parallel calls, and the fault list itself is never rewritten. */
function claim(root: string | null, fault: Fault, times: number): boolean {
  const folder = join(root ?? tmpdir(), root === null ? 'ov-sim-used' : '.overstory/sim/used');
  const key = createHash('sha256').update(JSON.stringify(fault)).digest('hex').slice(0, 16);
  mkdirSync(folder, { recursive: true });
  for (let n = 0; n < times; n++) {
    try {
      writeFileSync(join(folder, `${key}-${n}`), '', { flag: 'wx' });
      return true;
    } catch {
      // that use is spent
    }
  }
  return false;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
