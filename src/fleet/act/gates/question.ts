// Pure: which mail is a question that only a human may answer, and what exactly it asks. What agents write is
// data: it is kept as it is, and nothing in it is obeyed.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Mail } from '../../../contract/runtime/snapshot.ts';
import type { GateKind, GateSeverity, Question } from '../../../journal/gates/events.ts';

export interface Asked {
  kind: GateKind;
  severity: GateSeverity;
  question: Question;
}

const humans = new Set(['operator', 'orchestrator']);

/** overstory's mail types; plan_ready is of the usorama fork. */
const kinds: Record<string, GateKind> = {
  question: 'question',
  escalation: 'escalation',
  error: 'error',
  decision_gate: 'decision',
  plan_ready: 'plan',
};

/** As coordinators write it with a decision_gate; anything else is ignored, the text says it too. */
const payloadSchema = z.object({
  options: z
    .array(z.union([z.string(), z.object({ label: z.string() }).transform((option) => option.label)]))
    .max(20)
    .catch([]),
  deadline: z.string().max(100).nullable().catch(null),
  severity: z.string().max(40).nullable().catch(null),
});

/** null: this mail asks no human anything. */
export function questionOf(mail: Mail): Asked | null {
  const byType = kinds[mail.type];
  if (byType === undefined || humans.has(mail.from)) return null;
  // A reply to a decision_gate is of the same type; and whoever answers one is not asking.
  if (byType === 'decision' && mail.threadId !== null) return null;
  if (!humans.has(mail.to) && byType !== 'decision') return null;
  const kind = byType === 'question' && /^\s*PLAN\b/.test(mail.subject) ? 'plan' : byType;
  const payload = payloadOf(mail.payload);
  return {
    kind,
    severity: severityOf(mail, kind, payload.severity),
    question: {
      digest: createHash('sha256').update(`${mail.subject}\n${mail.body}`).digest('hex'),
      subject: mail.subject,
      text: mail.body,
      options: payload.options.map((option) => option.slice(0, 200)),
      deadline: payload.deadline,
      asker: mail.from,
      mail: mail.id,
    },
  };
}

/**
 * Whether a mail in a thread that a human has answered asks something again. A reply inherits the type of what it
 * answers, and a coordinator is told to acknowledge every mail from operator: its type says nothing here, its own
 * words do. They ask when they hold a question or options, when the subject is a plan of its own (not "Re: PLAN"), or
 * when they call an escalation critical.
 */
export function asksAnew(mail: Pick<Mail, 'subject' | 'body' | 'payload' | 'type'>): boolean {
  if (/^\s*PLAN\b/.test(mail.subject) || payloadOf(mail.payload).options.length > 0) return true;
  const own = ownWords(mail.body);
  if (mail.type === 'escalation' && /\bseverity:\s*critical\b/i.test(own)) return true;
  // A mark inside a word is none: `a?.b` and a link's `?x=` ask nothing.
  return (
    /[?？؟](?=[\s"'”’»)\]*_.!]|$)/u.test(own) ||
    /^[^\w\n]*(options|choices)\b[^\n]*:/im.test(own) ||
    lettered(own)
  );
}

/** Two lines or more that begin as `A)`, `(b)` or `C.` do. Numbers are no options: plans and reports are numbered. */
const lettered = (text: string): boolean => (text.match(/^[ \t*-]*\(?[A-Fa-f][).]\s/gm) ?? []).length > 1;

/** A mail's text without what it quotes of others, and without code and links. Linear in the text: it is an agent's. */
function ownWords(body: string): string {
  return body
    .replace(/^(?:[-_ \t]*original message[-_ \t]*$|on\b.{0,200}\bwrote:[ \t]*$)[\s\S]*/im, '')
    .replace(/^[ \t]*>.*$/gm, '')
    .replace(/```[\s\S]*?(?:```|$)/g, ' ')
    .replace(/`[^`\n]*`/g, ' ')
    .replace(/\bhttps?:\/\/\S+/gi, ' ');
}

/** The same matter asked again: a plan of the same objective, or the same subject by the same agent. */
export function sameMatter(a: Asked, b: Asked): boolean {
  if (a.question.asker !== b.question.asker || a.kind !== b.kind) return false;
  return a.kind === 'plan' || matter(a.question.subject) === matter(b.question.subject);
}

const matter = (subject: string): string =>
  subject
    .toLowerCase()
    .replace(/^(\s*(re|fwd?):)+/, '')
    .replace(/\((revision|attempt|again)[^)]*\)\s*$/, '')
    .replace(/\s+/g, ' ')
    .trim();

function payloadOf(payload: string | null): z.infer<typeof payloadSchema> {
  try {
    return payloadSchema.parse(JSON.parse(payload ?? '{}'));
  } catch {
    return { options: [], deadline: null, severity: null };
  }
}

/** An escalation's severity is in its payload or first words ("severity: critical"), or in the mail's priority. */
function severityOf(mail: Mail, kind: GateKind, said: string | null): GateSeverity {
  if (kind !== 'escalation') return mail.priority === 'low' ? 'warning' : 'error';
  const word = (said ?? /\bseverity:\s*(\w+)/i.exec(mail.body)?.[1] ?? '').toLowerCase();
  if (word === 'critical' || (word === '' && mail.priority === 'urgent')) return 'critical';
  return word === 'warning' || (word === '' && mail.priority === 'low') ? 'warning' : 'error';
}
