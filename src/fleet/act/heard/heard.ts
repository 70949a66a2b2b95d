// Pure: whether a coordinator has heard a mail. Heard means answered or acted on.
//
// Read is not heard. overstory's hooks run `mail check --inject`, which marks all mail read, after every tool call too;
// but Claude Code hands only what SessionStart and UserPromptSubmit hooks print to its model. So what comes while a
// coordinator works is marked read and never seen. Nor does a line typed into its terminal prove anything: it may have
// been queued, or erased. What does prove it, for each kind of mail:
//
//   any           a reply in its thread (overstory's coordinators are told to reply to every mail from operator), or a
//                 mail of the coordinator that names it, by its mark (`[obj-3.2]`, `[gate-4.3]`) or by its id: before it
//                 was sent nobody knew either
//   an objective  a mail that carries the objective's tag (a reply to another mail inherits it), a worker started since, its final mail: this session's
//                 coordinator has the objective from that mail and from nowhere else
//   an answer     the final mail; to a question, a reply in the question's own thread; approved: a worker started since;
//                 rejected, a plan: a plan of its own since
//   a message     nothing more. A report on the objective says nothing of a message that came meanwhile
//   worker mail   any sign of life after it was named on an idle screen: nobody promised an answer to it, and what is
//                 typed there is a prompt, which is what a model does hear. A mail to that worker says nothing: a
//                 coordinator mails its leads after `sling`, whose first turn may have ended with the lost mail
//
// The word before a pause is waited for where it is said (session/announce-pause.ts): its session is stopped after it.
// `fleet ask` is a message. Mail is text of agents: here it only ends the asking.
import type { Mail } from '../../../contract/runtime/snapshot.ts';
import type { Verdict } from '../../../journal/gates/events.ts';
import { isRunComplete } from '../../observe/reconcile.ts';

export type AwaitedKind = 'objective' | 'message' | 'answer' | 'worker';

export interface Awaited {
  kind: AwaitedKind;
  /** id of the mail */
  mail: string;
  /** `obj-1.2`, `gate-3.7`; of a worker's mail: its id */
  mark: string;
  objective: string;
  /** ms since epoch: when it was sent */
  sinceMs: number;
  /** of an answer: the thread of the question, and what was said. null: none */
  thread: string | null;
  verdict: Verdict | null;
  /** workers that were there when it was sent, by workerKey */
  before: readonly string[];
  /** of worker mail: when a line that names it was last typed on an idle screen; null: never */
  namedAtMs: number | null;
}

/** What a session has left to see, since it was started. */
export interface Traces {
  /** mail of its coordinator, to anybody */
  said: readonly Mail[];
  workers: readonly { name: string; startedAt: string }[];
  /** the coordinator's last sign of life, ISO 8601; null: not known */
  lastActivity: string | null;
}

/** A name may be used again, by another session. */
export const workerKey = ({ name, startedAt }: { name: string; startedAt: string }): string =>
  `${name} ${startedAt}`;

/** Rows are written by another clock than ours. */
const slackMs = 1_000;

/** How it was heard, as the end of a sentence; null: nothing shows that it was. */
export function howHeard(awaited: Awaited, traces: Traces): string | null {
  const { kind, mail, mark, objective, sinceMs, thread, verdict, namedAtMs } = awaited;
  const since = (at: string) => Date.parse(at) >= sinceMs - slackMs;
  const { said } = traces;
  const later = said.filter(({ createdAt }) => since(createdAt));
  const by = (what: string, found: { id: string } | undefined) => found && `${what} (${found.id})`;

  const replied = by(
    'answered',
    said.find(({ threadId }) => threadId === mail),
  );
  if (replied) return replied;
  const named = by(
    'named in a mail',
    said.find((one) => mentions(one, mail) || mentions(one, `[${mark}]`)),
  );
  if (named) return named;
  if (kind === 'worker')
    return namedAtMs !== null && Date.parse(traces.lastActivity ?? '') > namedAtMs
      ? 'taken up when it was named'
      : null;
  const final = by(
    'followed by the final mail',
    later.find((one) => isRunComplete(one, objective)),
  );
  if (final && kind !== 'message') return final;
  const worker = traces.workers.find(
    (one) => since(one.startedAt) && !awaited.before.includes(workerKey(one)),
  );
  if (worker && (kind === 'objective' || verdict === 'approved'))
    return `acted on: ${worker.name} was started`;
  if (kind === 'objective')
    return (
      by(
        'taken up in a mail',
        later.find(
          (one) =>
            one.threadId === null && (mentions(one, `[${objective}]`) || mentions(one, `[${objective}.`)),
        ),
      ) ?? null
    );
  if (kind === 'answer')
    return (
      by(
        'answered',
        later.find(({ threadId }) => threadId !== null && threadId === thread),
      ) ??
      by(
        'acted on in another plan',
        later.find(({ subject }) => verdict === 'rejected' && /^\s*PLAN\b/.test(subject)),
      ) ??
      null
    );
  return null;
}

const mentions = ({ subject, body }: { subject: string; body: string }, what: string): boolean =>
  subject.includes(what) || body.includes(what);
