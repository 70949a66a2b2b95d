// See README.md.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { readConversation, type Step } from './conversation.ts';
import type { Fault } from './faults.ts';
import { reply, replyFault, type Usage } from './reply.ts';
import { type Asked, readRequest } from './request.ts';
import { answer } from './script/index.ts';

type Which = Partial<Pick<Asked, 'role' | 'agent' | 'key'>>;

export interface ModelServer extends AsyncDisposable {
  /** for ANTHROPIC_BASE_URL, e.g. `http://127.0.0.1:40123` */
  url: string;
  port: number;
  /** Every request so far that had tools, oldest first, but for the hidden ones after a turn. */
  asked(which?: Which): Asked[];
  /** How many requests there were of a role, hidden and small ones too. */
  count(role: Asked['role']): number;
  /** As if there had been no request. */
  forget(): void;
  /** A line per answer, e.g. `coordinator: ov mail check --agent coordinator`: for when a test fails. */
  answers: string[];
  /** Answers these requests with a fault from now on. Ends with `end()`, or after so many `times`. */
  fail(which: Which, fault: Fault, times?: number): { end(): void };
  /** Leaves these requests without an answer until `end()`, which answers those that still wait. */
  hold(which: Which): { held(): number; end(): void };
}

export interface ModelOptions {
  /** what is answered; the scripts of script/ unless given */
  answer?: (asked: Asked) => Step;
  usage?: (asked: Asked) => Usage;
  /** more headers of an answer */
  headers?: (asked: Asked) => Record<string, string>;
  /** Each answer takes this long. */
  thinkMs?: number;
  /** 127.0.0.1 unless given; a container reaches the host by another */
  host?: string;
}

/** of each answer, unless told otherwise */
export const usualUsage: Usage = {
  input_tokens: 1_200,
  output_tokens: 60,
  cache_read_input_tokens: 10_000,
  cache_creation_input_tokens: 300,
};

export async function openModelServer(options: ModelOptions = {}): Promise<ModelServer> {
  const { thinkMs = 50, host = '127.0.0.1' } = options;
  const requests: Asked[] = [];
  const answers: string[] = [];
  const failing = new Set<{ which: Which; fault: Fault; left: number }>();
  const holding = new Set<{ which: Which; waiting: (() => void)[] }>();
  const meant = (asked: Asked) => (one: { which: Which }) =>
    Object.entries(one.which).every(([name, value]) => asked[name as keyof Which] === value);

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const raw = Buffer.concat(chunks).toString();
    const path = (request.url ?? '').split('?')[0];
    if (request.method !== 'POST') return void response.end();
    if (path === '/v1/messages/count_tokens') {
      response.writeHead(200, { 'content-type': 'application/json' });
      return void response.end(JSON.stringify({ input_tokens: Math.ceil(raw.length / 4) }));
    }
    if (path !== '/v1/messages') {
      response.writeHead(404, { 'content-type': 'application/json' });
      const error = { type: 'not_found_error', message: 'Not found' };
      return void response.end(JSON.stringify({ type: 'error', error }));
    }
    const asked = readRequest(raw, request.headers);
    requests.push(asked);
    for (const hold of [...holding].filter(meant(asked)))
      await new Promise<void>((resolve) => hold.waiting.push(resolve));
    const failure = [...failing].find(meant(asked));
    if (failure) {
      failure.left -= 1;
      if (failure.left === 0) failing.delete(failure);
      return replyFault(response, failure.fault);
    }
    await sleep(thinkMs);
    const step = (options.answer ?? answerOf)(asked);
    const last = readConversation(asked.messages).happened.at(-1);
    if (last?.kind === 'called') answers.push(`  gave ${last.result?.slice(0, 300)}`);
    const words = 'say' in step ? `"${step.say}"` : (step.input.command ?? step.input.file_path ?? step.tool);
    answers.push(`${new Date().toISOString().slice(11, 23)} ${asked.agent}: ${words}`);
    for (const [name, value] of Object.entries(options.headers?.(asked) ?? {}))
      response.setHeader(name, value);
    reply(response, asked, step, options.usage?.(asked) ?? usualUsage);
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://${host}:${port}`,
    port,
    answers,
    asked: (which = {}) =>
      requests.filter((one) => !['side', 'suggestion'].includes(one.role) && meant(one)({ which })),
    forget: () => void [requests, answers].map((list) => list.splice(0)),
    count: (role) => requests.filter((one) => one.role === role).length,
    fail(which, fault, times = Number.POSITIVE_INFINITY) {
      const one = { which, fault, left: times };
      failing.add(one);
      return { end: () => void failing.delete(one) };
    },
    hold(which) {
      const one = { which, waiting: [] as (() => void)[] };
      holding.add(one);
      return {
        held: () => one.waiting.length,
        end() {
          holding.delete(one);
          for (const go of one.waiting.splice(0)) go();
        },
      };
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const answerOf = (asked: Asked): Step => answer(asked, readConversation(asked.messages));
