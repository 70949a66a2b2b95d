import { describe, expect, test } from 'vitest';
import type { FleetClient } from '../../src/client/client.ts';
import { FleetError } from '../../src/common/errors.ts';
import { runVerb } from '../../src/verbs/index.ts';
import { ago, busyFleet, nowMs, objectiveView } from '../support/views.ts';

const source = { via: 'webchat' as const, sender: 'ada', thread: null };

const unknownProduct = (product: string) =>
  new FleetError({ code: 'PRODUCT_UNKNOWN', class: 'not-found', message: 'No.', mend: 'No.', product });

const changed = (verb: string) => ({ verb, text: 'product-b is paused (lunch).', changed: true });

/** A client that writes down what it was asked. */
function recorder() {
  const calls: unknown[][] = [];
  const known = (product: string) => {
    if (!/^product-[a-d]$/.test(product)) throw unknownProduct(product);
  };
  const answer =
    <T>(name: string, value: T, check = (..._: never[]) => {}) =>
    async (...args: never[]): Promise<T> => {
      calls.push([name, ...args]);
      check(...args);
      return value;
    };
  const client = {
    health: answer('health', { ready: true, version: '1' }),
    status: async ({ product }: { product?: string } = {}) => {
      calls.push(['status', product]);
      if (product !== undefined) known(product);
      return busyFleet();
    },
    objectives: answer('objectives', []),
    objective: answer('objective', objectiveView()),
    start: answer('start', objectiveView({ state: 'starting' }), ({ product }: { product: string }) =>
      known(product),
    ),
    cancel: answer('cancel', objectiveView({ state: 'cancelled' })),
    stop: answer('stop', null),
    requeue: answer('requeue', objectiveView({ state: 'queued' })),
    pause: answer('pause', changed('pause'), known),
    resume: answer('resume', changed('resume'), known),
    focus: answer('focus', changed('focus'), known),
    priority: answer('priority', changed('priority'), known),
    cap: answer('cap', changed('cap')),
    undo: answer('undo', changed('undo')),
    spending: answer('spending', { since: ago(0), until: ago(0), spent: [] }),
    history: answer('history', []),
    why: answer(
      'why',
      { target: 'x', line: 'It waits.', expectedStart: null, trace: null },
      (target: string) => {
        if (!target.startsWith('obj-')) known(target);
      },
    ),
    plan: answer('plan', { at: ago(0), starts: [], waits: [], truncated: false }),
    message: answer('message', { id: 'msg-1', nudged: true }),
    inbox: answer('inbox', { product: 'product-a', observedAt: null, mail: [] }),
    look: answer('look', { text: 'src/', truncated: false }, ({ length }: string) => length),
    async *events() {},
  } as unknown as FleetClient;
  return { calls, client };
}

async function say(surface: 'chat' | 'cli', input: string | string[]) {
  const { client, calls } = recorder();
  const result = await runVerb(input, { client, source, surface, now: () => nowMs });
  return { ...result, calls };
}
const chat = (input: string) => say('chat', input);
const cli = (...input: string[]) => say('cli', input);

const started = (product: string, text: string, more = {}) => [
  ['start', { product, text, acceptance: null, needs: [], source, ...more }],
];

