// What people read, as they read it.
import { describe, expect, test } from 'vitest';
import { bytes, duration } from '../../src/common/units.ts';
import type { Inbox } from '../../src/contract/mail.ts';
import {
  controlText,
  errorText,
  eventText,
  inboxText,
  lookText,
  objectiveText,
  planText,
  productsText,
  productText,
  queueText,
  startedText,
  statusText,
  stoppedText,
  surfaceFor,
} from '../../src/text/index.ts';
import { widthOf } from '../../src/text/layout.ts';
import { ago, busyFleet, fleetStatus, nowMs, objectiveView, productView, worker } from '../support/views.ts';

const chat = surfaceFor({ kind: 'chat', nowMs });
const terminal = surfaceFor({ kind: 'terminal', nowMs, columns: 100 });
const narrow = surfaceFor({ kind: 'terminal', nowMs, columns: 48 });

const outage = () =>
  fleetStatus(
    [
      productView('product-a', { state: 'running', stale: true, ageMs: 312_000, objective: objectiveView() }),
      productView('product-b', { stale: true, ageMs: 312_000 }),
      productView('product-c', { state: 'unknown', stale: true, ageMs: null }),
    ],
    {
      runtime: {
        state: 'lost',
        description: 'docker exec into overstory-runtime',
        ovVersion: null,
        simulated: false,
        error: {
          code: 'RUNTIME_UNREACHABLE',
          class: 'unavailable',
          message: 'Expected a running container overstory-runtime, got none.',
          mend: 'Start it: `docker compose up -d overstory-runtime`.',
          product: null,
        },
      },
      registry: {
        file: 'products.yaml',
        problems: ['line 12: expected 1 to 100, got "hi"; the last good version is kept'],
      },
    },
  );

const fifty = () =>
  fleetStatus([
    productView('shop', {
      state: 'running',
      objective: objectiveView({ product: 'shop' }),
      workers: Array.from({ length: 9 }, (_, i) => worker(`builder-${i}`, i === 7 ? 'zombie' : 'in_turn')),
    }),
    ...Array.from({ length: 49 }, (_, i) => productView(`service-${i}`)),
  ]);

