// The demo model over HTTP, as the gateway talks to it: every sentence of the README, in both forms.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { heardByModel } from '../../src/openclaw/heard.ts';
import { examples, shown } from '../../src/simulator/demo/sentences.ts';
import { understand } from '../../src/simulator/demo/understand.ts';
import { type DemoModel, startDemoModel } from '../../src/simulator/demo-model.ts';

interface Block {
  type: string;
  text?: string;
  id?: string;
  name?: string;
  input?: Record<string, unknown>;
}

let model: DemoModel;
beforeAll(async () => {
  model = await startDemoModel({ port: 0 });
});
afterAll(() => model.close());

const tool = (name: string, ...properties: string[]) => ({
  name,
  input_schema: { type: 'object', properties: Object.fromEntries(properties.map((key) => [key, {}])) },
});
const tools = [
  tool('fleet_products'),
  tool('fleet_status', 'product'),
  tool('fleet_start', 'product', 'objective'),
  tool('fleet_stop', 'product', 'reason'),
  tool('fleet_message', 'product', 'text'),
  tool('fleet_inbox', 'product'),
  tool('fleet_look', 'product', 'kind', 'path'),
];
const later = [
  ...['fleet_pause', 'fleet_focus', 'fleet_resume'].map((name) => tool(name, 'product')),
  tool('fleet_why', 'target'),
  tool('fleet_plan', 'start'),
  tool('fleet_priority', 'product', 'priority'),
  tool('fleet_estimate', 'product', 'objective'),
  tool('fleet_draft', 'name', 'steps'),
];

async function post(body: object, url = model.url): Promise<Response> {
  return fetch(`${url}/v1/messages`, {
    method: 'POST',
    body: JSON.stringify({ model: 'claude-x', tools, ...body }),
  });
}

async function say(text: string, more: object = {}): Promise<Block[]> {
  const response = await post({ messages: [{ role: 'user', content: text }], ...more });
  return ((await response.json()) as { content: Block[] }).content;
}

const calls = async (text: string, more: object = {}) =>
  (await say(text, more))
    .filter((block) => block.type === 'tool_use')
    .map((block) => [block.name, block.input]);

test('what the program put before a turn is no sentence of the human', async () => {
  const { text } = heardByModel('main', 'queue "a"', 'What is the status across all products?');
  expect(await calls(`${text}\n\nWhat products are you managing?`)).toEqual([['fleet_products', {}]]);
  expect(await calls(`${text}\n\nsing a song`)).toEqual([]);
});

test.each([
  ['What products are you managing?', [['fleet_products', {}]]],
  ['Check the status of all products', [['fleet_status', {}]]],
  ["What's the status across all products?", [['fleet_status', {}]]],
  [
    'Run a scout on product-a to explore the codebase structure',
    [
      [
        'fleet_start',
        { product: 'product-a', objective: 'Run a scout on product-a to explore the codebase structure' },
      ],
    ],
  ],
  ["What's the status of product-a now?", [['fleet_status', { product: 'product-a' }]]],
  [
    'Start work on both product-a and product-c',
    ['product-a', 'product-c'].map((product) => [
      'fleet_start',
      { product, objective: 'Start work on both product-a and product-c' },
    ]),
  ],
  [
    'Ship the auth feature on product A',
    [['fleet_start', { product: 'product-a', objective: 'Ship the auth feature on product A' }]],
  ],
  ['How many sessions are running? Are we at capacity?', [['fleet_status', {}]]],
  ['stop product-a', [['fleet_stop', { product: 'product-a' }]]],
  ['stop A', [['fleet_stop', { product: 'product-a' }]]],
  [
    'tell product-a to keep the old login page',
    [['fleet_message', { product: 'product-a', text: 'keep the old login page' }]],
  ],
  ['any mail from product-a?', [['fleet_inbox', { product: 'product-a' }]]],
  [
    'Show the file README.md of docs-site',
    [['fleet_look', { product: 'docs-site', kind: 'file', path: 'README.md' }]],
  ],
])('%s', async (sentence, expected) => {
  expect(await calls(sentence)).toEqual(expected);
  // As a gateway puts it: an older message merged in front, a time before the words, its own context behind.
  const context =
    '<<<BEGIN_OPENCLAW_INTERNAL_CONTEXT>>>\nstop product-z\n<<<END_OPENCLAW_INTERNAL_CONTEXT>>>';
  expect(await calls(`hello\n[Fri 2026-11-20 11:02 UTC] ${sentence}\n${context}`)).toMatchObject(expected);
});