describe('chat', () => {
  test.each<[string, unknown[][]]>([
    ['status', [['status', undefined]]],
    ['  Status  ', [['status', undefined]]],
    ['status Product-A', [['status', 'product-a']]],
    ['status `product-a`', [['status', 'product-a']]],
    ['status “product-a”', [['status', 'product-a']]],
    ['\u200bstatus\u00a0product-a\u200b', [['status', 'product-a']]],
    ['start product-a fix the login', started('product-a', 'fix the login')],
    ['start product-a: fix the login', started('product-a', 'fix the login')],
    ['start "product-a", fix', started('product-a', 'fix')],
    ['start product-a "fix the login"', started('product-a', 'fix the login')],
    ['start product-a “fix the login”', started('product-a', 'fix the login')],
    ['start product-a "a" and "b"', started('product-a', '"a" and "b"')],
    ["start product-a don't break it's tests", started('product-a', "don't break it's tests")],
    ['start product-a "unclosed', started('product-a', '"unclosed')],
    ['start product-a\nFix:\n- one\n\n  - two  ', started('product-a', 'Fix:\n- one\n\n  - two')],
    ['start product-a run --all -- --force -x', started('product-a', 'run --all -- --force -x')],
    ['start product-a --accept me as text', started('product-a', '--accept me as text')],
    ['start product-a -- ok', started('product-a', '-- ok')],
    [
      'start product-a $(rm -rf /) `id` ; | & > < * ~ \\ {a,b} !x',
      started('product-a', '$(rm -rf /) `id` ; | & > < * ~ \\ {a,b} !x'),
    ],
    ['start product-a it’s “quoted” — really', started('product-a', 'it’s “quoted” — really')],
    ['start --direct scout product-a look', started('product-a', 'look', { direct: 'scout' })],
    ['start --direct=builder product-a go', started('product-a', 'go', { direct: 'builder' })],
    ['start --needs obj-3,#4 product-a go', started('product-a', 'go', { needs: ['obj-3', 'obj-4'] })],
    ['start --accept “tests pass” product-a go', started('product-a', 'go', { acceptance: 'tests pass' })],
    ['start —accept "tests pass" product-a go', started('product-a', 'go', { acceptance: 'tests pass' })],
    ['start --accept=green product-a go', started('product-a', 'go', { acceptance: 'green' })],
    ['start product-a 修复 login 🚀', started('product-a', '修复 login 🚀')],
    ['stop product-a', [['stop', 'product-a', { source, reason: null }]]],
    ['stop product-a too --expensive', [['stop', 'product-a', { source, reason: 'too --expensive' }]]],
    ['cancel 7', [['cancel', 'obj-7', { source, reason: null }]]],
    ['cancel OBJ-7 no longer needed', [['cancel', 'obj-7', { source, reason: 'no longer needed' }]]],
    ['objective #7', [['objective', 'obj-7']]],
    [
      'message product-a please use "x" --now',
      [['message', 'product-a', { text: 'please use "x" --now', source }]],
    ],
    ['pause Product-B', [['pause', 'product-b', { source, reason: null }]]],
    [
      'pause product-b until the demo -- ok',
      [['pause', 'product-b', { source, reason: 'until the demo -- ok' }]],
    ],
    ['resume product-b', [['resume', 'product-b', { source }]]],
    ['focus product-a', [['focus', 'product-a', { source }]]],
    ['undo', [['undo', { source }]]],
    ['spend --days 3', [['spending', { days: 3 }]]],
    [
      'history product-a --state failed --text login --since 7d',
      [
        [
          'history',
          { product: 'product-a', limit: 20, state: 'failed', text: 'login', since: '7d', until: undefined },
        ],
      ],
    ],
    ['priority product-a before 7', [['priority', 'product-a', { source, priority: 'before obj-7' }]]],
    ['priority product-a high', [['priority', 'product-a', { source, priority: 'high' }]]],
    ['cap fleet slots 3', [['cap', { source, scope: 'fleet', what: 'slots', value: '3' }]]],
    ['cap product-a cost $7.50', [['cap', { source, scope: 'product-a', what: 'cost', value: '$7.50' }]]],
    ['requeue 7', [['requeue', 'obj-7', { source }]]],
    ['why product-b', [['why', 'product-b']]],
    ['why #7', [['why', 'obj-7']]],
    ['plan', [['plan', { with: {}, without: [], start: [] }]]],
    [
      'plan —with max_concurrent_sessions=3 --with memory=8,cpu=80% --without Product-B --start product-c',
      [
        [
          'plan',
          {
            with: { max_concurrent_sessions: '3', memory: '8', cpu: '80%' },
            without: ['product-b'],
            start: ['product-c'],
          },
        ],
      ],
    ],
    ['inbox product-a', [['inbox', 'product-a']]],
    ['look product-a', [['look', 'product-a', { kind: 'tree', path: undefined }]]],
    ['look product-a "my file.md"', [['look', 'product-a', { kind: 'file', path: 'my file.md' }]]],
    ['look product-a src/', [['look', 'product-a', { kind: 'tree', path: 'src/' }]]],
    ['look product-a —log', [['look', 'product-a', { kind: 'log' }]]],
  ])('%j', async (input, calls) => {
    const result = await chat(input);
    expect(result.error).toBeUndefined();
    expect(result.calls).toEqual(calls);
    expect(result.exitCode).toBe(0);
  });

  test.each<[string, string, string]>([
    ['stats', 'VERB_UNKNOWN', 'Did you mean `/fleet status`?'],
    ['xyzzy', 'VERB_UNKNOWN', 'See `/fleet help`.'],
    ['events', 'OPERATOR_ONLY', '`bin/fleet events`'],
    ['add ~/code/my-shop —yes', 'OPERATOR_ONLY', '`bin/fleet add ~/code/my-shop --yes`'],
    ['remove "a b"', 'OPERATOR_ONLY', "`bin/fleet remove 'a b'`"],
    ['start', 'BAD_USAGE', 'See `/fleet help start`.'],
    ['start product-a', 'TEXT_EMPTY', '`/fleet start product-a fix the login page`'],
    ['start product-a " "', 'TEXT_EMPTY', 'Say it in words'],
    ['start --acept x product-a go', 'BAD_USAGE', '`/fleet help start`'],
    ['message product-a \n\t ', 'TEXT_EMPTY', 'Say it in words'],
    ['status product-a product-b', 'BAD_USAGE', '`/fleet help status`'],
    ['status --json', 'BAD_USAGE', '`/fleet help status`'],
    ['status --watch', 'BAD_USAGE', 'events --follow'],
    [
      'status prodct-b',
      'PRODUCT_UNKNOWN',
      'Did you mean product-b? Products: product-a, product-b, product-c, product-d.',
    ],
    ['pause b', 'PRODUCT_UNKNOWN', 'Did you mean product-b?'],
    ['why the-zoo', 'PRODUCT_UNKNOWN', 'Products: product-a'],
    ['focus', 'BAD_USAGE', '`/fleet help focus`'],
    ['cap fleet slots', 'BAD_USAGE', '`/fleet help cap`'],
    ['plan --with three', 'BAD_USAGE', 'max_concurrent_sessions=3'],
    ['start c fix it', 'PRODUCT_UNKNOWN', 'Did you mean product-c?'],
    ['start the-zoo open it', 'PRODUCT_UNKNOWN', 'Mend: Products: product-a'],
  ])('%j is %s', async (input, code, mend) => {
    const result = await chat(input);
    expect(result.error?.code).toBe(code);
    expect(result.text).toContain(mend);
    expect(result.text).toMatch(/^[A-Z_]+: .+\. Mend: /);
    expect(result.exitCode).toBeGreaterThan(1);
  });

  test('1 MB is refused in words before it is sent', async () => {
    const result = await chat(`start product-a ${'é'.repeat(524_288)}`);
    expect(result.error).toMatchObject({ code: 'TEXT_TOO_LARGE', class: 'usage' });
    expect(result.text).toContain('256 KiB of text, got 1024 KiB');
    expect(result.calls).toEqual([]);
  });

  test('nothing at all is help, without what only a terminal can do', async () => {
    for (const input of ['', ' \n ', 'help']) {
      const { text, exitCode } = await chat(input);
      expect(text).toContain('- `/fleet start <product> <objective…>` Give');
      expect(text).not.toContain('events');
      expect(exitCode).toBe(0);
    }
    expect((await chat('help strat')).text).toContain('as it is: no quotes needed');
    for (const input of ['start --help', 'start product-a --help', 'start -h'])
      expect(await chat(input)).toMatchObject({
        calls: [],
        text: expect.stringContaining('For example: `/fleet start'),
      });
    expect((await chat('status --help')).text).toMatch(/^`\/fleet status \[product\]`: /);
  });
});

