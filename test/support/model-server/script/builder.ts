// A builder: writes one file in its worktree, commits it, reports to who sent it.
import type { Conversation, Step } from '../conversation.ts';
import type { Asked } from '../request.ts';
import { bash, firstNotDone, sendMail } from './steps.ts';

export function builder({ agent, text }: Asked, conversation: Conversation): Step {
  const given = (name: string) => new RegExp(`\\*\\*${name}:\\*\\* (\\S+)`).exec(text)?.[1] ?? 'none';
  const steps: Step[] = [
    {
      tool: 'Write',
      input: { file_path: `${given('Worktree')}/hello.txt`, content: `hello from ${agent}\n` },
    },
    bash('git add hello.txt && git commit -q -m "Add hello.txt"', 'Commit'),
    sendMail(
      agent,
      given('Parent'),
      'worker_done',
      `Worker done: ${given('Task ID')}`,
      `Branch: ${given('Branch')}`,
    ),
  ];
  return firstNotDone(steps, conversation) ?? { say: 'Done.' };
}
