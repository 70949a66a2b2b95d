// The closed list of what this project ever asks of `ov`: a file per noun. The agent runs nothing else.
// Left out on purpose: `mail check` (destructive: it marks all read), `coordinator ask` (a timeout leaves
// the mail delivered; send and poll instead), `clean`, `merge` for real, `doctor`, anything with --profile.
import { agentsDiscover, sling, status, stop } from './agents.ts';
import { mergeDryRun, worktreeList } from './branches.ts';
import {
  coordinatorCheckComplete,
  coordinatorOutput,
  coordinatorSend,
  coordinatorStart,
  coordinatorStatus,
  coordinatorStop,
  nudge,
} from './coordinator.ts';
import { feed } from './feed.ts';
import { mailList, mailRead, mailReply, mailSend } from './mail.ts';
import { errors, init, version } from './project.ts';
import { groupStatus, runComplete, runCurrent, specWrite } from './tasks.ts';

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
  feed,
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