describe('cli', () => {
  test.each<[string[], unknown[][]]>([
    [['start', 'product-a', 'fix', 'it'], started('product-a', 'fix it')],
    [['start', 'product-a', 'fix  it\nnow'], started('product-a', 'fix  it\nnow')],
    [
      ['start', 'product-a', 'go', '--needs', '3 4', '--accept', 'green'],
      started('product-a', 'go', { needs: ['obj-3', 'obj-4'], acceptance: 'green' }),
    ],
    [['start', 'product-a', '--', 'run', '--all'], started('product-a', 'run --all')],
    [['stop', 'product-a', 'too', 'slow'], [['stop', 'product-a', { source, reason: 'too slow' }]]],
    [['look', '--log', 'product-a'], [['look', 'product-a', { kind: 'log' }]]],
    [['queue', '--json', '--socket', '/x'], [['status', undefined]]],
    [['--json', 'queue'], [['status', undefined]]],
  ])('%j', async (input, calls) => {
    const result = await cli(...input);
    expect(result.error).toBeUndefined();
    expect(result.calls).toEqual(calls);
  });

  test('dashes in an objective are refused with the way to say them', async () => {
    const result = await cli('start', 'product-a', 'run', '--all');
    expect(result.error?.code).toBe('BAD_USAGE');
    expect(result.text).toContain('goes after `--`');
    expect(result.calls).toEqual([]);
  });

  test('an empty word, prototype names and option-like verbs are refused, not run', async () => {
    for (const words of [[''], ['__proto__'], ['constructor'], ['--bogus'], ['-x', 'status']]) {
      const result = await cli(...words);
      expect(result.error?.class).toBe('usage');
      expect(result.calls).toEqual([]);
    }
  });
});

