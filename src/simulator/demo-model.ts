// The demo model: a loopback server that speaks Anthropic's Messages API and thinks in fixed sentences, so
// that the whole chat path can be tried without a key. It says in every answer what it is.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { shown } from './demo/sentences.ts';
import { understand } from './demo/understand.ts';
import {
  type Answer,
  callsBefore,
  type MessagesRequest,
  readTurn,
  sendAnswer,
  type Tool,
} from './demo/wire.ts';

export interface DemoModelOptions {
  /** 0 takes any free port. */
  port: number;
  /** Every turn is answered with this, and nothing is called. */
  always?: string;
  log?: (line: string) => void;
}

export interface DemoModel {
  /** e.g. `http://127.0.0.1:41801`, for `models.providers.anthropic.baseUrl` */
  url: string;
  /** Turns answered so far. */
  requests(): number;
  close(): Promise<void>;
}

const signature = '(demo model: fixed sentences, no AI behind this answer)';

/** Rejects when the port is taken (EADDRINUSE). Listens on 127.0.0.1 only. */
export async function startDemoModel({ port, always, log }: DemoModelOptions): Promise<DemoModel> {
  let requests = 0;
  const server = createServer((request, response) => {
    void serve(request, response).catch((error: unknown) => {
      log?.(`demo model: ${error instanceof Error ? error.message : String(error)}`);
      const message = 'Expected a Messages API request in JSON.';
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ type: 'error', error: { type: 'invalid_request_error', message } }));
    });
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    if (request.method === 'GET' && path.endsWith('/models')) {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify({
          data: [{ type: 'model', id: 'demo', display_name: 'Demo model' }],
          has_more: false,
        }),
      );
      return;
    }
    if (request.method !== 'POST' || !path.endsWith('/messages')) {
      response.writeHead(404, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify({ type: 'error', error: { type: 'not_found_error', message: `No ${path} here` } }),
      );
      return;
    }
    let raw = '';
    for await (const chunk of request.setEncoding('utf8')) raw += chunk;
    const body = JSON.parse(raw) as MessagesRequest;
    requests++;
    const answer = always === undefined ? answerTo(body) : { text: always, calls: [] };
    log?.(`turn ${requests}: ${answer.calls.map((call) => call.name).join(', ') || 'text'}`);
    sendAnswer(response, body, answer, requests);
  }

  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(port, '127.0.0.1', done);
  });
  const address = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests: () => requests,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

/** One turn. Pure. */
export function answerTo(request: MessagesRequest): Answer {
  const { text, results } = readTurn(request);
  if (results.length > 0) {
    // Our tools say a failure as text that begins with its code.
    const refused = ({ failed, text }: (typeof results)[number]) => failed || /^[A-Z]+_[A-Z_]+: /.test(text);
    const parts = results.map((result) =>
      refused(result) ? `That did not work:\n${result.text}` : result.text,
    );
    const lead = results.every(refused) ? [] : [leadOf(request)];
    return say([...lead, ...parts].join('\n\n'));
  }
  const tools = request.tools ?? [];
  // Titles and recaps of the gateway's own: nobody reads help there.
  if (tools.length === 0) return { text: 'Fleet', calls: [] };
  const intent = understand(text, callsBefore(request.messages ?? []));
  if (intent === null)
    return say(
      `That is none of the sentences I know. I understand such as:\n${shown.map((line) => `- ${line}`).join('\n')}\nAll that can be done without a model: \`/fleet help\`.`,
    );
  if (intent.calls.length === 0) return say(intent.lead);
  const missing = intent.calls.filter((call) => !tools.some((tool) => tool.name === call.name));
  if (missing.length > 0)
    return say(
      `For that I would need ${missing.map((call) => call.name).join(' and ')}, which I am not given here. Nothing was done.`,
    );
  return {
    text: '',
    calls: intent.calls.map((call) => ({ ...call, input: known(tools, call.name, call.input) })),
  };
}

/** The sentence above the results: that of the human's words before the model's calls. */
function leadOf(request: MessagesRequest): string {
  const messages = request.messages ?? [];
  const called = messages.findLastIndex((message) => message.role === 'assistant');
  const until = messages.slice(0, called);
  return (
    understand(readTurn({ messages: until }).text, callsBefore(until))?.lead ?? 'This is what came back:'
  );
}

/** Keeps what the tool's schema names: the closed schemas refuse anything else. */
function known(tools: Tool[], name: string, input: Record<string, unknown>): Record<string, unknown> {
  const properties = tools.find((tool) => tool.name === name)?.input_schema?.properties;
  if (properties === undefined) return input;
  return Object.fromEntries(Object.entries(input).filter(([key]) => Object.hasOwn(properties, key)));
}

function say(text: string): Answer {
  return { text: `${text}\n\n${signature}`, calls: [] };
}
