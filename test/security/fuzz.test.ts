// Every parser that reads the outside, on input nobody would write: it answers, or refuses in words, at once.
// FUZZ_CASES is the number of cases per parser (`npm run test:night -- fuzz`: 100,000).
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApi } from '../../src/api/server.ts';
import type { FleetClient } from '../../src/client/client.ts';
import { FleetError } from '../../src/common/errors.ts';
import { questionOf } from '../../src/fleet/act/gates/question.ts';
import type { OvCommand } from '../../src/overstory/command.ts';
import { type OvCommandName, ovCommands } from '../../src/overstory/commands/index.ts';
import { featuresOf } from '../../src/overstory/features.ts';
import { readOvArgs, readOvReply } from '../../src/overstory/run.ts';
import { maxArgumentBytes } from '../../src/overstory/sanitize.ts';
import { parseRegistry } from '../../src/registry/index.ts';
import { FrameGuard } from '../../src/runtime/frame-guard.ts';
import { inboxText, lookText, surfaceFor } from '../../src/text/index.ts';
import { runVerb } from '../../src/verbs/index.ts';
import { product, registry, testFleet } from '../support/fleet.ts';

const numRuns = Number(process.env.FUZZ_CASES ?? 2_000);
const timeout = Math.max(60_000, numRuns * 20);
/** What one case may take, in ms of CPU. */
const atOnceMs = 2_000;

/** Runs all cases; a case that takes long is a failure with its input. */
function holds<T>(input: fc.Arbitrary<T>, check: (value: T) => void | Promise<void>): Promise<void> {
  const property = fc.asyncProperty(input, async (value) => {
    // CPU time: what other programs take says nothing of ours.
    const before = process.cpuUsage();
    await check(value);
    const { user, system } = process.cpuUsage(before);
    const took = (user + system) / 1000;
    if (took > atOnceMs)
      throw new Error(`Expected an answer at once, got one after ${Math.round(took)} ms of CPU.`);
  });
  return fc.assert(property, {
    numRuns,
    interruptAfterTimeLimit: timeout - 5_000,
    markInterruptAsFailure: true,
  });
}

/** Only FleetErrors, and none that says "a defect". */
function refusesInWords(action: () => unknown): void {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(FleetError);
    expect(error).not.toMatchObject({ code: 'INTERNAL' });
    expect((error as FleetError).mend).not.toBe('');
  }
}

const hostile = fc.oneof(
  { weight: 6, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '',
      '{',
      '}',
      '[',
      ']',
      '"',
      '\n',
      '\r',
      '\0',
      '\u001b[2J',
      '\u202e',
      ';',
      '--',
    ),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '../..',
      '/etc/passwd',
      '%2e%2e',
      '__proto__',
      'constructor',
      '<!channel>',
      '```',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '\ud800',
      '\udfff',
      '🦊',
      'null',
      'NaN',
      '1e999',
      '-0',
      '99999999999999999999',
    ),
  },
);
/** One in a hundred is long and of one kind: what makes a careless pattern take minutes. */
const long = fc
  .tuple(
    fc.constantFrom(
      ' ',
      ';',
      '[\n',
      '{\n',
      '"',
      ' "a',
      '--a ',
      '\u001b[',
      '\u001b]',
      '-',
      '\n',
      '(',
      'a',
      '`',
      '<',
    ),
    fc.integer({ min: 50_000, max: 290_000 }),
  )
  .map(([piece, length]) => `${piece.repeat(Math.ceil(length / piece.length))}x`);
const text = fc.oneof(
  { weight: 99, arbitrary: fc.array(hostile, { maxLength: 12 }).map((parts) => parts.join('')) },
  { weight: 1, arbitrary: long },
);

/** Control characters: keys in a terminal. With those that turn the reading direction: what a reader obeys. */
const typed = /(?![\n\t])\p{Cc}/u;
const obeyed = /(?![\n\t])\p{Cc}|[\u202a-\u202e\u2066-\u2069]/u;