test('a folder named as a file is listed', async () => {
  const { client } = recorder();
  const asked: unknown[] = [];
  client.look = async (_product, what) => {
    asked.push(what);
    if (what.kind !== 'file') return { text: 'main.ts', truncated: false };
    throw new FleetError({ code: 'LOOK_NOT_TEXT', class: 'refused', message: 'A folder.', mend: 'No.' });
  };
  const result = await runVerb('look product-a src', { client, source, surface: 'chat', now: () => nowMs });
  expect(result.text).toContain('main.ts');
  expect(asked).toEqual([
    { kind: 'file', path: 'src' },
    { kind: 'tree', path: 'src' },
  ]);
});

describe('ask', () => {
  const status = {
    activeLeads: 'lead-1 (task: t-1, state: working)',
    completed: 'none',
    blockers: 'none',
    nextActions: 'merge',
  };
  const mail = (threadId: string, said: typeof status | null = null) => ({
    id: 'msg-2',
    from: 'coordinator',
    to: 'operator',
    subject: 'Re: x',
    body: 'Tuesday.',
    type: 'dispatch',
    priority: 'normal',
    threadId,
    payload: null,
    read: false,
    createdAt: ago(1),
    status: said,
  });
  /** The reply is there at the n-th look; earlier only one of another thread is. */
  async function ask(words: string, reply: ReturnType<typeof mail> | null, atLook = 2) {
    const asked: string[] = [];
    let looks = 0;
    const client = {
      async message(_product: string, { text }: { text: string }) {
        asked.push(text);
        return { id: 'msg-1', nudged: true };
      },
      inbox: async () => {
        looks += 1;
        return {
          product: 'product-a',
          observedAt: null,
          mail: looks >= atLook && reply ? [reply] : [mail('msg-0')],
        };
      },
    } as unknown as FleetClient;
    const result = await runVerb(words, { client, source, surface: 'chat', now: () => nowMs });
    return { ...result, asked, looks };
  }

  test('sends once and finds the reply by its thread', async () => {
    const { text, asked, looks } = await ask('ask product-a when is it done?', mail('msg-1'));
    expect(asked).toEqual(['when is it done?']);
    expect(looks).toBe(2);
    expect(text).toContain('Tuesday.');
  });

  test('without a question asks where it stands, and shows the fixed form as a table', async () => {
    const { text, asked } = await ask('ask product-a', mail('msg-1', status), 1);
    expect(asked).toEqual(['status?']);
    expect(text).toContain('lead-1 (task: t-1, state: working)');
    expect(text).toMatch(/next.*merge/);
  });

  test('gives up in time, without asking again', async () => {
    const { text, asked } = await ask('ask --timeout 0 product-a are you there?', null);
    expect(asked).toHaveLength(1);
    expect(text).toContain('a late reply is in `/fleet inbox product-a`');
    expect((await ask('ask --timeout soon product-a x', null)).error?.code).toBe('BAD_USAGE');
  });
});