describe('status', () => {
  test('a busy fleet', () => {
    expect(statusText(chat, busyFleet())).toMatchInlineSnapshot(`
      "4 products: 1 running, 1 waiting on you, 1 queued, 1 listed; 1 of 1 slot used, memory 1.2 GiB of 4 GiB, CPU 0.8 of 2 cores.

      - **product-a** running: obj-6 for 12 min, “Explore the codebase structure and write down what you find” · builder-2 stalled, scout-1 working, 1 completed · 1 unread mail
      - **product-b** waiting on you: obj-5 for 12 min, “Write the launch post” · waiting on a human: plan of lead-1 needs approval (gate-3) · 1 gate open
      - **product-c** queued: obj-7, 1st in the queue for 3 min, “Fix the login page: - the button does nothing - the error is shown twice” · waits for a slot, 1 of 1 used by product-a (obj-6)
      - **product-d** listed: never started

      Runs on: docker exec into overstory-runtime, ov 0.10.3."
    `);
    expect(statusText(terminal, busyFleet())).toMatchInlineSnapshot(`
      "4 products: 1 running, 1 waiting on you, 1 queued, 1 listed; 1 of 1 slot used, memory 1.2 GiB of 4
      GiB, CPU 0.8 of 2 cores.

      product-a  running         obj-6 for 12 min: Explore the codebase structure and write down what you…
                                 builder-2 stalled, scout-1 working, 1 completed
                                 1 unread mail
      product-b  waiting on you  obj-5 for 12 min: Write the launch post
                                 waiting on a human: plan of lead-1 needs approval (gate-3)
                                 1 gate open
      product-c  queued          obj-7, 1st in the queue for 3 min: Fix the login page: - the button does…
                                 waits for a slot, 1 of 1 used by product-a (obj-6)
      product-d  listed          never started

      Runs on: docker exec into overstory-runtime, ov 0.10.3."
    `);
    expect(statusText(narrow, busyFleet())).toMatchInlineSnapshot(`
      "4 products: 1 running, 1 waiting on you, 1
      queued, 1 listed; 1 of 1 slot used, memory 1.2
      GiB of 4 GiB, CPU 0.8 of 2 cores.

      product-a  running
        obj-6 for 12 min: Explore the codebase struct…
        builder-2 stalled, scout-1 working, 1
        completed
        1 unread mail
      product-b  waiting on you
        obj-5 for 12 min: Write the launch post
        waiting on a human: plan of lead-1 needs
        approval (gate-3)
        1 gate open
      product-c  queued
        obj-7, 1st in the queue for 3 min: Fix the
        log…
        waits for a slot, 1 of 1 used by product-a
        (obj-6)
      product-d  listed
        never started

      Runs on: docker exec into overstory-runtime, ov
      0.10.3."
    `);
  });

  test('an outage shows nothing as fine', () => {
    const text = statusText(terminal, outage());
    expect(text).toMatchInlineSnapshot(`
      "The runtime is lost (docker exec into overstory-runtime): what follows is what was last seen.
      RUNTIME_UNREACHABLE: Expected a running container overstory-runtime, got none. Mend: Start it:
      \`docker compose up -d overstory-runtime\`.
      products.yaml: line 12: expected 1 to 100, got "hi"; the last good version is kept

      3 products: 2 stale, 1 unknown; 1 of 1 slot used, memory 1.2 GiB of 4 GiB, CPU 0.8 of 2 cores.

      product-a  stale    obj-6 for 12 min: Explore the codebase structure and write down what you find
                          last seen 5 min ago, then running
      product-b  stale    last seen 5 min ago, then idle
      product-c  unknown  not seen since fleetd started"
    `);
    expect(text).not.toMatch(/\d (running|idle)\b|product-\w +(running|idle)/);
    expect(statusText(chat, outage())).toMatchInlineSnapshot(`
      "The runtime is lost (docker exec into overstory-runtime): what follows is what was last seen. RUNTIME_UNREACHABLE: Expected a running container overstory-runtime, got none. Mend: Start it: \`docker compose up -d overstory-runtime\`.
      products.yaml: line 12: expected 1 to 100, got "hi"; the last good version is kept

      3 products: 2 stale, 1 unknown; 1 of 1 slot used, memory 1.2 GiB of 4 GiB, CPU 0.8 of 2 cores.

      - **product-a** stale: obj-6 for 12 min, “Explore the codebase structure and write down what you find” · last seen 5 min ago, then running
      - **product-b** stale · last seen 5 min ago, then idle
      - **product-c** unknown · not seen since fleetd started"
    `);
  });

  test('fifty products: the quiet ones share a line, and all are named', () => {
    const text = statusText(terminal, fifty());
    expect(text.split('\n').length).toBeLessThan(20);
    for (const { name } of fifty().products) expect(text).toMatch(new RegExp(`\\b${name}\\b`));
    expect(text).toContain('builder-7 zombie, builder-0 in turn');
    expect(text).toContain('4 more in turn');
    const quiet = { state: 'idle' as const, unreadMail: 2 };
    const noticed = fleetStatus([...fifty().products, productView('mailed', quiet)]);
    expect(statusText(terminal, noticed)).toMatch(/^mailed +idle +2 unread mails$/m);
  });

  test('an empty fleet, and one that is simulated', () => {
    expect(statusText(terminal, fleetStatus([]))).toMatchInlineSnapshot(`
      "No products yet. In a terminal \`bin/fleet add <folder or address>\` makes a repository one, or write
      it into /config/products.yaml.

      Runs on: docker exec into overstory-runtime, ov 0.10.3."
    `);
    const simulated = fleetStatus([productView('a')]);
    simulated.runtime.simulated = true;
    expect(statusText(chat, simulated)).toMatchInlineSnapshot(`
      "1 product: 1 idle; 0 of 1 slot used, memory 1.2 GiB of 4 GiB, CPU 0.8 of 2 cores.

      - **a** idle

      Simulated: ov 0.10.3 here is the simulator, so no real workers run and nothing is spent."
    `);
  });

  test('trouble says the code and the mend', () => {
    const error = {
      code: 'OV_TIMEOUT',
      class: 'runtime' as const,
      message: 'Expected ov status within 15 s, got none.',
      mend: 'See `fleet look shop`.',
      product: 'shop',
    };
    const text = statusText(chat, fleetStatus([productView('shop', { state: 'trouble', error })]));
    expect(text).toContain(
      '**shop** trouble · OV_TIMEOUT: Expected ov status within 15 s, got none. Mend: See `/fleet look shop`.',
    );
  });
});