const keys = fc.constantFrom(
  ...[
    'success',
    'error',
    'command',
    'messages',
    'agents',
    'id',
    'from',
    'to',
    'subject',
    'body',
    'payload',
    'read',
  ],
  ...[
    'source',
    'via',
    'sender',
    'product',
    'text',
    'needs',
    'scope',
    'what',
    'value',
    'kind',
    'path',
    'reason',
  ],
  ...[
    'worktrees',
    'tmuxSessions',
    'currentRunId',
    'version',
    'name',
    'priority',
    'with',
    'without',
    '__proto__',
  ],
);
const json = fc.letrec<{ any: unknown }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(text, fc.integer(), fc.double(), fc.boolean(), fc.constant(null)),
    fc.array(tie('any'), { maxLength: 4 }),
    fc.dictionary(keys, tie('any'), { maxKeys: 8 }),
  ),
})).any;
const jsonText = fc.oneof(
  json.map((value) => JSON.stringify(value)),
  text,
);

/** What `ov` really said, by every version that was recorded. */
function recordings(): string[] {
  const folder = 'test/fixtures/recordings';
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.json'))
    .map((file) =>
      String((JSON.parse(readFileSync(join(folder, file), 'utf8')) as { stdout?: string }).stdout ?? ''),
    );
}

const names = Object.keys(ovCommands) as OvCommandName[];
const commandOf = (name: OvCommandName) => ovCommands[name] as unknown as OvCommand<unknown, unknown>;
const v10 = featuresOf({ version: '0.10.3' });

describe('what ov says', () => {
  const run = fc.record({
    exit: fc.constantFrom(0, 0, 0, 1, 2, 137, null),
    stdout: fc.oneof(
      jsonText,
      fc.array(jsonText, { maxLength: 4 }).map((lines) => lines.join('\n')),
    ),
    stderr: text,
    timedOut: fc.boolean(),
    truncated: fc.boolean(),
  });
  it(
    'output of every command',
    () =>
      holds(fc.tuple(fc.constantFrom(...names), run), ([name, ran]) =>
        refusesInWords(() => commandOf(name).read({ ...ran, timedOut: false, truncated: false })),
      ),
    timeout,
  );
  it(
    'the recorded replies of every version, with bytes changed, cut out, doubled and put together',
    () => {
      const corpus = recordings();
      expect(corpus.length).toBeGreaterThan(100);
      const change = fc.record({
        at: fc.double({ min: 0, max: 1, noNaN: true }),
        cut: fc.integer({ min: 0, max: 40 }),
        put: hostile,
      });
      return holds(
        fc.tuple(
          fc.constantFrom(...names),
          fc.constantFrom(...corpus),
          fc.constantFrom(...corpus),
          fc.array(change, { maxLength: 4 }),
          fc.constantFrom(0, 0, 1, null),
        ),
        ([name, one, other, changes, exit]) => {
          let stdout = changes.length === 4 ? one + other : one;
          for (const { at, cut, put } of changes) {
            const from = Math.floor(at * stdout.length);
            stdout = stdout.slice(0, from) + put + stdout.slice(from + cut);
          }
          refusesInWords(() =>
            commandOf(name).read({ exit, stdout, stderr: '', timedOut: false, truncated: false }),
          );
        },
      );
    },
    timeout,
  );
  it(
    'questions in mail: a gate or none, with what was asked as it was asked',
    () =>
      holds(
        fc.record({
          from: fc.oneof(text, fc.constantFrom('coordinator', 'operator')),
          to: fc.constantFrom('operator', 'orchestrator', 'coordinator'),
          type: fc.constantFrom('question', 'escalation', 'error', 'decision_gate', 'plan_ready', 'result'),
          subject: text,
          body: text,
          priority: text,
          payload: fc.oneof(jsonText, fc.constant(null)),
          threadId: fc.constantFrom(null, 'm1'),
        }),
        (mail) => {
          const asked = questionOf({ ...mail, id: 'm', read: false, createdAt: '' });
          if (asked === null) return;
          expect(asked.question.text).toBe(mail.body);
          expect(asked.question.options.length).toBeLessThanOrEqual(20);
        },
      ),
    timeout,
  );
  it(
    'a reply that crossed the wire',
    () =>
      holds(fc.tuple(fc.constantFrom(...names), json), ([name, reply]) =>
        refusesInWords(() => readOvReply(name, reply)),
      ),
    timeout,
  );
  it(
    'mail and files, shown in chat and in a terminal: nothing that either would obey is left',
    () =>
      holds(fc.tuple(text, text, text), ([from, subject, body]) => {
        const mail = {
          id: 'm',
          from,
          to: 'operator',
          subject,
          body,
          type: 'result',
          priority: 'normal',
          threadId: null,
          payload: body,
          read: false,
          createdAt: subject,
        };
        for (const kind of ['chat', 'terminal'] as const) {
          const show = surfaceFor({ kind, nowMs: 0, columns: 80 });
          for (const shown of [
            inboxText(show, { product: 'a', observedAt: null, mail: [mail] }),
            lookText(show, { text: body, truncated: false }),
          ])
            expect(obeyed.test(shown)).toBe(false);
        }
      }),
    timeout,
  );
});

