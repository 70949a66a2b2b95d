// The Gemini API: https://ai.google.dev/api/generate-content
import type { MessagesRequest } from '../../../src/simulator/demo/wire.ts';
import { eventStream, hold, type Protocol, pieces } from './server.ts';

interface Part {
  text?: string;
  thought?: boolean;
  functionCall?: { id?: string; name: string; args?: Record<string, unknown> };
  functionResponse?: { id?: string; name: string; response: Record<string, unknown> };
}

interface Body {
  contents: { role?: string; parts: Part[] }[];
  systemInstruction?: { parts: Part[] };
  tools?: {
    functionDeclarations?: { name: string; parameters?: object; parametersJsonSchema?: object }[];
  }[];
}

const error = (code: number, status: string, message: string) => ({
  status: code,
  body: { error: { code, message, status } },
});

const words = (parts: Part[] = []): string => parts.map(({ text = '' }) => text).join('\n');

/** Calls are matched by name and place: its ids are optional. */
function asMessages(contents: Body['contents']): NonNullable<MessagesRequest['messages']> {
  let made = 0;
  let open: { id: string; name: string }[] = [];
  return contents.map(({ role = 'user', parts }) => {
    if (role === 'model') {
      open = [];
      const content = parts.map(({ text, functionCall }) => {
        if (functionCall === undefined) return { type: 'text', text: text ?? '' };
        const call = { id: `call_${made++}`, name: functionCall.name };
        open.push(call);
        return { type: 'tool_use', ...call, input: functionCall.args ?? {} };
      });
      return { role: 'assistant', content };
    }
    const content = parts.map(({ text, functionResponse }) => {
      if (functionResponse === undefined) return { type: 'text', text: text ?? '' };
      const { name, response } = functionResponse;
      const at = open.findIndex((call) => call.name === name);
      hold(
        at >= 0,
        'Please ensure that function response turn comes immediately after a function call turn.',
      );
      const [call] = open.splice(at, 1);
      const told = response.output ?? response.result ?? response.error ?? response;
      return {
        type: 'tool_result',
        tool_use_id: call?.id ?? '',
        content: typeof told === 'string' ? told : JSON.stringify(told),
      };
    });
    return { role: 'user', content };
  });
}

export const google: Protocol = {
  path: /^\/v1beta\/models\/[^/:]+:(?:streamGenerateContent\?alt=sse|generateContent)$/,
  keyOf: ({ headers }) => (headers['x-goog-api-key'] as string | undefined) ?? null,
  read(raw, path) {
    const body = raw as Body;
    hold(Array.isArray(body.contents) && body.contents.length > 0, 'contents is not specified');
    for (const { role, parts } of body.contents) {
      hold(
        role === undefined || role === 'user' || role === 'model',
        'Please use a valid role: user, model.',
      );
      hold(Array.isArray(parts) && parts.length > 0, 'Unable to submit request because it must have a part.');
    }
    const declared = (body.tools ?? []).flatMap(({ functionDeclarations = [] }) => functionDeclarations);
    for (const { name } of declared)
      hold(/^[a-zA-Z_][\w.:-]{0,127}$/.test(name), `Invalid function name ${name}`);
    return {
      model: /\/models\/([^/:]+):/.exec(path)?.[1] ?? '',
      stream: path.includes('streamGenerateContent'),
      system: words(body.systemInstruction?.parts),
      messages: asMessages(body.contents),
      tools: declared.map(({ name, parameters, parametersJsonSchema }) => ({
        name,
        input_schema: parametersJsonSchema ?? parameters,
      })) as MessagesRequest['tools'],
    };
  },
  send(response, asked, { text, calls }, sequence) {
    const usageMetadata = { promptTokenCount: 1200, candidatesTokenCount: 60, totalTokenCount: 1260 };
    const whole = (parts: Part[], finishReason?: string) => ({
      candidates: [{ index: 0, content: { role: 'model', parts }, ...(finishReason && { finishReason }) }],
      usageMetadata,
      modelVersion: asked.model,
      responseId: `response-${sequence}`,
    });
    const called = calls.map(({ name, input }) => ({ functionCall: { name, args: input } }));
    if (asked.stream !== true) {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(whole([...(text === '' ? [] : [{ text }]), ...called], 'STOP')));
      return;
    }
    const event = eventStream(response);
    for (const piece of pieces(text)) event(whole([{ text: piece }]));
    event(whole(called.length > 0 ? called : [{ text: '' }], 'STOP'));
    response.end();
  },
  refusals: {
    key: () => error(400, 'INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.'),
    limit: () =>
      error(
        429,
        'RESOURCE_EXHAUSTED',
        'You exceeded your current quota, please check your plan and billing details.',
      ),
    model: (name) =>
      error(
        404,
        'NOT_FOUND',
        `models/${name} is not found for API version v1beta, or is not supported for generateContent.`,
      ),
    broken: (why) => error(400, 'INVALID_ARGUMENT', why),
  },
};