test('pausing and focusing need tools that may not be there yet', async () => {
  const sentence = 'Pause product-b, focus on product-a';
  const [refusal] = await say(sentence);
  expect(refusal?.text).toContain('fleet_pause and fleet_focus');
  expect(await calls(sentence, { tools: [...tools, ...later] })).toEqual([
    ['fleet_pause', { product: 'product-b' }],
    ['fleet_focus', { product: 'product-a' }],
  ]);
  const asked = async (words: string) => calls(words, { tools: [...tools, ...later] });
  expect(await asked('Why is product-b waiting?')).toEqual([['fleet_why', { target: 'product-b' }]]);
  expect(await asked('Why is obj-7 waiting?')).toEqual([['fleet_why', { target: 'obj-7' }]]);
  expect(await asked('Ship auth in product-a, then announce it in product-c')).toEqual([
    [
      'fleet_draft',
      {
        name: 'ship-auth',
        steps: [
          { name: 'first', product: 'product-a', objective: 'Ship auth.' },
          {
            name: 'then',
            product: 'product-c',
            objective: 'announce it. Before it, in product-a: Ship auth.',
            needs: ['first'],
          },
        ],
      },
    ],
  ]);
  expect(await asked('What if I start work on product-c?')).toEqual([
    ['fleet_plan', { start: ['product-c'] }],
  ]);
  expect(await asked('Set the priority of product-a to high')).toEqual([
    ['fleet_priority', { product: 'product-a', priority: 'high' }],
  ]);
});

test('every example of the help text is understood, and an unknown sentence gets the help text', async () => {
  for (const example of examples) expect(understand(example), example).not.toBeNull();
  const [help] = await say('Sing a song');
  for (const example of shown) {
    expect(examples).toContain(example);
    expect(help?.text).toContain(example);
  }
});

test('results are told verbatim, and context after them is not taken for a question', async () => {
  const messages = [
    { role: 'user', content: 'Start work on both product-a and product-c' },
    {
      role: 'assistant',
      content: [
        { type: 'tool_use', id: 't1', name: 'fleet_start', input: {} },
        { type: 'tool_use', id: 't2', name: 'fleet_start', input: {} },
      ],
    },
    {
      role: 'user',
      content: [
        {
          type: 'tool_result',
          tool_use_id: 't1',
          content: [{ type: 'text', text: 'obj-1 **starting**\n  on product-a' }],
        },
        { type: 'tool_result', tool_use_id: 't2', is_error: true, content: 'PRODUCT_UNKNOWN: no product-c' },
      ],
    },
    {
      role: 'user',
      content: '<<<BEGIN_OPENCLAW_INTERNAL_CONTEXT>>>stop product-a<<<END_OPENCLAW_INTERNAL_CONTEXT>>>',
    },
  ];
  const response = await post({ messages });
  const { content, stop_reason } = (await response.json()) as { content: Block[]; stop_reason: string };
  expect(stop_reason).toBe('end_turn');
  expect(content).toHaveLength(1);
  expect(content[0]?.text).toMatch(
    /^Handed over, one objective each:\n\nobj-1 \*\*starting\*\*\n {2}on product-a\n\nThat did not work:\nPRODUCT_UNKNOWN: no product-c\n\n\(demo model/,
  );
});

test('what failed is not announced as done', async () => {
  const results = (content: string) => [
    { role: 'user', content: 'Start work on product-z' },
    { role: 'assistant', content: [{ type: 'tool_use', id: 't1', name: 'fleet_start', input: {} }] },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't1', content }] },
  ];
  const told = async (content: string) => (await say('', { messages: results(content) }))[0]?.text;
  expect(await told('PRODUCT_UNKNOWN: Expected a product. Mend: …')).toMatch(
    /^That did not work:\nPRODUCT_UNKNOWN/,
  );
  expect(await told('obj-1 is starting.')).toMatch(/^Handed over:/);
});

test.each([
  ['what are you waiting for?', 'fleet_status'],
  ['status', 'fleet_status'],
  ['What do you need from me?', 'fleet_gates'],
])('%s', async (sentence, name) => {
  expect(await calls(sentence, { tools: [...tools, tool('fleet_gates')] })).toEqual([[name, {}]]);
});

test.each([
  ['Cancel obj-2', '`/fleet cancel obj-2`'],
  ['undo', '`/fleet undo`'],
  ['approve 3', '`/fleet approve 3`'],
  ['Approve gate 3', '`/fleet approve 3`'],
  ['add a product called shop', '`fleet add <folder or address>`'],
])('%s is told whose it is', async (sentence, answer) => {
  expect((await say(sentence))[0]?.text).toContain(answer);
});

test.each([
  'The plan on product-d looks good, go ahead',
  'Tell product-d that its plan is approved',
  'go ahead',
  'approve the plan of product-d',
])('no word of the model answers a gate: %s', async (sentence) => {
  expect(await calls(sentence, { tools: every })).toEqual([['fleet_gates', {}]]);
});

test('a product page is work, not a product', async () => {
  expect(await calls('Add a product page to the shop on product-a')).toMatchObject([['fleet_start', {}]]);
});

const every = [
  ...tools,
  ...later,
  ...['fleet_gates', 'fleet_diff', 'fleet_history'].map((name) => tool(name, 'product', 'objective')),
];

