// An orphan: a coordinator session in tmux that no row knows of. It blocks every later start with "duplicate
// session". `=` makes tmux match the whole name; without it a prefix is enough, and another product's goes.
import type { TendReply } from '../../protocol.ts';
import type { Place } from './index.ts';
import { coordinatorSession, tmux } from './tmux.ts';

export async function clearSession({ folder }: Place): Promise<TendReply> {
  const session = await coordinatorSession(folder);
  const { failed } = await tmux('kill-session', '-t', `=${session}`);
  const there = !(await tmux('has-session', '-t', `=${session}`)).failed;
  return {
    done: failed ? [] : [`ended the tmux session ${session}`],
    left: there ? [session] : [],
  };
}
