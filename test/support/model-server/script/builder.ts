// A builder: writes one file in its worktree, commits it, reports to who sent it.
import type { Conversation, Step } from '../conversation.ts';
import type { Asked } from '../request.ts';
import { bash, firstNotDone, sendMail } from './steps.ts';

export function builder({ agent, text }: Asked, conversation: Conversation): Step {
  const given = (name: string) => new RegExp(`\\*\\*${name}:\\*\\* (\\S+)`).exec(text)?.[1] ?? 'none';
  const commit = bash(
    'git add hello.txt && git commit -q -m "Add hello.txt" && git log --oneline -1',
    'Commit',
  );
  const said = conversation.resultOf(commit);
  if (said !== null && !said.includes('Add hello.txt'))
    return (
      firstNotDone(
        [sendMail(agent, given('Parent'), 'error', 'Not committed', said.slice(0, 500))],
        conversation,
      ) ?? {
        say: 'Failed.',
      }
    );
  const steps: Step[] = [
    {
      tool: 'Write',
      input: { file_path: `${given('Worktree')}/hello.txt`, content: `hello from ${agent}\n` },
    },
    commit,
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
