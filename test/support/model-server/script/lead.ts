// A lead: sends a builder, ends its turn, and goes on when it hears that the builder is done.
import type { Conversation, Step } from '../conversation.ts';
import { mailIn } from '../mail.ts';
import { bash, firstNotDone, objectiveIn, sendMail } from './steps.ts';

export function lead(me: string, conversation: Conversation): Step {
  const id = objectiveIn(me) ?? 'obj-0';
  const builder = `builder-${id}`;
  const sling = bash(
    `ov sling b-${id} --capability builder --name ${builder} --parent ${me} --depth 2 --skip-task-check --json`,
    'Dispatch a builder',
  );
  const look = bash(`ov mail list --to ${me}`, 'Look whether it is done');
  const begin = firstNotDone([sling, look], conversation);
  if (begin) return begin;
  const done = mailIn(conversation.text).find(
    ({ from, subject }) => from === builder && /done/.test(subject),
  );
  if (done === undefined) return { say: 'Waiting for the builder.' };
  const branch = /Branch: (\S+)/.exec(done.body)?.[1] ?? 'none';
  const steps = [
    sendMail(me, 'coordinator', 'merge_ready', `[${id}] ready to merge`, `Branch: ${branch}`),
    sendMail(me, 'coordinator', 'worker_done', `Worker done: t-${id}`, `[${id}] is done.`),
  ];
  return firstNotDone(steps, conversation) ?? { say: 'Done.' };
}
