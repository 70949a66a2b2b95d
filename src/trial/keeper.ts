// The keeper of the tmux server that overstory uses: with --real that server is the human's own, and the fleet starts a
// keeper there so that it outlives its coordinators.
import { execa } from 'execa';

const tmux = (env: NodeJS.ProcessEnv, ...args: string[]) =>
  execa('tmux', ['-L', 'overstory', ...args], { env, extendEnv: false, stdin: 'ignore', reject: false });

/**
 * @param env  by which tmux is found
 * @returns what ends the keeper again: one that was not there before, and on which no other session depends
 */
export async function endsItsKeeper(env: NodeJS.ProcessEnv): Promise<() => Promise<void>> {
  const wasThere = !(await tmux(env, 'has-session', '-t', '=keeper')).failed;
  return async () => {
    if (wasThere) return;
    const { stdout } = await tmux(env, 'list-sessions', '-F', '#{session_name}');
    if (stdout.trim() === 'keeper') await tmux(env, 'kill-session', '-t', '=keeper');
  };
}
