// What a model knows: the conversation of one request, as prompts it heard and tools it called, in their order.
import { type Message, textOf } from './request.ts';

/** What the model answers: a tool call, or words that end its turn. */
export type Step = { say: string } | { tool: string; input: Record<string, unknown> };

export type Happened =
  | { kind: 'heard'; text: string }
  | { kind: 'called'; key: string; result: string | null };

export interface Conversation {
  happened: Happened[];
  /** Whether this very call was made before; with `since`, after that place in `happened`. */
  did(step: Step, since?: number): boolean;
  /** What a call gave back; null: not called, or no result yet. */
  resultOf(step: Step): string | null;
  /** all that came to it: prompts and results of tools */
  text: string;
}

/** Two calls are one when tool and command (or file) are the same. */
function keyOf(step: Step): string {
  if ('say' in step) return `say ${step.say}`;
  return `${step.tool} ${String(step.input.command ?? step.input.file_path ?? JSON.stringify(step.input))}`;
}

export function readConversation(messages: Message[]): Conversation {
  const happened: Happened[] = [];
  const calls = new Map<string, Extract<Happened, { kind: 'called' }>>();
  for (const { role, content } of messages) {
    const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : content;
    for (const block of blocks) {
      if (block.type === 'tool_use') {
        const key = keyOf({ tool: block.name ?? '', input: block.input ?? {} });
        const call = { kind: 'called', key, result: null } as const;
        happened.push(call);
        calls.set(block.id ?? '', call);
      } else if (block.type === 'tool_result') {
        const call = calls.get(block.tool_use_id ?? '');
        if (call) call.result = textOf(block.content);
      } else if (role !== 'assistant' && block.text) happened.push({ kind: 'heard', text: block.text });
    }
  }
  const called = (step: Step, since = 0) =>
    happened.slice(since).findLast((one) => one.kind === 'called' && one.key === keyOf(step));
  return {
    happened,
    did: (step, since) => called(step, since) !== undefined,
    resultOf(step) {
      const call = called(step);
      return call?.kind === 'called' ? call.result : null;
    },
    text: happened.map((one) => (one.kind === 'heard' ? one.text : (one.result ?? ''))).join('\n'),
  };
}