test.each([
  [
    'Start work on product-a to add a search box and tell me what product-b is doing',
    [
      ['fleet_start', { product: 'product-a', objective: 'Start work on product-a to add a search box' }],
      ['fleet_status', { product: 'product-b' }],
    ],
  ],
  [
    "What's the status of product-a, and why is product-b waiting?",
    [
      ['fleet_status', { product: 'product-a' }],
      ['fleet_why', { target: 'product-b' }],
    ],
  ],
  [
    'Pause B. What needs me?',
    [
      ['fleet_pause', { product: 'product-b' }],
      ['fleet_gates', {}],
    ],
  ],
  // an objective keeps its words
  ['Build a page on product-a and show the total', null],
  ['show me what changed in product-a', [['fleet_history', { product: 'product-a' }]]],
  ['what did obj-3 change', [['fleet_diff', { objective: 'obj-3' }]]],
  ['staus of prodcts', [['fleet_status', {}]]],
  ['puase product-b', [['fleet_pause', { product: 'product-b' }]]],
])('%s', async (sentence, expected) => {
  const asked = await calls(sentence, { tools: every });
  if (expected === null) expect(asked.map(([name]) => name)).not.toContain('fleet_look');
  else expect(asked).toEqual(expected);
});

test.each([
  ['and product-b?', [['fleet_why', { target: 'product-b' }]]],
  ['why is it waiting?', [['fleet_why', { target: 'product-a' }]]],
  ['stop it', [['fleet_stop', { product: 'product-a' }]]],
  ['what is it doing', [['fleet_status', { product: 'product-a' }]]],
])('after a question about product-a: %s', async (sentence, expected) => {
  const messages = [
    { role: 'user', content: 'Why is product-a waiting?' },
    {
      role: 'assistant',
      content: [{ type: 'tool_use', id: 't1', name: 'fleet_why', input: { target: 'product-a' } }],
    },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't1', content: 'It waits for CPU.' }] },
    { role: 'assistant', content: 'It waits for CPU.' },
    { role: 'user', content: sentence },
  ];
  const response = await post({ messages, tools: every });
  const { content } = (await response.json()) as { content: Block[] };
  expect(content.filter(({ type }) => type === 'tool_use').map(({ name, input }) => [name, input])).toEqual(
    expected,
  );
});

test('nothing said before: "it" is nothing', async () => {
  expect(await calls('stop it', { tools: every })).toEqual([]);
});

test('a typing mistake is read aloud', () => {
  expect(understand('puase product-b')?.lead).toContain('I read that as “pause product-b”');
});

test('streams the same answer as events', async () => {
  const streamed = async (content: string) => {
    const response = await post({ stream: true, messages: [{ role: 'user', content }] });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    return (await response.text())
      .split('\n\n')
      .filter((part) => part !== '')
      .map((part) => JSON.parse(part.slice(part.indexOf('data: ') + 6)));
  };
  const text = await streamed('Sing a song');
  const deltas = text
    .filter((event) => event.type === 'content_block_delta')
    .map((event) => event.delta.text);
  expect(deltas.join('')).toBe((await say('Sing a song'))[0]?.text);
  const events = await streamed('Start work on both product-a and product-c');
  expect(events.map((event) => event.type)).toEqual([
    'message_start',
    ...[0, 1].flatMap(() => ['content_block_start', 'content_block_delta', 'content_block_stop']),
    'message_delta',
    'message_stop',
  ]);
  expect(events.find((event) => event.type === 'message_delta').delta.stop_reason).toBe('tool_use');
  const inputs = events
    .filter((event) => event.type === 'content_block_delta')
    .map((event) => JSON.parse(event.delta.partial_json));
  expect(inputs.map((input) => input.product)).toEqual(['product-a', 'product-c']);
});

test('without tools (titles, recaps) the answer is short and calls nothing', async () => {
  expect(await say('stop product-a', { tools: [] })).toEqual([{ type: 'text', text: 'Fleet' }]);
});

test('where no model can answer, every turn is answered with why', async () => {
  const keyless = await startDemoModel({ port: 0, always: 'OPENAI_API_KEY is not set.' });
  const response = await post({ messages: [{ role: 'user', content: 'stop product-a' }] }, keyless.url);
  expect(((await response.json()) as { content: Block[] }).content).toEqual([
    { type: 'text', text: 'OPENAI_API_KEY is not set.' },
  ]);
  expect(keyless.requests()).toBe(1);
  await keyless.close();
  await expect(post({}, keyless.url)).rejects.toThrow();
});

test('refuses what is not a request and stays up', async () => {
  const garbage = await fetch(`${model.url}/v1/messages`, { method: 'POST', body: 'not json' });
  expect(garbage.status).toBe(400);
  expect((await fetch(`${model.url}/v1/other`)).status).toBe(404);
  expect(await calls('stop A')).toHaveLength(1);
});
