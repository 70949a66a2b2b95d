// Anthropic's Messages API as far as a gateway needs it: what a request says, and an answer in both forms.
import type { ServerResponse } from 'node:http';

interface Block {
  type: string;
  text?: string;
  id?: string;
  name?: string;
  input?: Record<string, unknown>;
  tool_use_id?: string;
  is_error?: boolean;
  content?: string | Block[];
}

export interface MessagesRequest {
  model?: string;
  stream?: boolean;
  messages?: { role: string; content: string | Block[] }[];
  tools?: Tool[];
}

export interface Tool {
  name: string;
  input_schema?: { properties?: Record<string, unknown> };
}

export interface ToolCall {
  name: string;
  input: Record<string, unknown>;
}

export interface ToolResult {
  /** Name of the tool that was called; null when the call is no longer in the request. */
  tool: string | null;
  text: string;
  failed: boolean;
}

export interface Answer {
  text: string;
  calls: ToolCall[];
}

/**
 * OpenClaw appends its own context as a further user text, also after tool results, and to some providers as a line
 * that names the agent and its model: not the human's words.
 */
const runtimeContext =
  /<<<BEGIN_OPENCLAW_INTERNAL_CONTEXT>>>[\s\S]*?<<<END_OPENCLAW_INTERNAL_CONTEXT>>>|^Runtime: agent=\S+ \| .*$/gm;

/** What our plugin puts before a turn (src/openclaw/heard.ts): the program's words. */
const carriedOut =
  /The human typed "(?:[^"\\]|\\.)*"\. The program has carried it out;[\s\S]*?<<<END_EXTERNAL_UNTRUSTED_CONTENT id="\w+">>>/g;

/** What came since the model last spoke: the human's text (merged messages, as lines) and results of its calls. */
export function readTurn(request: MessagesRequest): { text: string; results: ToolResult[] } {
  const messages = request.messages ?? [];
  const spoke = messages.findLastIndex((message) => message.role === 'assistant');
  const calls = new Map(blocks(messages[spoke]?.content).map((block) => [block.id, block.name]));
  const since = messages.slice(spoke + 1);
  const results = since
    .flatMap((message) => blocks(message.content))
    .filter((block) => block.type === 'tool_result')
    .map((block) => ({
      tool: calls.get(block.tool_use_id) ?? null,
      text: textOf(block.content),
      failed: block.is_error === true,
    }));
  const text = since.map((message) => textOf(message.content)).join('\n');
  return { text: text.replace(runtimeContext, '').replace(carriedOut, '').trim(), results };
}

/** What the model has called in this conversation, the oldest first. */
export const callsBefore = (messages: NonNullable<MessagesRequest['messages']>): ToolCall[] =>
  messages
    .filter(({ role }) => role === 'assistant')
    .flatMap(({ content }) => blocks(content))
    .flatMap(({ type, name = '', input = {} }) => (type === 'tool_use' ? [{ name, input }] : []));

/** Streams or sends one assistant message. `sequence` makes ids unique within the server. */
export function sendAnswer(
  response: ServerResponse,
  request: MessagesRequest,
  answer: Answer,
  sequence: number,
) {
  const content = [
    ...(answer.text === '' ? [] : [{ type: 'text', text: answer.text }]),
    ...answer.calls.map((call, index) => ({
      type: 'tool_use',
      id: `toolu_demo_${sequence}_${index}`,
      ...call,
    })),
  ];
  const message = {
    id: `msg_demo_${sequence}`,
    type: 'message',
    role: 'assistant',
    model: request.model ?? 'demo',
    content,
    stop_reason: answer.calls.length > 0 ? 'tool_use' : 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 1, output_tokens: 1, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 },
  };
  if (request.stream !== true) {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(message));
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  const event = (type: string, data: object) =>
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
  event('message_start', { message: { ...message, content: [], stop_reason: null } });
  content.forEach((block, index) => {
    const start = 'input' in block ? { ...block, input: {} } : { type: 'text', text: '' };
    event('content_block_start', { index, content_block: start });
    const deltas =
      'input' in block
        ? [{ type: 'input_json_delta', partial_json: JSON.stringify(block.input) }]
        : ((block as { text: string }).text.match(/\S+\s*|\s+/g) ?? []).map((text) => ({
            type: 'text_delta',
            text,
          }));
    for (const delta of deltas) event('content_block_delta', { index, delta });
    event('content_block_stop', { index });
  });
  const { stop_reason, stop_sequence } = message;
  event('message_delta', { delta: { stop_reason, stop_sequence }, usage: { output_tokens: 1 } });
  event('message_stop', {});
  response.end();
}

function blocks(content: string | Block[] | undefined): Block[] {
  if (content === undefined) return [];
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content;
}

function textOf(content: string | Block[] | undefined): string {
  return blocks(content)
    .filter((block) => block.type === 'text')
    .map((block) => block.text ?? '')
    .join('\n');
}
