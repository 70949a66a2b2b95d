// OpenAI's chat completions, as it and all that call themselves compatible speak them:
// https://platform.openai.com/docs/api-reference/chat
import type { MessagesRequest } from '../../../src/simulator/demo/wire.ts';
import { bearer, eventStream, hold, type Protocol, pieces } from './server.ts';

type Content = string | { type: string; text?: string }[] | null;

interface Message {
  role: string;
  content?: Content;
  tool_calls?: { id: string; type: string; function: { name: string; arguments: string } }[];
  tool_call_id?: string;
}

interface Body {
  model: string;
  stream?: boolean;
  stream_options?: { include_usage?: boolean };
  messages: Message[];
  tools?: { type: string; function: { name: string; parameters?: { type?: string; properties?: object } } }[];
}

const words = (content: Content | undefined): string =>
  typeof content === 'string' ? content : (content ?? []).map(({ text = '' }) => text).join('\n');

const error = (status: number, message: string, type: string, code: string | null) => ({
  status,
  body: { error: { message, type, param: null, code } },
});

export const openaiRefusals: Protocol['refusals'] = {
  key: () =>
    error(
      401,
      'Incorrect API key provided: wrong-ke*. You can find your API key at https://platform.openai.com/account/api-keys.',
      'invalid_request_error',
      'invalid_api_key',
    ),
  limit: () => ({
    ...error(
      429,
      'Rate limit reached for requests. Limit: 3 / min. Please try again in 20s.',
      'requests',
      'rate_limit_exceeded',
    ),
    headers: { 'retry-after': '1' },
  }),
  model: (name) =>
    error(
      404,
      `The model \`${name}\` does not exist or you do not have access to it.`,
      'invalid_request_error',
      'model_not_found',
    ),
  broken: (why) => error(400, why, 'invalid_request_error', null),
};

const oneMessage = ({ role, content, tool_calls, tool_call_id }: Message) => {
  if (role === 'tool')
    return {
      role: 'user',
      content: [{ type: 'tool_result', tool_use_id: tool_call_id ?? '', content: words(content) }],
    };
  const calls = (tool_calls ?? []).map(({ id, function: called }) => ({
    type: 'tool_use',
    id,
    name: called.name,
    input: JSON.parse(called.arguments) as Record<string, unknown>,
  }));
  return { role, content: [{ type: 'text', text: words(content) }, ...calls] };
};

export const completions: Protocol = {
  path: /^\/v1\/chat\/completions$/,
  keyOf: bearer,
  read(raw) {
    const body = raw as Body;
    hold(Array.isArray(body.messages) && body.messages.length > 0, "Missing required parameter: 'messages'.");
    for (const tool of body.tools ?? []) {
      hold(tool.type === 'function', "Invalid value for 'tools[0].type'");
      hold(
        /^[a-zA-Z0-9_-]{1,64}$/.test(tool.function.name),
        `Invalid 'tools.function.name': ${tool.function.name}`,
      );
      hold(
        tool.function.parameters?.type === 'object',
        `Invalid schema for function '${tool.function.name}'`,
      );
    }
    body.messages.forEach(({ role, tool_calls, tool_call_id }, at) => {
      hold(/^(system|developer|user|assistant|tool)$/.test(role), `Invalid value: '${role}'`);
      for (const { id } of tool_calls ?? [])
        hold(
          body.messages.slice(at + 1).some((later) => later.tool_call_id === id),
          `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id': ${id}`,
        );
      if (role === 'tool')
        hold(
          body.messages
            .slice(0, at)
            .some((before) => before.tool_calls?.some(({ id }) => id === tool_call_id)),
          "messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
        );
    });
    const system = (role: string) => role === 'system' || role === 'developer';
    return {
      ...body,
      system: body.messages
        .filter(({ role }) => system(role))
        .map(({ content }) => words(content))
        .join('\n'),
      messages: body.messages.filter(({ role }) => !system(role)).map(oneMessage),
      tools: (body.tools ?? []).map(({ function: { name, parameters } }) => ({
        name,
        input_schema: parameters,
      })) as MessagesRequest['tools'],
    };
  },
  send(response, asked, { text, calls }, sequence) {
    const { stream, stream_options } = asked as unknown as Body;
    const usage = { prompt_tokens: 1200, completion_tokens: 60, total_tokens: 1260 };
    const finish = calls.length > 0 ? 'tool_calls' : 'stop';
    const tool_calls = calls.map(({ name, input }, index) => ({
      index,
      id: `call_${sequence}_${index}`,
      type: 'function',
      function: { name, arguments: JSON.stringify(input) },
    }));
    const base = { id: `chatcmpl-${sequence}`, created: 1_790_000_000, model: asked.model };
    if (stream !== true) {
      const message = { role: 'assistant', content: text === '' ? null : text, tool_calls };
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify({
          ...base,
          object: 'chat.completion',
          choices: [{ index: 0, message, finish_reason: finish }],
          usage,
        }),
      );
      return;
    }
    const event = eventStream(response);
    const chunk = (delta: object, finish_reason: string | null = null) =>
      event({ ...base, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason }] });
    chunk({ role: 'assistant', content: '' });
    for (const piece of pieces(text)) chunk({ content: piece });
    for (const call of tool_calls) {
      const { arguments: written } = call.function;
      chunk({ tool_calls: [{ ...call, function: { ...call.function, arguments: '' } }] });
      for (const part of [written.slice(0, 5), written.slice(5)])
        chunk({ tool_calls: [{ index: call.index, function: { arguments: part } }] });
    }
    chunk({}, finish);
    if (stream_options?.include_usage)
      event({ ...base, object: 'chat.completion.chunk', choices: [], usage });
    event('[DONE]');
    response.end();
  },
  refusals: openaiRefusals,
  also(path, _body, model) {
    if (/^\/v1\/models$/.test(path))
      return {
        status: 200,
        body: { object: 'list', data: [{ id: model, object: 'model', owned_by: 'house' }] },
      };
    // LM Studio's own list: https://lmstudio.ai/docs/developer/rest/list
    if (/^\/api\/v1\/models$/.test(path))
      return {
        status: 200,
        body: {
          models: [
            {
              type: 'llm',
              publisher: 'house',
              key: model,
              display_name: model,
              max_context_length: 65_536,
              loaded_instances: [{ id: model, config: { context_length: 65_536 } }],
              capabilities: { vision: false, trained_for_tool_use: true },
            },
          ],
        },
      };
    return null;
  },
};
