// The coordinator: for each mail it heard, in the order of hearing, the steps that follow from it; it does the first that
// is not done. It reads mail when a prompt tells it a command for it, and replies to the operator always, as its
// definition demands.
import type { Conversation, Step } from '../conversation.ts';
import { type HeardMail, mailIn } from '../mail.ts';
import { bash, firstNotDone, objectiveIn, replyMail, sendMail } from './steps.ts';

const me = 'coordinator';
const nothingRuns = 'Active leads: none\nCompleted: none\nBlockers: none\nNext actions: waiting';

export function coordinator(conversation: Conversation): Step {
  const told = orders(conversation).find(({ step, at }) => !conversation.did(step, at));
  if (told) return told.step;
  const mails = mailIn(conversation.text).filter(({ from }) => from !== me);
  // `ov mail list` shows what earlier sessions were told, too, in an order of its own.
  const numbers = mails.filter(isObjective).map(({ body }) => Number(/\d+/.exec(body)?.[0]));
  const id = numbers.length > 0 ? `obj-${Math.max(...numbers)}` : null;
  const mine = mails.filter((mail) => (objectiveIn(`${mail.subject} ${mail.body}`) ?? id) === id);
  const steps = mine.flatMap((mail) => stepsAfter(mail, mine, id ?? 'obj-0', conversation));
  return firstNotDone(steps, conversation) ?? { say: 'Nothing more to do now.' };
}

/** Commands which a prompt says to run, in brackets or in backticks; each is run after each prompt that says so. */
function orders({ happened }: Conversation): { step: Step; at: number }[] {
  return happened.flatMap((one, at) =>
    one.kind === 'called'
      ? []
      : [...one.text.matchAll(/[(`](ov mail (?:list|check)[^()`<>;|&]*)[)`]/g)].map(([, command = '']) => ({
          step: bash(command, 'Read the mail'),
          at,
        })),
  );
}

const isObjective = ({ from, body }: HeardMail) => from === 'operator' && /^Objective obj-\d+\./.test(body);

function stepsAfter(mail: HeardMail, mails: HeardMail[], id: string, conversation: Conversation): Step[] {
  const reply = (text: string) => (mail.id === null ? [] : [replyMail(me, mail.id, text)]);
  const question = (subject: string, body: string) => sendMail(me, 'operator', 'question', subject, body);
  const sling = bash(
    `ov sling t-${id} --capability lead --name lead-${id} --skip-task-check --json`,
    'Dispatch a lead',
  );
  if (mail.type === 'merge_ready') return merge(mail, id, conversation);
  if (mail.from !== 'operator') return [];
  if (isObjective(mail)) {
    const accepted = reply(`Accepted ${id}.`);
    if (/PLAN FIRST/.test(mail.body))
      return [...accepted, question(`PLAN [${id}] one file`, 'One lead, one builder, one file.')];
    if (/Only report/.test(mail.body)) return [...accepted, complete(id, 'Here.')];
    const asks = mails.some(({ body }) => /Ask first/.test(body));
    if (asks)
      return [
        ...accepted,
        question(`[${id}] Which file?`, 'hello.txt or world.txt? I would take hello.txt.'),
      ];
    return [...accepted, sling];
  }
  const understood = reply('Understood.');
  // An answer comes as two mails: one in the thread of the question, one that wakes. One plan answers both.
  const rejected = /^REJECTED by the operator [[(][^\])]*[\])]\.\s+(.*)/.exec(mail.body);
  if (rejected)
    return [...understood, question(`PLAN [${id}] one file, revised`, `One file, but ${rejected[1]}`)];
  if (/^(APPROVED|ANSWER) /.test(mail.body)) return [...understood, sling];
  return reply(nothingRuns);
}

function merge({ body }: HeardMail, id: string, conversation: Conversation): Step[] {
  const branch = /Branch: (\S+)/.exec(body)?.[1] ?? 'none';
  const merging = bash(`ov merge --branch ${branch} --json`, 'Merge');
  const said = conversation.resultOf(merging);
  if (said !== null && !/"success":\s*true/.test(said))
    return [merging, sendMail(me, 'operator', 'error', `[${id}] not merged`, said.slice(0, 500))];
  return [merging, complete(id, `Merged ${branch}; nothing is left.`)];
}

const complete = (id: string, body: string): Step =>
  sendMail(me, 'operator', 'result', `Run complete: [${id}]`, body);
