// The tmux server overstory uses (`-L overstory`, fixed). TMUX_TMPDIR, tmux's own variable, keeps the
// servers of two tests or trials apart.
import { setTimeout as sleep } from 'node:timers/promises';
import { OvFailure } from './cli/failure.ts';
import { killTree, run, selfArgv } from './processes.ts';
import { simulatorEnvironment } from './settings.ts';

function tmux(...args: string[]) {
  return run('tmux', ['-L', 'overstory', ...args]);
}

/** All sessions of the server, other projects' included; pid is the server's, as in the real output. */
export async function listSessions(): Promise<{ name: string; pid: number }[]> {
  const { exit, stdout } = await tmux('list-sessions', '-F', '#{session_name}:#{pid}');
  if (exit !== 0) return [];
  return stdout
    .trim()
    .split('\n')
    .map((line) => ({
      name: line.slice(0, line.lastIndexOf(':')),
      pid: Number(line.slice(line.lastIndexOf(':') + 1)),
    }));
}

/**
 * Starts this program's hidden mode `words` in a new detached session.
 * @returns pid of the process in the pane
 * @throws OvFailure with the texts of 0.10.3 (no tmux, duplicate session)
 */
export async function newSession(name: string, cwd: string, words: string[]): Promise<number> {
  const [command, args] = selfArgv(...words);
  const environment = [...simulatorEnvironment(), ['OVERSTORY_AGENT_NAME', 'coordinator']].flatMap(
    ([key, value]) => ['-e', `${key}=${value}`],
  );
  const made = await tmux(
    'new-session',
    '-d',
    '-P',
    '-F',
    '#{pane_pid}',
    '-s',
    name,
    '-c',
    cwd,
    ...environment,
    command,
    ...args,
  );
  if (made.exit === 127) throw new OvFailure('Executable not found in $PATH: "tmux"');
  if (made.exit !== 0)
    throw new OvFailure(`Failed to create tmux session "${name}": ${made.stderr.trim()}`, 'AGENT_ERROR');
  return Number(made.stdout.trim());
}

export async function isSessionAlive(name: string): Promise<boolean> {
  return (await tmux('has-session', '-t', `=${name}`)).exit === 0;
}

/** Text of the pane, without the empty lines below it; null when there is no such session. */
export async function capturePane(name: string, lines: number): Promise<string | null> {
  const { exit, stdout } = await tmux('capture-pane', '-t', `${name}:`, '-p', '-S', `-${lines}`);
  return exit === 0 ? stdout.trimEnd() : null;
}

/** Types one line and Enter, as overstory does: newlines become spaces, control characters act as keys. */
export async function typeLine(name: string, text: string): Promise<boolean> {
  return (await tmux('send-keys', '-t', name, text.replaceAll('\n', ' '), 'Enter')).exit === 0;
}

/** The same where Claude Code is not at work: overstory waits a moment for the end of its turn, and then types nothing. */
export async function typeWhenIdle(name: string, text: string, waitMs: number): Promise<boolean> {
  for (const deadline = Date.now() + waitMs; ; await sleep(Math.min(250, waitMs))) {
    if ((await capturePane(name, 0))?.includes('esc to interrupt') === false) return typeLine(name, text);
    if (Date.now() >= deadline) return false;
  }
}

/**
 * Ends the processes of the session, then the session.
 * @throws OvFailure when tmux answers anything but "no such session": without a second session on the server
 *   the server goes with it and the real overstory then fails too, about every other time
 */
export async function killSession(name: string): Promise<void> {
  const pane = await tmux('list-panes', '-t', `=${name}:`, '-F', '#{pane_pid}');
  const pid = Number(pane.stdout.trim().split('\n')[0]);
  if (pane.exit === 0 && pid > 0) await killTree(pid);
  const killed = await tmux('kill-session', '-t', `=${name}`);
  const reason = killed.stderr.trim();
  if (killed.exit !== 0 && !/can't find session|session not found/.test(reason))
    throw new OvFailure(`Failed to kill tmux session "${name}": ${reason}`, 'AGENT_ERROR');
}
