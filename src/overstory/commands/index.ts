// The closed list of what this project ever asks of `ov`: one file per command. The agent runs nothing else.
// Left out on purpose: `mail check` (destructive: it marks all read), `coordinator ask` (a timeout leaves
// the mail delivered; send and poll instead), `clean`, `merge` for real, `doctor`, anything with --profile.
import { agentsDiscover } from './agents-discover.ts';
import { coordinatorCheckComplete } from './coordinator-check-complete.ts';
import { coordinatorOutput } from './coordinator-output.ts';
import { coordinatorSend } from './coordinator-send.ts';
import { coordinatorStart } from './coordinator-start.ts';
import { coordinatorStatus } from './coordinator-status.ts';
import { coordinatorStop } from './coordinator-stop.ts';
import { errors } from './errors.ts';
import { groupStatus } from './group-status.ts';
import { init } from './init.ts';
import { mailList } from './mail-list.ts';
import { mailRead } from './mail-read.ts';
import { mailReply } from './mail-reply.ts';
import { mailSend } from './mail-send.ts';
import { mergeDryRun } from './merge-dry-run.ts';
import { nudge } from './nudge.ts';
import { runComplete } from './run-complete.ts';
import { runCurrent } from './run-current.ts';
import { sling } from './sling.ts';
import { specWrite } from './spec-write.ts';
import { status } from './status.ts';
import { stop } from './stop.ts';
import { version } from './version.ts';
import { worktreeList } from './worktree-list.ts';

export const ovCommands = {
  version,
  init,
  status,
  'coordinator.start': coordinatorStart,
  'coordinator.stop': coordinatorStop,
  'coordinator.status': coordinatorStatus,
  'coordinator.send': coordinatorSend,
  'coordinator.output': coordinatorOutput,
  'coordinator.checkComplete': coordinatorCheckComplete,
  'mail.list': mailList,
  'mail.read': mailRead,
  'mail.reply': mailReply,
  'mail.send': mailSend,
  sling,
  stop,
  nudge,
  'spec.write': specWrite,
  'run.current': runCurrent,
  'run.complete': runComplete,
  errors,
  'agents.discover': agentsDiscover,
  'worktree.list': worktreeList,
  'merge.dryRun': mergeDryRun,
  'group.status': groupStatus,
} as const;

export type OvCommandName = keyof typeof ovCommands;
type CommandOf<N extends OvCommandName> = (typeof ovCommands)[N];
/** What a command takes, e.g. `ArgsOf<'coordinator.send'>` is `{subject, body}`. */
export type ArgsOf<N extends OvCommandName> = Parameters<CommandOf<N>['argv']>[0];
/** What a command answers, checked by its zod schema. */
export type ReplyOf<N extends OvCommandName> = ReturnType<CommandOf<N>['read']>;

/** Whether a name from far away is on the list. */
export function isOvCommandName(name: string): name is OvCommandName {
  return Object.hasOwn(ovCommands, name);
}
