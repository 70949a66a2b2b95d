// OpenAI's Responses API: https://platform.openai.com/docs/api-reference/responses and …/responses-streaming
import type { MessagesRequest } from '../../../src/simulator/demo/wire.ts';
import { openaiRefusals } from './completions.ts';
import { bearer, eventStream, hold, type Protocol, pieces } from './server.ts';

type Content = string | { type: string; text?: string }[];

interface Item {
  type?: string;
  role?: string;
  content?: Content;
  call_id?: string;
  name?: string;
  arguments?: string;
  output?: Content;
}

interface Body {
  model: string;
  stream?: boolean;
  instructions?: string;
  input: string | Item[];
  tools?: { type: string; name: string; parameters?: { type?: string } }[];
}

const words = (content: Content | undefined): string =>
  typeof content === 'string' ? content : (content ?? []).map(({ text = '' }) => text).join('\n');

function oneMessage(item: Item): NonNullable<MessagesRequest['messages']> {
  if (item.type === 'function_call') {
    const input = JSON.parse(item.arguments ?? '{}') as Record<string, unknown>;
    return [{ role: 'assistant', content: [{ type: 'tool_use', id: item.call_id, name: item.name, input }] }];
  }
  if (item.type === 'function_call_output')
    return [
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: item.call_id ?? '', content: words(item.output) }],
      },
    ];
  return item.role === undefined ? [] : [{ role: item.role, content: words(item.content) }];
}

/** One answer of several items is one turn of the model. */
function merged(messages: NonNullable<MessagesRequest['messages']>) {
  const turns: typeof messages = [];
  const blocks = (content: (typeof messages)[number]['content']) =>
    typeof content === 'string' ? [{ type: 'text', text: content }] : content;
  for (const message of messages) {
    const last = turns.at(-1);
    if (last?.role === 'assistant' && message.role === 'assistant')
      last.content = [...blocks(last.content), ...blocks(message.content)];
    else turns.push({ ...message });
  }
  return turns;
}

export const responses: Protocol = {
  path: /^\/v1\/responses$/,
  keyOf: bearer,
  read(raw) {
    const body = raw as Body;
    const input = typeof body.input === 'string' ? [{ role: 'user', content: body.input }] : body.input;
    hold(Array.isArray(input) && input.length > 0, "Missing required parameter: 'input'.");
    for (const tool of body.tools ?? []) {
      hold(tool.type === 'function', `Invalid value: 'tools.type' ${tool.type}`);
      hold(/^[a-zA-Z0-9_-]{1,64}$/.test(tool.name), `Invalid 'tools.name': ${tool.name}`);
      hold(tool.parameters?.type === 'object', `Invalid schema for function '${tool.name}'`);
    }
    const called = (type: string) =>
      (input as Item[]).flatMap((item) => (item.type === type ? [item.call_id] : []));
    for (const id of called('function_call'))
      hold(called('function_call_output').includes(id), `No tool output found for function call ${id}.`);
    for (const id of called('function_call_output'))
      hold(
        called('function_call').includes(id),
        `No tool call found for function call output with call_id ${id}.`,
      );
    const system = (item: Item) => item.role === 'system' || item.role === 'developer';
    return {
      ...body,
      system: [
        body.instructions ?? '',
        ...(input as Item[]).filter(system).map(({ content }) => words(content)),
      ].join('\n'),
      messages: merged((input as Item[]).filter((item) => !system(item)).flatMap(oneMessage)),
      tools: (body.tools ?? []).map(({ name, parameters }) => ({
        name,
        input_schema: parameters,
      })) as MessagesRequest['tools'],
    };
  },
  send(response, asked, { text, calls }, sequence) {
    const output = [
      ...(text === ''
        ? []
        : [
            {
              id: `msg_${sequence}`,
              type: 'message',
              status: 'completed',
              role: 'assistant',
              content: [{ type: 'output_text', text, annotations: [], logprobs: [] }],
            },
          ]),
      ...calls.map(({ name, input }, at) => ({
        id: `fc_${sequence}_${at}`,
        type: 'function_call',
        status: 'completed',
        call_id: `call_${sequence}_${at}`,
        name,
        arguments: JSON.stringify(input),
      })),
    ];
    const whole = (status: string, items: unknown[]) => ({
      id: `resp_${sequence}`,
      object: 'response',
      created_at: 1_790_000_000,
      status,
      error: null,
      incomplete_details: null,
      model: asked.model,
      output: items,
      parallel_tool_calls: true,
      tool_choice: 'auto',
      tools: [],
      usage:
        status === 'completed'
          ? {
              input_tokens: 1200,
              input_tokens_details: { cached_tokens: 0 },
              output_tokens: 60,
              output_tokens_details: { reasoning_tokens: 0 },
              total_tokens: 1260,
            }
          : null,
    });
    if (asked.stream !== true) {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(whole('completed', output)));
      return;
    }
    const event = eventStream(response);
    let sequence_number = 0;
    const emit = (type: string, data: object) =>
      event({ type, sequence_number: sequence_number++, ...data }, type);
    emit('response.created', { response: whole('in_progress', []) });
    emit('response.in_progress', { response: whole('in_progress', []) });
    output.forEach((item, output_index) => {
      const at = { item_id: item.id, output_index };
      if (item.type === 'message') {
        emit('response.output_item.added', {
          output_index,
          item: { ...item, status: 'in_progress', content: [] },
        });
        const part = { type: 'output_text', text: '', annotations: [], logprobs: [] };
        emit('response.content_part.added', { ...at, content_index: 0, part });
        for (const delta of pieces(text))
          emit('response.output_text.delta', { ...at, content_index: 0, delta, logprobs: [] });
        emit('response.output_text.done', { ...at, content_index: 0, text, logprobs: [] });
        emit('response.content_part.done', { ...at, content_index: 0, part: { ...part, text } });
      } else if ('arguments' in item) {
        emit('response.output_item.added', {
          output_index,
          item: { ...item, status: 'in_progress', arguments: '' },
        });
        emit('response.function_call_arguments.delta', { ...at, delta: item.arguments });
        emit('response.function_call_arguments.done', { ...at, name: item.name, arguments: item.arguments });
      }
      emit('response.output_item.done', { output_index, item });
    });
    emit('response.completed', { response: whole('completed', output) });
    response.end();
  },
  refusals: openaiRefusals,
};