describe('one product', () => {
  const show = (surface: typeof chat, index: number) => {
    const status = busyFleet();
    const product = status.products[index];
    if (!product) throw new Error(`no product ${index}`);
    return productText(surface, status, product);
  };
  test('a chat that is off where it reports to is named', () => {
    const status = busyFleet();
    const [product] = status.products;
    if (!product) throw new Error('no product');
    const said = (channels: string[], channelsOff?: string[]) =>
      /reports to\s+(.*)/.exec(
        productText(terminal, status, { ...product, channels, ...(channelsOff && { channelsOff }) }),
      )?.[1];
    expect(said(['slack:#dev'])).toBe('slack:#dev');
    expect(said(['slack:#dev', 'telegram:-1001'], ['slack'])).toBe(
      'slack:#dev, telegram:-1001 (Slack is off: WebChat is told instead)',
    );
    expect(said(['slack:#dev', 'telegram:-1001'], ['slack', 'telegram'])).toBe(
      'slack:#dev, telegram:-1001 (Slack, Telegram are off: WebChat is told instead)',
    );
  });

  test('running, waiting on a human, queued', () => {
    expect(show(terminal, 0)).toMatchInlineSnapshot(`
      "product-a: running (code, high priority)
      The web shop: storefront, basket and payment

      objective   obj-6 for 12 min, running: Explore the codebase structure and write down what you find
      mail        1 unread: \`fleet inbox product-a\`
      uses        612 MiB, 0.8 cores
      reports to  slack:#product-a-dev
      seen        4 s ago

      3 workers:
      scout-1    working    scout, task task-1, active 20 s ago
      builder-2  stalled    builder, task task-1, active 20 s ago
      scout-0    completed  scout, task task-1, active 20 s ago

      Runs on: docker exec into overstory-runtime, ov 0.10.3."
    `);
    expect(show(chat, 1)).toMatchInlineSnapshot(`
      "**product-b**: waiting on you (marketing, medium priority)
      Marketing pages and the newsletter

      - **objective** obj-5 for 12 min, running, “Write the launch post” · waiting on a human: plan of lead-1 needs approval (gate-3)
      - **gates** 1 question only you can answer
      - **plans** need your approval before work starts
      - **seen** 4 s ago

      Runs on: docker exec into overstory-runtime, ov 0.10.3."
    `);
    expect(show(narrow, 2)).toMatchInlineSnapshot(`
      "product-c: queued (code, medium priority)
      Login service

      queued  obj-7, 1st in the queue for 3 min: Fix
              the log…
              waits for a slot, 1 of 1 used by
              product-a (obj-6)
      seen    4 s ago

      Runs on: docker exec into overstory-runtime, ov
      0.10.3."
    `);
  });
});

test('products', () => {
  expect(productsText(chat, busyFleet())).toMatchInlineSnapshot(`
    "4 products:

    - **product-a** (code): The web shop: storefront, basket and payment · high priority
    - **product-b** (marketing): Marketing pages and the newsletter · medium priority, plans need your approval
    - **product-c** (code): Login service · medium priority
    - **product-d** (support) · low priority, listed only, never started"
  `);
  expect(productsText(terminal, busyFleet())).toMatchInlineSnapshot(`
    "4 products:

    product-a  code       The web shop: storefront, basket and payment
                          high priority
    product-b  marketing  Marketing pages and the newsletter
                          medium priority, plans need your approval
    product-c  code       Login service
                          medium priority
    product-d  support    low priority, listed only, never started"
  `);
});

test('queue', () => {
  expect(queueText(terminal, busyFleet())).toMatchInlineSnapshot(`
    "1 objective waits; 1 of 1 slot used, memory 1.2 GiB of 4 GiB, CPU 0.8 of 2 cores.

    1. obj-7  product-c  waiting 3 min: Fix the login page: - the button does nothing - the error is sh…
                         waits for a slot, 1 of 1 used by product-a (obj-6)

    Now:
    obj-6 for 12 min  product-a  Explore the codebase structure and write down what you find
    obj-5 for 12 min  product-b  Write the launch post
                                 waiting on a human: plan of lead-1 needs approval (gate-3)"
  `);
  expect(queueText(chat, fleetStatus([]))).toMatchInlineSnapshot(
    `"The queue is empty; 0 of 1 slot used, memory 1.2 GiB of 4 GiB, CPU 0.8 of 2 cores."`,
  );
});

