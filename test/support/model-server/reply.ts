// Puts an answer on the wire, as a stream of events or as one message.
import type { ServerResponse } from 'node:http';
import type { Step } from './conversation.ts';
import type { Fault } from './faults.ts';
import type { Asked, Block } from './request.ts';

/** Token counts of one answer. */
export interface Usage {
  input_tokens: number;
  output_tokens: number;
  cache_read_input_tokens: number;
  cache_creation_input_tokens: number;
}

let made = 0;

function blocksOf(step: Step): Block[] {
  if ('say' in step) return [{ type: 'text', text: step.say }];
  // Words before the call: a real reply has several blocks, and its transcript a line for each of them.
  return [
    { type: 'text', text: String(step.input.description ?? step.tool) },
    { type: 'tool_use', id: `toolu_${made}`, name: step.tool, input: step.input },
  ];
}

export function reply(response: ServerResponse, asked: Asked, step: Step, usage: Usage): void {
  made += 1;
  const content = blocksOf(step);
  const stop_reason = 'say' in step ? 'end_turn' : 'tool_use';
  const message = {
    id: `msg_${made}`,
    type: 'message',
    role: 'assistant',
    model: asked.model,
    stop_sequence: null,
  };
  if (!asked.stream) {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ ...message, content, stop_reason, usage }));
    return;
  }
  const send = events(response);
  send('message_start', {
    message: { ...message, content: [], stop_reason: null, usage: { ...usage, output_tokens: 1 } },
  });
  content.forEach((block, index) => {
    const text = block.type === 'text';
    send('content_block_start', {
      index,
      content_block: text ? { ...block, text: '' } : { ...block, input: {} },
    });
    const delta = text
      ? { type: 'text_delta', text: block.text }
      : { type: 'input_json_delta', partial_json: JSON.stringify(block.input) };
    send('content_block_delta', { index, delta });
    send('content_block_stop', { index });
  });
  send('message_delta', {
    delta: { stop_reason, stop_sequence: null },
    usage: { output_tokens: usage.output_tokens },
  });
  send('message_stop', {});
  response.end();
}

export function replyFault(response: ServerResponse, fault: Fault): void {
  if (fault.kind === 'reset') {
    response.socket?.destroy();
    return;
  }
  if (fault.kind === 'answer') {
    response.writeHead(fault.status, fault.headers);
    response.end(fault.body);
    return;
  }
  events(response)('error', { error: { type: 'overloaded_error', message: 'Overloaded' } });
  response.end();
}

function events(response: ServerResponse) {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  return (type: string, value: object) =>
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...value })}\n\n`);
}
