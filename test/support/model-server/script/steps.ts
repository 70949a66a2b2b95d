// Steps that every role takes.
import type { Conversation, Step } from '../conversation.ts';

/** The first of these that was not done yet; null: all were. */
export const firstNotDone = (steps: Step[], conversation: Conversation): Step | null =>
  steps.find((step) => !conversation.did(step)) ?? null;

const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

/** A command of the Bash tool; it may last as long as that tool lets it. */
export const bash = (command: string, description: string): Step => ({
  tool: 'Bash',
  input: { command, description, timeout: 600_000 },
});

export const sendMail = (from: string, to: string, type: string, subject: string, body: string): Step =>
  bash(
    `ov mail send --to ${to} --type ${type} --subject ${quoted(subject)} --body ${quoted(body)} --agent ${from}`,
    `Mail ${type} to ${to}`,
  );

export const replyMail = (from: string, id: string, body: string): Step =>
  bash(`ov mail reply ${id} --body ${quoted(body)} --agent ${from}`, 'Reply');

/** e.g. `obj-7` of `builder-obj-7` or `[obj-7.2] …`; null: none */
export const objectiveIn = (text: string): string | null => /obj-\d+/.exec(text)?.[0] ?? null;
