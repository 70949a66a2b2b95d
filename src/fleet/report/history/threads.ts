// Mail of a product by thread: what its agents wrote to the operator, what was sent to its coordinator, and what a
// human answered. overstory puts a reply into the thread of the mail it answers; a mail that starts one is its own.
import type { Thread, ThreadMail } from '../../../contract/mail.ts';
import type { Mail } from '../../../contract/runtime/snapshot.ts';
import type { GateRow } from '../../../journal/gates/store.ts';
import type { ActionRow } from '../../../journal/journal.ts';

export interface Post {
  mail: Mail;
  /** the objective that was worked on when it came */
  objective: string | null;
}

/**
 * @param posts to the operator, in any order
 * @param sent  what went to the coordinator
 * @param gates asked by mail; an answer stands in the thread of its question
 * @returns the one with the newest mail first; within a thread the oldest mail first
 */
export function threadsOf(
  posts: readonly Post[],
  sent: readonly ActionRow[],
  gates: readonly GateRow[],
): Thread[] {
  const threads = new Map<string, Thread>();
  const put = (id: string, objective: string | null, mail: ThreadMail) => {
    const known = threads.get(id) ?? { id, subject: '', objective, gate: null, lastAt: mail.at, mail: [] };
    known.objective ??= objective;
    known.mail.push(mail);
    threads.set(id, known);
  };
  const threadOf = new Map<string, string>();
  // An answer is a mail of its own, whose thread is that of the question it answers.
  const asked = new Map(gates.map(({ answerMail, question }) => [answerMail, question.mail]));
  const begun = new Map(posts.map(({ mail }) => [mail.id, mail.threadId ?? mail.id]));
  for (const { mail, objective } of posts) {
    const own = mail.threadId ?? mail.id;
    const thread = begun.get(asked.get(own) ?? '') ?? own;
    threadOf.set(mail.id, thread);
    put(thread, objective, {
      id: mail.id,
      from: mail.from,
      to: mail.to,
      type: mail.type,
      subject: mail.subject,
      body: mail.body,
      at: mail.createdAt,
      ours: false,
      state: null,
    });
  }
  for (const action of sent) {
    const id = typeof action.result?.id === 'string' ? action.result.id : action.id;
    put(id, action.objective, {
      id,
      from: 'operator',
      to: 'coordinator',
      type: 'dispatch',
      subject: String(action.args.subject ?? ''),
      body: String(action.args.body ?? ''),
      at: new Date(action.intendedAtMs).toISOString(),
      ours: true,
      state: action.state === 'done' ? 'sent' : action.state === 'failed' ? 'not sent' : 'on its way',
    });
  }
  for (const gate of gates) {
    const asked = gate.question.mail;
    const thread = asked === null ? undefined : threadOf.get(asked);
    if (thread === undefined) continue;
    const known = threads.get(thread);
    if (known) known.gate = gate.n;
    if (gate.resolution === null || gate.resolvedAtMs === null) continue;
    put(thread, gate.objective, {
      id: `gate-${gate.n}`,
      from: gate.resolution.source.sender ?? gate.resolution.source.via,
      to: gate.question.asker,
      type: gate.state,
      subject: `Gate ${gate.n} ${gate.state}`,
      body: gate.resolution.text,
      at: new Date(gate.resolvedAtMs).toISOString(),
      ours: true,
      state: { pending: 'on its way', sent: 'sent', read: 'heard', lost: 'not sent', none: null }[
        gate.delivery ?? 'none'
      ] as ThreadMail['state'],
    });
  }
  const time = ({ at }: ThreadMail) => Date.parse(at) || 0;
  return [...threads.values()]
    .map((thread) => {
      const mail = thread.mail.toSorted((a, b) => time(a) - time(b));
      const [first, last] = [mail[0], mail.at(-1)];
      return { ...thread, subject: first?.subject ?? '', lastAt: last?.at ?? thread.lastAt, mail };
    })
    .toSorted((a, b) => (Date.parse(b.lastAt) || 0) - (Date.parse(a.lastAt) || 0));
}
