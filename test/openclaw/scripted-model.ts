// An Anthropic-compatible server that does what the test scripts, and keeps every request it got.
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ModelRequest {
  system: string;
  tools: string[];
  /** what the human said last, or the text of the tool results that came last */
  heard: string;
  /** heard is what tools said */
  afterTool: boolean;
}

export type ModelReply = { text: string } | { tool: string; input: unknown };

interface Block {
  type: string;
  text?: string;
  content?: string | Block[];
}
interface Body {
  stream?: boolean;
  model: string;
  system?: string | Block[];
  tools?: { name: string }[];
  messages: { role: string; content: string | Block[] }[];
}

export interface ScriptedModel {
  url: string;
  requests: ModelRequest[];
  close(): Promise<void>;
}

export async function startScriptedModel(
  script: (request: ModelRequest) => ModelReply,
): Promise<ScriptedModel> {
  const requests: ModelRequest[] = [];
  const server = createServer(async (incoming, response) => {
    let raw = '';
    for await (const chunk of incoming) raw += chunk;
    if (incoming.method !== 'POST') return void response.end('{"data":[]}');
    const body = JSON.parse(raw) as Body;
    const request = understood(body);
    requests.push(request);
    const reply = script(request);
    const block =
      'tool' in reply
        ? { type: 'tool_use', id: `toolu_${randomUUID()}`, name: reply.tool, input: reply.input }
        : { type: 'text', text: reply.text };
    const stop = 'tool' in reply ? 'tool_use' : 'end_turn';
    const usage = { input_tokens: 10, output_tokens: 5 };
    const message = {
      id: `msg_${randomUUID()}`,
      type: 'message',
      role: 'assistant',
      model: body.model,
      usage,
    };
    if (!body.stream) {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ ...message, content: [block], stop_reason: stop, stop_sequence: null }));
      return;
    }
    response.setHeader('content-type', 'text/event-stream');
    const send = (type: string, data: object) =>
      response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
    send('message_start', { message: { ...message, content: [], stop_reason: null, stop_sequence: null } });
    if (block.type === 'text') {
      send('content_block_start', { index: 0, content_block: { type: 'text', text: '' } });
      send('content_block_delta', { index: 0, delta: { type: 'text_delta', text: block.text } });
    } else {
      const partial_json = JSON.stringify(block.input);
      send('content_block_start', { index: 0, content_block: { ...block, input: {} } });
      send('content_block_delta', { index: 0, delta: { type: 'input_json_delta', partial_json } });
    }
    send('content_block_stop', { index: 0 });
    send('message_delta', { delta: { stop_reason: stop, stop_sequence: null }, usage: { output_tokens: 5 } });
    send('message_stop', {});
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function textOf(content: string | Block[] | undefined): string {
  if (typeof content === 'string' || content === undefined) return content ?? '';
  return content.map((block) => block.text ?? textOf(block.content)).join('\n');
}

function understood(body: Body): ModelRequest {
  // OpenClaw appends its runtime context as one more user message, after tool results too.
  const context = /<<<BEGIN_OPENCLAW_INTERNAL_CONTEXT>>>[\s\S]*?<<<END_OPENCLAW_INTERNAL_CONTEXT>>>/g;
  const turns = body.messages.map(({ role, content }) => ({
    role,
    results: Array.isArray(content) ? content.filter(({ type }) => type === 'tool_result') : [],
    text: textOf(Array.isArray(content) ? content.filter(({ type }) => type === 'text') : content)
      .replaceAll(context, '')
      .trim(),
  }));
  const last = turns.findLast(({ results, text }) => results.length > 0 || text !== '');
  const afterTool = (last?.results.length ?? 0) > 0;
  return {
    system: textOf(body.system),
    tools: (body.tools ?? []).map(({ name }) => name),
    heard: afterTool ? textOf(last?.results) : (last?.text ?? ''),
    afterTool,
  };
}