test('what became of asking', () => {
  const [queued] = busyFleet().queue;
  expect(startedText(chat, queued ?? objectiveView())).toBe(
    'obj-7 queued on product-c: waits for a slot, 1 of 1 used by product-a (obj-6).',
  );
  const standalone = { state: 'queued' as const, why: 'obj-6 on product-a waits for its turn; 2 before it.' };
  expect(startedText(chat, objectiveView(standalone))).toBe(
    'obj-6 queued on product-a: waits for its turn; 2 before it.',
  );
  expect(startedText(chat, objectiveView({ state: 'starting' }))).toBe('obj-6 is starting on product-a.');
  expect(stoppedText(chat, 'product-b', null)).toBe('Nothing was running on product-b.');
  expect(stoppedText(terminal, 'product-a', objectiveView())).toMatchInlineSnapshot(`
    "product-a is being stopped; it was working on obj-6 for 12 min:

    Explore the codebase structure and write down what you find"
  `);
  expect(objectiveText(chat, queued ?? objectiveView())).toMatchInlineSnapshot(`
    "**obj-7**: queued on product-c

    - **asked** 3 min ago by ada over cli
    - **place** 1 in the queue
    - **why** waits for a slot, 1 of 1 used by product-a (obj-6)

    \`\`\`
    Fix the login page:
    - the button does nothing
    - the error is shown twice
    \`\`\`"
  `);
  expect(
    objectiveText(
      terminal,
      objectiveView({ state: 'failed', why: 'the coordinator died', endedAt: ago(60) }),
    ),
  ).toMatchInlineSnapshot(`
    "obj-6: failed on product-a

    asked    13 min ago by ada over cli
    started  12 min ago
    ended    1 min ago, after 11 min
    why      the coordinator died

    Explore the codebase structure and write down what you find"
  `);
});

test('an event', () => {
  const event = {
    seq: 3,
    at: '2026-11-20T10:02:03.123Z',
    kind: 'session.started',
    product: 'product-a',
    objective: 'obj-6',
    text: 'It runs.',
    data: {},
  };
  expect(eventText(terminal, event)).toBe(
    '2026-11-20 10:02:03 UTC  session.started  product-a obj-6: It runs.',
  );
});

const hostile =
  '\u001b]0;owned\u0007\u001b[2J\u202egnp.exe\u0000 <!channel> <img src=x> [x](http://e) ![y](http://e/y.png) `rm`\r\n```\n# out';

describe('controls', () => {
  test('say what changed and how to take it back', () => {
    const reply = { verb: 'pause', text: 'product-b is paused (lunch).', changed: true };
    expect(controlText(chat, reply)).toBe('product-b is paused (lunch). Take it back with `/fleet undo`.');
    expect(controlText(terminal, { ...reply, verb: 'undo' })).toBe('product-b is paused (lunch).');
    expect(controlText(terminal, { ...reply, changed: false })).not.toContain('undo');
  });

  test('stand in the status as long as they hold, with their age', () => {
    const status = fleetStatus(
      [productView('product-b', { state: 'paused', paused: { reason: 'lunch', since: ago(120) } })],
      {
        overrides: [
          { scope: 'product-b', what: 'paused', text: 'product-b is paused (lunch)', since: ago(120) },
        ],
      },
    );
    expect(statusText(chat, status)).toContain(
      'Changed live: product-b is paused (lunch), since 2 min. `/fleet undo` takes back the last change.',
    );
    expect(statusText(chat, status)).toContain('**product-b** paused · lunch, for 2 min');
    const [only] = status.products;
    if (only) expect(productText(terminal, status, only)).toMatch(/paused +lunch, for 2 min/);
  });

  test('a plan reads in order, with times and reasons', () => {
    const text = planText(terminal, {
      at: ago(0),
      starts: [
        { objective: 'obj-7', product: 'product-a', start: ago(0), end: ago(-600) },
        { objective: 'obj-9', product: 'product-c', start: ago(-600), end: null },
      ],
      waits: [
        {
          objective: 'obj-8',
          product: 'product-b',
          line: 'obj-8 on product-b waits until product-b is resumed.',
        },
      ],
      truncated: false,
    });
    expect(text).toMatchInlineSnapshot(`
      "Would start, in this order:
      1. obj-7  product-a  now
                           ends in about 10 min
      2. obj-9  product-c  in about 10 min

      When these start cannot be said yet:
      obj-8  product-b  waits until product-b is resumed."
    `);
    expect(planText(chat, { at: ago(0), starts: [], waits: [], truncated: false })).toBe(
      'Nothing waits: nothing would start.',
    );
  });
});

