// An Anthropic-compatible server that does what a test scripts, whatever tools it is given, and keeps every
// request it got. The demo model's wire, without its sentences.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Answer, type MessagesRequest, readTurn, sendAnswer } from '../../src/simulator/demo/wire.ts';

export interface ModelRequest {
  system: string;
  tools: string[];
  /** what the human said last, or what tools answered last */
  heard: string;
  /** `heard` is what tools said */
  afterTool: boolean;
  /** all that is said in it, as JSON */
  messages: string;
}

export interface ScriptedModel {
  url: string;
  requests: ModelRequest[];
  close(): Promise<void>;
}

export async function startScriptedModel(script: (request: ModelRequest) => Answer): Promise<ScriptedModel> {
  const requests: ModelRequest[] = [];
  const server = createServer(async (incoming, response) => {
    let raw = '';
    for await (const chunk of incoming.setEncoding('utf8')) raw += chunk;
    if (incoming.method !== 'POST') return void response.end('{"data":[]}');
    const body = JSON.parse(raw) as MessagesRequest & { system?: string | { text?: string }[] };
    const { text, results } = readTurn(body);
    const { system = '' } = body;
    const request = {
      system: typeof system === 'string' ? system : system.map((block) => block.text ?? '').join('\n'),
      tools: (body.tools ?? []).map(({ name }) => name),
      heard: results.length > 0 ? results.map((result) => result.text).join('\n') : text,
      afterTool: results.length > 0,
      messages: JSON.stringify(body.messages),
    };
    requests.push(request);
    sendAnswer(response, body, script(request), requests.length);
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