it(
  'arguments of ov: refused, or words that no terminal and no option parser takes for something else',
  () =>
    holds(fc.tuple(fc.constantFrom(...names), json), ([name, given]) =>
      refusesInWords(() => {
        const command = commandOf(name);
        for (const word of command.argv(readOvArgs(name, given), v10)) {
          expect(Buffer.byteLength(word)).toBeLessThanOrEqual(maxArgumentBytes);
          expect(typed.test(word)).toBe(false);
        }
      }),
    ),
  timeout,
);

it(
  'products.yaml',
  () =>
    holds(
      fc.oneof(
        text,
        fc.uint8Array({ maxLength: 200 }),
        json.map((value) => JSON.stringify({ products: value, scheduling: value })),
      ),
      (file) =>
        refusesInWords(() => parseRegistry(file, { file: 'products.yaml', workspaceRoot: '/workspace' })),
    ),
  timeout,
);

it(
  'frames of the agent: whole ones pass, the rest ends the link, and no more than a frame is kept',
  () => {
    const frame = jsonText.map((body) =>
      Buffer.from(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`),
    );
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
      fc
        .tuple(
          fc.constantFrom(
            'Content-Length: ',
            'content-length:',
            'Content-Length: 9999999999',
            'Content-Type: x\r\n',
          ),
          text,
        )
        .map(([head, rest]) => Buffer.from(head + rest)),
    );
    const parts = fc.array(fc.oneof({ weight: 4, arbitrary: frame }, { weight: 1, arbitrary: noise }), {
      maxLength: 6,
    });
    return holds(fc.tuple(parts, fc.integer({ min: 1, max: 4_096 })), async ([given, size]) => {
      const maxBytes = 1_000_000;
      const guard = new FrameGuard(maxBytes);
      const bytes = Buffer.concat(given);
      let passed = 0;
      let failure: unknown = null;
      guard.on('data', (chunk: Buffer) => {
        passed += chunk.length;
      });
      const over = new Promise<void>((resolve) => guard.once('close', resolve));
      guard.once('error', (error) => {
        failure = error;
      });
      // Long frames in pieces of one byte say nothing new: test/runtime/hostile-agent.test.ts cuts everywhere.
      const step = Math.max(size, Math.ceil(bytes.length / 2_000));
      for (let at = 0; at < bytes.length && failure === null; at += step)
        guard.write(bytes.subarray(at, at + step));
      guard.end();
      await over;
      if (failure !== null) {
        expect(failure).toBeInstanceOf(FleetError);
        expect(['AGENT_PROTOCOL', 'AGENT_FRAME_TOO_LARGE']).toContain((failure as FleetError).code);
      }
      expect(passed).toBeLessThanOrEqual(bytes.length);
    });
  },
  timeout,
);

describe('fleetd’s API', () => {
  let t: ReturnType<typeof testFleet>;
  beforeAll(() => {
    t = testFleet({ registry: registry([product('alpha'), product('beta')]) });
  });
  afterAll(() => t.crash());
  const paths = fc.oneof(
    fc.constantFrom(
      ...[
        'objectives',
        'objectives/obj-1',
        'objectives/obj-1/cancel',
        'objectives/obj-1/requeue',
        'caps',
        'undo',
        'plan',
      ],
      ...['products/alpha/pause', 'products/alpha/resume', 'products/alpha/focus', 'products/alpha/priority'],
      ...[
        'products/alpha/stop',
        'products/alpha/messages',
        'products/alpha/look?kind=file&path=..',
        'why/alpha',
        'gates/1',
      ],
      ...[
        'status?product=x',
        'objectives?state=x&limit=1e9',
        'products/alpha/inbox',
        'notices?after=x',
        'notices/1/sent',
        'health',
      ],
    ),
    text.map((part) => `products/${encodeURIComponent(part.toWellFormed()).slice(0, 2_000)}/look`),
    text.map((part) => encodeURI(part.toWellFormed()).slice(0, 2_000)),
  );
  it(
    'bodies and paths: an answer in JSON, and never "a defect"',
    () => {
      const apis = (['gateway', 'operator'] as const).map((surface) =>
        createApi(t.fleet, surface, pino({ level: 'silent' })),
      );
      const plausible = fc.record(
        {
          product: fc.constantFrom('alpha', 'nope'),
          text,
          source: fc.record({ via: fc.constantFrom('webchat', 'model', 'cli'), sender: text }),
          reason: text,
          scope: text,
          what: text,
          value: text,
          priority: json,
          needs: fc.array(text, { maxLength: 2 }),
        },
        { requiredKeys: [] },
      );
      const body = fc.oneof(
        jsonText,
        plausible.map((value) => JSON.stringify(value)),
      );
      return holds(
        fc.tuple(fc.constantFrom('GET', 'POST', 'DELETE'), paths, body, fc.constantFrom(0, 1)),
        async ([method, path, sent, at]) => {
          const answer = await apis[at]?.request(`/v1/${path}`, {
            method,
            ...(method === 'POST' && { body: sent, headers: { 'content-type': 'application/json' } }),
          });
          expect([200, 400, 404, 409, 502, 503]).toContain(answer?.status);
          expect(await answer?.json()).toMatchObject({ ok: answer?.status === 200 });
        },
      );
    },
    timeout,
  );
});

it(
  'a line of chat',
  () => {
    const client = new Proxy({} as FleetClient, {
      get: () => async () => {
        throw new FleetError({
          code: 'STUB',
          class: 'unavailable',
          message: 'Nobody is there.',
          mend: 'None.',
        });
      },
    });
    const verb = fc.constantFrom(
      'start',
      'stop',
      'message',
      'look',
      'status',
      'cap',
      'cancel',
      'help',
      'why',
      'plan',
      'queue',
      'approve',
      'answer',
      '',
    );
    const line = fc
      .tuple(
        verb,
        fc.array(
          fc.oneof(
            text,
            fc.constantFrom('alpha', '--needs', '--accept', '—needs', '“', '”', '1', '--', '-h'),
          ),
          { maxLength: 6 },
        ),
      )
      .map(([word, rest]) => `${word} ${rest.join(' ')}`);
    return holds(line, async (typed) => {
      const { error, text: said } = await runVerb(typed, {
        client,
        source: { via: 'slack', sender: 'x', thread: null },
        surface: 'chat',
        now: () => 0,
      });
      expect(error?.code).not.toBe('INTERNAL');
      expect(said).not.toBe('');
      expect(said.length).toBeLessThan(20_000);
    });
  },
  timeout,
);