describe('foreign text', () => {
  const inbox = (body: string): Inbox => ({
    product: 'product-a',
    observedAt: ago(5),
    mail: [
      {
        id: 'msg-1',
        from: 'lead-1',
        to: 'operator',
        subject: hostile,
        body,
        type: 'question',
        priority: 'high',
        threadId: null,
        payload: null,
        read: false,
        createdAt: ago(300),
      },
    ],
  });

  test('mail is quoted, marked and capped', () => {
    expect(inboxText(terminal, inbox('1. do this\n2. do that'))).toContain(
      '\n  | 1. do this\n  | 2. do that',
    );
    expect(inboxText(chat, inbox('a'.repeat(9000)))).toContain('… cut here: 9 KiB in all');
    expect(inboxText(chat, inbox('x'))).toContain('what workers wrote: reports, not instructions');
    const many = {
      ...inbox('x'),
      mail: Array.from({ length: 14 }, () => inbox('x').mail[0]).filter((m) => m !== undefined),
    };
    expect(inboxText(chat, many)).toContain('4 more: `/fleet inbox product-a` in a terminal.');
  });

  test.each([
    ['inbox', inboxText(chat, inbox(hostile)), inboxText(terminal, inbox(hostile))],
    [
      'look',
      lookText(chat, { text: hostile, truncated: true }),
      lookText(terminal, { text: hostile, truncated: false }),
    ],
    [
      'objective',
      objectiveText(chat, objectiveView({ text: hostile, why: hostile })),
      objectiveText(terminal, objectiveView({ text: hostile })),
    ],
    [
      'error',
      errorText(chat, { code: 'X', message: hostile, mend: 'm' }),
      errorText(terminal, { code: 'X', message: hostile, mend: 'm' }),
    ],
    [
      'status',
      ...(([chat, terminal] as const).map((s) =>
        statusText(
          s,
          fleetStatus([
            productView('a', {
              objective: objectiveView({ text: hostile }),
              workers: [worker(hostile, hostile)],
            }),
          ]),
        ),
      ) as [string, string]),
    ],
  ])('%s obeys nothing and pings nobody', (_name, inChat, inTerminal) => {
    for (const text of [inChat, inTerminal]) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be left
      expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    }
    // outside of fences, chat text holds no tag, mention, image or link with a hidden target
    const open = inChat
      .split('```')
      .filter((_, index) => index % 2 === 0)
      .join('');
    expect(inChat.split('```').length % 2).toBe(1);
    expect(open).not.toMatch(/<[!a-z]|\]\(/i);
  });

  test('no line of a table is wider than the terminal', () => {
    const wide = fleetStatus(
      [20, 200].map((n, i) =>
        productView(`product-${i}`, {
          state: 'running',
          objective: objectiveView({ text: '漢字 🚀 '.repeat(n) }),
          workers: Array.from({ length: n }, (_, k) => worker(`builder-${k}`, 'working')),
        }),
      ),
    );
    for (const columns of [30, 48, 80, 133])
      for (const line of statusText(surfaceFor({ kind: 'terminal', nowMs, columns }), wide).split('\n'))
        expect(widthOf(line)).toBeLessThanOrEqual(columns);
  });
});

test('quantities', () => {
  expect([0, 59_499, 60_000, 3_600_000, 11_100_000, 86_400_000, 187_200_000, -5].map(duration)).toEqual([
    '0 s',
    '59 s',
    '1 min',
    '1 h',
    '3 h 5 min',
    '1 d',
    '2 d 4 h',
    '0 s',
  ]);
  expect([0, 1, 2048, 612 * 1024 ** 2, 1.25 * 1024 ** 3].map(bytes)).toEqual([
    '0 MiB',
    '1 KiB',
    '2 KiB',
    '612 MiB',
    '1.25 GiB',
  ]);
});
