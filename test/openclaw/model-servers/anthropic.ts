// The Messages API: https://docs.anthropic.com/en/api/messages and …/errors.
import { sendAnswer } from '../../../src/simulator/demo/wire.ts';
import { type Asked, hold, type Protocol } from './server.ts';

interface Block {
  type: string;
  text?: string;
  id?: string;
  tool_use_id?: string;
}

interface Body {
  model: string;
  max_tokens: number;
  system?: string | { text: string }[];
  messages: { role: string; content: string | Block[] }[];
  tools?: { name: string; input_schema: { type?: string } }[];
}

const error = (status: number, type: string, message: string, headers: Record<string, string> = {}) => ({
  status,
  headers,
  body: { type: 'error', error: { type, message }, request_id: 'req_1' },
});

const ids = (content: string | Block[] | undefined, key: 'id' | 'tool_use_id', type: string): unknown[] =>
  typeof content === 'string'
    ? []
    : (content ?? []).filter((one) => one.type === type).map((one) => one[key]);

export const anthropic: Protocol = {
  path: /^\/v1\/messages$/,
  keyOf: ({ headers }) => (headers['x-api-key'] as string | undefined) ?? null,
  read(raw) {
    const body = raw as Body;
    hold(Number.isInteger(body.max_tokens) && body.max_tokens > 0, 'max_tokens: Field required');
    hold(body.messages?.[0]?.role === 'user', 'messages: first message must use the "user" role');
    for (const { name, input_schema } of body.tools ?? []) {
      hold(/^[a-zA-Z0-9_-]{1,128}$/.test(name), `tools: ${name} is no name`);
      hold(input_schema?.type === 'object', `tools.${name}.input_schema.type: Field required`);
    }
    body.messages.forEach(({ content }, at) => {
      for (const id of ids(content, 'id', 'tool_use'))
        hold(
          ids(body.messages[at + 1]?.content, 'tool_use_id', 'tool_result').includes(id),
          `messages.${at}: tool_use ids were found without tool_result blocks immediately after: ${id}`,
        );
    });
    const { system = '' } = body;
    return {
      ...body,
      system: typeof system === 'string' ? system : system.map(({ text }) => text).join('\n'),
    } as Asked;
  },
  send: sendAnswer,
  refusals: {
    key: () => error(401, 'authentication_error', 'invalid x-api-key'),
    limit: () =>
      error(
        429,
        'rate_limit_error',
        "This request would exceed your organization's rate limit of 50 requests per minute.",
        { 'retry-after': '1' },
      ),
    model: (name) => error(404, 'not_found_error', `model: ${name}`),
    broken: (why) => error(400, 'invalid_request_error', why),
  },
};
