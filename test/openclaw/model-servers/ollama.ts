// Ollama's own API: https://github.com/ollama/ollama/blob/main/docs/api.md
import type { MessagesRequest } from '../../../src/simulator/demo/wire.ts';
import { bearer, hold, type Protocol, pieces } from './server.ts';

interface Message {
  role: string;
  content: string;
  tool_name?: string;
  tool_calls?: { function: { name: string; arguments: Record<string, unknown> } }[];
}

interface Body {
  model: string;
  stream?: boolean;
  messages: Message[];
  tools?: { type: string; function: { name: string; parameters?: { type?: string } } }[];
}

const error = (status: number, message: string) => ({ status, body: { error: message } });

/** It has no ids of calls: a result answers the call of its place. */
function asMessages(messages: Message[]): NonNullable<MessagesRequest['messages']> {
  let made = 0;
  let open: string[] = [];
  return messages.map(({ role, content, tool_calls = [] }) => {
    if (role === 'tool')
      return { role: 'user', content: [{ type: 'tool_result', tool_use_id: open.shift() ?? '', content }] };
    const calls = tool_calls.map(({ function: called }) => ({
      type: 'tool_use',
      id: `call_${made++}`,
      name: called.name,
      input: called.arguments,
    }));
    if (role === 'assistant') open = calls.map(({ id }) => id);
    return { role, content: [{ type: 'text', text: content ?? '' }, ...calls] };
  });
}

export const ollama: Protocol = {
  path: /^\/api\/chat$/,
  keyOf: bearer,
  read(raw) {
    const body = raw as Body;
    hold(Array.isArray(body.messages) && body.messages.length > 0, 'messages is required');
    for (const { type, function: declared } of body.tools ?? [])
      hold(type === 'function' && declared.parameters?.type === 'object', `invalid tool ${declared?.name}`);
    for (const { role, tool_calls = [] } of body.messages) {
      hold(/^(system|user|assistant|tool)$/.test(role), `invalid role: ${role}`);
      for (const { function: called } of tool_calls)
        hold(
          typeof called.arguments === 'object',
          'json: cannot unmarshal string into Go struct field .arguments',
        );
    }
    return {
      ...body,
      system: body.messages
        .filter(({ role }) => role === 'system')
        .map(({ content }) => content)
        .join('\n'),
      messages: asMessages(body.messages.filter(({ role }) => role !== 'system')),
      tools: (body.tools ?? []).map(({ function: { name, parameters } }) => ({
        name,
        input_schema: parameters,
      })) as MessagesRequest['tools'],
    };
  },
  send(response, asked, { text, calls }) {
    const base = { model: asked.model, created_at: '2026-11-30T12:00:00.000Z' };
    const counts = { total_duration: 1_000_000, prompt_eval_count: 1200, eval_count: 60 };
    const tool_calls = calls.map(({ name, input }) => ({ function: { name, arguments: input } }));
    const last = { ...base, done: true, done_reason: 'stop', ...counts };
    if (asked.stream === false) {
      response.writeHead(200, { 'content-type': 'application/json' });
      const message = { role: 'assistant', content: text, ...(calls.length > 0 && { tool_calls }) };
      response.end(JSON.stringify({ ...last, message }));
      return;
    }
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    const line = (one: object) => response.write(`${JSON.stringify(one)}\n`);
    for (const content of pieces(text))
      line({ ...base, message: { role: 'assistant', content }, done: false });
    if (calls.length > 0)
      line({ ...base, message: { role: 'assistant', content: '', tool_calls }, done: false });
    line({ ...last, message: { role: 'assistant', content: '' } });
    response.end();
  },
  refusals: {
    key: () => error(401, 'unauthorized'),
    limit: () => error(429, 'too many requests'),
    model: (name) => error(404, `model '${name}' not found`),
    broken: (why) => error(400, why),
  },
  also(path, body, model) {
    const details = { format: 'gguf', family: 'qwen3', parameter_size: '32B', quantization_level: 'Q4_K_M' };
    if (path === '/api/version') return { status: 200, body: { version: '0.15.0' } };
    if (path === '/api/tags' || path === '/api/ps')
      return {
        status: 200,
        body: { models: [{ name: model, model, size: 1, digest: 'sha256:0', details }] },
      };
    if (path !== '/api/show') return null;
    const { model: asked = '', name = asked } = Object(body) as { model?: string; name?: string };
    if ((asked || name) !== model) return error(404, `model '${asked || name}' not found`);
    return {
      status: 200,
      body: {
        details,
        model_info: { 'general.architecture': 'qwen3', 'qwen3.context_length': 65_536 },
        capabilities: ['completion', 'tools'],
      },
    };
  },
};
