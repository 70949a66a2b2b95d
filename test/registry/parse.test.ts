import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { chatKinds } from '../../src/common/chats.ts';
import { maxRegistryBytes, parseRegistry, RegistryError } from '../../src/registry/index.ts';

const options = { file: 'products.yaml', workspaceRoot: '/workspace' };
const parse = (text: string | Uint8Array) => parseRegistry(text, options);

function refusal(text: string | Uint8Array): RegistryError {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof RegistryError) return error;
    throw error;
  }
  throw new Error('Expected a refusal, got a registry');
}

/** Each problem as `line:column path: expected / got`. */
const found = (text: string | Uint8Array) =>
  refusal(text).problems.map((p) => `${p.line}:${p.column} ${p.path}: ${p.expected} / ${p.got}`);

const name = 'a name of 1 to 41 characters a-z, 0-9 and "-", beginning with a letter or digit';
const productKeys =
  'one of the keys name, path, paths, type, description, overstory, account, priority, resource_weight, channels, plan_approval, review, gates, monitor, caps, restart, repo, checkout, deliver, intake, runtime, needs_labels';
const product = (lines: string) => `products:\n  - name: a\n    ${lines.split('\n').join('\n    ')}\n`;
const scheduling = (lines: string) => `products: []\nscheduling:\n  ${lines.split('\n').join('\n  ')}\n`;

describe('the shipped products.yaml', () => {
  const registry = parse(readFileSync(new URL('../../products.yaml', import.meta.url)));

  test('holds product-a to product-d and the scheduling of the design', () => {
    expect(
      registry.products.map((p) => [p.name, p.root, p.type, p.priority, p.resourceWeight, p.planApproval]),
    ).toEqual([
      ['product-a', '/workspace/product-a', 'code', 80, 3, 'none'],
      ['product-b', '/workspace/product-b', 'code', 50, 3, 'none'],
      ['product-c', '/workspace/product-c', 'marketing', 50, 1, 'none'],
      ['product-d', '/workspace/product-d', 'support', 50, 1, 'none'],
    ]);
    expect(registry.scheduling).toEqual({
      maxConcurrentSessions: 2,
      strategy: 'priority-weighted',
      maxLiveSessions: 4,
      maxWorkersPerSession: null,
      budget: { maxCpuPercent: 60, maxMemoryBytes: 12 * 1024 ** 3, maxCostUsdPerDay: null },
    });
  });

  test('stays valid when what its comments show is taken in', () => {
    const text = readFileSync(new URL('../../products.yaml', import.meta.url), 'utf8');
    const [first = '', ...rest] = text.split('\n  - name: product-b');
    const shown = [
      first.replace(
        /^ {4}# ((?:plan_approval|review): \S+$|monitor:$|caps:$|restart:$| {2}(?:policy|window|backoff|activity)| {2}max|repo: http)/gm,
        '    $1',
      ),
      ...rest,
    ]
      .join('\n  - name: product-b')
      .replace(/^ {2}# (max_live_sessions: |max_workers_per)/gm, '  $1')
      .replace(/^ {4}# (max_cost)/gm, '    $1')
      .replace(/^# (gates:| {2}approvers:| {4}- slack)/gm, '$1')
      .replace(/^# {3}(approvers:| {2}- slack)/gm, '  $1');
    const { products, scheduling, gateApprovers } = parse(shown);
    expect(products[0]).toMatchObject({
      planApproval: 'required',
      review: 'required',
      monitor: { perHour: 2, maxCostUsdPerDay: 2 },
      caps: { maxCpuCores: 2, maxMemoryBytes: 4 * 1024 ** 3, maxCostUsdPerDay: 20, maxWorkers: 5 },
      repo: 'https://github.com/you/product-a.git',
    });
    expect(scheduling).toMatchObject({ maxLiveSessions: 4, maxWorkersPerSession: 5 });
    expect(scheduling.budget.maxCostUsdPerDay).toBe(50);
    expect(gateApprovers).toEqual(['slack:U0123ABC']);
  });
});

test('gives every optional key its default', () => {
  const registry = parse('products:\n  - name: a\n');
  expect(registry).toMatchObject({
    file: 'products.yaml',
    workspaceRoot: '/workspace',
    products: [
      {
        name: 'a',
        root: '/workspace/a',
        checkout: 'own',
        source: null,
        type: 'code',
        description: null,
        overstory: true,
        priority: 50,
        resourceWeight: 1,
        channels: [{ kind: 'webchat', target: null }],
        planApproval: 'none',
        review: 'none',
        caps: { maxCpuCores: null, maxMemoryBytes: null, maxCostUsdPerDay: null, maxWorkers: null },
        repo: null,
        deliver: null,
      },
    ],
    scheduling: {
      maxConcurrentSessions: 2,
      strategy: 'priority-weighted',
      maxLiveSessions: 4,
      maxWorkersPerSession: null,
      budget: { maxCpuPercent: null, maxMemoryBytes: null, maxCostUsdPerDay: null },
    },
    accounts: [{ name: 'default', key: null, holdAtPercent: null }],
    gateApprovers: [],
    prices: new Map(),
    artifacts: { keepMs: 30 * 86_400_000, maxFileBytes: 10 * 1024 ** 2, maxProductBytes: 200 * 1024 ** 2 },
    recurring: [],
  });
  expect(registry.products[0]).toMatchObject({ account: 'default', key: null });
  expect(registry.digest).toMatch(/^[0-9a-f]{64}$/);
});

test('takes prices of its own, with the usual ones of a cache', () => {
  const { prices } = parse(`products: []
prices:
  claude-new-9: {input: 10, output: 20, cache_read: 3}
  us.anthropic.claude-new-9-v1:0: {input: 0, output: 0}
`);
  expect(prices.get('claude-new-9')).toMatchObject({ cacheRead: 3, cacheWrite5m: 12.5, cacheWrite1h: 20 });
  expect([...prices.keys()]).toHaveLength(2);
});

test('takes an absolute path under the workspace, and aliases', () => {
  const { products } = parse(`products:
  - name: a
    path: /workspace/teams/./x/../one/
    caps: &small {max_memory_gb: 0.5}
  - name: b
    caps: *small
`);
  expect(products.map((p) => [p.root, p.caps.maxMemoryBytes])).toEqual([
    ['/workspace/teams/one', 2 ** 29],
    ['/workspace/b', 2 ** 29],
  ]);
});

test('with the repositories of a human, each product is a clone of its own beside them, in-place the folder itself', () => {
  const { products, projectsRoot } = parseRegistry(
    'products:\n  - name: a\n    path: /projects/teams/a\n  - name: b\n    checkout: in-place\n  - name: c\n    path: /workspace/c\n',
    { ...options, projectsRoot: '/projects/' },
  );
  expect(projectsRoot).toBe('/projects');
  expect(products.map(({ root, source, checkout }) => [root, source, checkout])).toEqual([
    ['/workspace/teams/a', '/projects/teams/a', 'own'],
    ['/projects/b', null, 'in-place'],
    ['/workspace/c', '/projects/c', 'own'],
  ]);
  const outside = () =>
    parseRegistry('products:\n  - name: a\n    path: /elsewhere/a\n', {
      ...options,
      projectsRoot: '/projects',
    });
  expect(outside).toThrow(/a folder under \/projects/);
});

describe('several products in one repository of a human', () => {
  const shared = (second: string, more = '') =>
    `products:\n  - {name: billing, path: mono, paths: [services/billing, libs/money/]}\n  - {name: orders, path: mono, ${second}}\n${more}`;
  const at = (text: string) => parseRegistry(text, { ...options, projectsRoot: '/projects' });
  const wrong = (text: string) => {
    try {
      at(text);
    } catch (error) {
      if (error instanceof RegistryError)
        return error.problems.map((p) => `${p.line}:${p.column} ${p.path}: ${p.expected} / ${p.got}`);
    }
    return [];
  };

  test('have a clone each, under their names, and folders of their own in it', () => {
    const { products } = at(shared('paths: [services/orders]', '  - {name: shop}\n'));
    expect(products.map(({ root, source, paths }) => [root, source, paths])).toEqual([
      ['/workspace/billing', '/projects/mono', ['services/billing', 'libs/money']],
      ['/workspace/orders', '/projects/mono', ['services/orders']],
      ['/workspace/shop', '/projects/shop', null],
    ]);
  });

  test.each([
    [
      'the same folder',
      'paths: [services/orders, libs/money]',
      '3:57 products[1].paths[1]: a folder that no other product of the repository has, nor one in or around it / "libs/money", and "libs/money" of products[0]',
    ],
    [
      'a folder around',
      'paths: [services]',
      '3:40 products[1].paths[0]: a folder that no other product of the repository has, nor one in or around it / "services", and "services/billing" of products[0]',
    ],
    [
      'a folder inside',
      'paths: [services/billing/api]',
      '3:40 products[1].paths[0]: a folder that no other product of the repository has, nor one in or around it / "services/billing/api", and "services/billing" of products[0]',
    ],
    [
      'all of it',
      'priority: 5',
      '3:26 products[1].path: a folder of its own for each product / "mono", the folder of products[0]',
    ],
    [
      'the folder itself',
      'paths: [x], checkout: in-place',
      '3:26 products[1].path: a folder of its own for each product / "mono", the folder of products[0]',
    ],
    [
      'a folder out of it',
      'paths: [../x]',
      '3:40 products[1].paths[0]: a folder inside the repository, such as services/billing / "../x"',
    ],
    [
      'a folder of the machine',
      'paths: [/etc]',
      '3:40 products[1].paths[0]: a folder inside the repository, such as services/billing / "/etc"',
    ],
    ['no folder', 'paths: []', '3:39 products[1].paths: at least one folder / a list of 0'],
  ])('refuses %s', (_, second, problem) => {
    expect(wrong(shared(second))).toEqual([problem]);
  });

  test('refuses one whose name is the folder of another clone', () => {
    expect(wrong(shared('paths: [x]', '  - {name: c, path: orders}\n'))).toEqual([
      '4:21 products[2].path: a folder of its own for each product / "orders", the folder of products[1]',
    ]);
    expect(wrong(shared('paths: [x]', '  - {name: c, path: orders/c}\n'))).toEqual([
      '4:21 products[2].path: a folder neither inside another product’s nor around it / a folder inside that of products[1]',
    ]);
  });

  test('where there is no repository of a human to clone, the folder is that of one product', () => {
    expect(() => parse(shared('paths: [x]'))).toThrow(/a folder of its own for each product/);
  });
});

describe('takes, as compose files have it', () => {
  test('what is merged, the own value before it and the earlier of a list before the later', () => {
    const { products } = parse(`x-slack: &slack
  channels: [slack:#eng]
  caps: &caps {max_workers: 3}
x-defaults: &defaults
  priority: high
  resource_weight: 2
products:
  - name: shop
    <<: *defaults
  - <<: [*slack, *defaults]
    name: blog
    priority: low
  - {name: docs, caps: {<<: *caps, max_cpu_cores: 1}}
`);
    expect(products).toMatchObject([
      { name: 'shop', priority: 80, resourceWeight: 2, channels: [{ kind: 'webchat' }] },
      {
        name: 'blog',
        priority: 20,
        resourceWeight: 2,
        channels: [{ target: '#eng' }],
        caps: { maxWorkers: 3 },
      },
      { name: 'docs', caps: { maxWorkers: 3, maxCpuCores: 1 } },
    ]);
  });

  test('defaults shared by as many products as there may be', () => {
    const names = Array.from({ length: 1_000 }, (_, i) => `  - {<<: *d, name: p${i}}\n`).join('');
    expect(parse(`x-d: &d {priority: 7}\nproducts:\n${names}`).products.at(-1)?.priority).toBe(7);
  });
});

describe('refuses, with the place', () => {
  const above0 = (unit: string, most = 1_000_000) => `a number of ${unit} above 0 and at most ${most}`;
  const count = (unit: string, most = 1000) => `a whole number of ${unit} from 1 to ${most}`;
  const channel = `webchat, or one of ${chatKinds.join(', ')} with its place after a colon, such as slack:#channel`;
  const under = 'a folder under /workspace';

  const again = (lines: string) =>
    `products: [{name: a}]\nrecurring:\n  - name: x\n    objective: y\n${lines.replace(/^/gm, '    ')}\n    product: a\n`;

  // biome-ignore format: a case per line
  test.each<[string, string, string]>([
    ['an empty file', '', '1:1 : a mapping with the key products / an empty file'],
    ['a file of comments', '# x\n\n', '1:1 : a mapping with the key products / an empty file'],
    ['a list at the top', '- a\n', '1:1 : a mapping / a list of 1'],
    ['a missing products', 'gates: {}\n', '1:1 products: a list of products / nothing'],
    ['products without a value', 'products:\n', '1:1 products: a list of products / nothing'],
    ['an unknown key at the top', 'products: []\nfoo: 1\n', '2:1 foo: one of the keys products, runtimes, accounts, scheduling, prices, report, artifacts, recurring, gates / the unknown key "foo"'],
    ['an unknown key of a product', product('prority: high'), `3:5 products[0].prority: ${productKeys} / the unknown key "prority"`],
    ['__proto__', 'products: []\n__proto__: {}\n', '2:1 __proto__: one of the keys products, runtimes, accounts, scheduling, prices, report, artifacts, recurring, gates / the unknown key "__proto__"'],
    ['an unknown key in what is merged', 'x-d: &d {colour: red}\nproducts:\n  - name: a\n    <<: *d\n', `4:5 products[0].colour: ${productKeys} / the unknown key "colour"`],
    ['a wrong value in what is merged', 'x-d: &d {priority: urgent}\nproducts:\n  - name: a\n    <<: *d\n', '4:5 products[0].priority: high, medium, low or a whole number from 1 to 100 / "urgent"'],
    ['a merge of a text', 'products:\n  - name: a\n    <<: high\n', '3:9 products[0]["<<"]: a mapping, or a list of mappings, to merge / "high"'],
    ['a merge of a text in a list', 'x-d: &d {}\nproducts:\n  - name: a\n    <<: [*d, 3]\n', '4:14 products[0]["<<"]: a mapping, or a list of mappings, to merge / 3'],
    ['a merge of an alias of a text', 'x-d: &d high\nproducts:\n  - name: a\n    <<: *d\n', '4:9 products[0]["<<"]: a mapping, or a list of mappings, to merge / "high"'],
    ['a merge without an anchor', 'products:\n  - name: a\n    <<: *d\n', '3:9 products[0]["<<"]: an anchor above the alias / *d without one'],
    ['two merge keys', 'x-d: &d {}\nproducts:\n  - name: a\n    <<: *d\n    <<: *d\n', '5:5 products[0]["<<"]: each key once / "<<" again'],
    ['x- further down', product('x-note: y'), `3:5 products[0]["x-note"]: ${productKeys} / the unknown key "x-note"`],
    ['an unknown cap', product('caps: {max_cpu: 1}'), '3:12 products[0].caps.max_cpu: one of the keys max_cpu_cores, max_memory_gb, max_cost_usd_per_day, max_workers / the unknown key "max_cpu"'],
    ['a product that is nothing', 'products:\n  -\n', '2:4 products[0]: a mapping / nothing'],
    ['a product without a name', 'products:\n  - path: x\n', `2:5 products[0].name: ${name} / nothing`],
    ['a name in capitals', 'products:\n  - name: App\n', `2:11 products[0].name: ${name} / "App"`],
    ['a name that is a number', 'products:\n  - name: 12\n', `2:11 products[0].name: ${name} / 12`],
    ['a name that begins with -', 'products:\n  - name: -x\n', `2:11 products[0].name: ${name} / "-x"`],
    ['a name that is too long', `products:\n  - name: ${'a'.repeat(42)}\n`, `2:11 products[0].name: ${name} / "${'a'.repeat(42)}"`],
    ['the same name twice', 'products:\n  - name: a\n  - name: a\n', '3:11 products[1].name: a name of its own for each product / "a", the name of products[0]'],
    ['the same key twice', product('path: x\npath: y'), '4:5 products[0].path: each key once / "path" again'],
    ['a checkout nobody knows', product('checkout: mine'), '3:15 products[0].checkout: own or in-place / "mine"'],
    ['a path out of the workspace', product('path: ../x'), `3:11 products[0].path: ${under} / "../x"`],
    ['a path out by a detour', product('path: x/../../workspace2/y'), `3:11 products[0].path: ${under} / "x/../../workspace2/y"`],
    ['an absolute path elsewhere', product('path: /workspace-2/x'), `3:11 products[0].path: ${under} / "/workspace-2/x"`],
    ['the workspace itself', product('path: .'), `3:11 products[0].path: ${under} / "."`],
    ['a home folder', product('path: ~/x'), `3:11 products[0].path: ${under} / "~/x"`],
    ['a path with a NUL', product('path: "x\\0y"'), '3:11 products[0].path: a path of 1 to 1024 printable characters / "x\\u0000y"'],
    ['an empty path', product('path: ""'), '3:11 products[0].path: a path of 1 to 1024 printable characters / ""'],
    ['two products in one folder', 'products:\n  - name: a\n  - name: b\n    path: ./x/../a/\n', '4:11 products[1].path: a folder of its own for each product / "./x/../a/", the folder of products[0]'],
    ['a product inside another', 'products:\n  - name: a\n  - name: b\n    path: a/sub/b\n', '4:11 products[1].path: a folder neither inside another product’s nor around it / a folder inside that of products[0]'],
    ['a product around another', 'products:\n  - name: b\n    path: a/sub/b\n  - name: a\n', '4:11 products[1].name: a folder neither inside another product’s nor around it / a folder around that of products[0]'],
    ['a type of two words', product('type: two words'), '3:11 products[0].type: one word of at most 41 characters / "two words"'],
    ['yes for true', product('overstory: yes'), '3:16 products[0].overstory: true or false / "yes"'],
    ['a calendar that no day fits', again('every: "0 9 31 2 *"'), '5:12 recurring[0].every: five fields (minute hour day month weekday) that some day fits, e.g. "0 9 * * 1-5" / "0 9 31 2 *"'],
    ['a time zone of another planet', again('every: "0 9 * * *"\ntime_zone: Mars/Olympus'), '6:16 recurring[0].time_zone: a time zone such as Europe/Berlin / "Mars/Olympus"'],
    ['an unknown product that recurs', 'products: []\nrecurring:\n  - {name: x, product: b, every: "0 9 * * *", objective: y}\n', '3:24 recurring[0].product: the name of a product of this file / "b"'],
    ['an unknown priority', product('priority: urgent'), '3:15 products[0].priority: high, medium, low or a whole number from 1 to 100 / "urgent"'],
    ['a priority of 101', product('priority: 101'), '3:15 products[0].priority: high, medium, low or a whole number from 1 to 100 / 101'],
    ['a weight of 0', product('resource_weight: 0'), `3:22 products[0].resource_weight: ${above0('weight units', 1024)} / 0`],
    ['a negative weight', product('resource_weight: -1'), `3:22 products[0].resource_weight: ${above0('weight units', 1024)} / -1`],
    ['a weight that is no number', product('resource_weight: .nan'), `3:22 products[0].resource_weight: ${above0('weight units', 1024)} / NaN`],
    ['an infinite weight', product('resource_weight: .inf'), `3:22 products[0].resource_weight: ${above0('weight units', 1024)} / Infinity`],
    ['a weight in quotes', product('resource_weight: "3"'), `3:22 products[0].resource_weight: ${above0('weight units', 1024)} / "3"`],
    ['a channel of another kind', product('channels:\n  - webchat\n  - irc:#x'), `5:9 products[0].channels[1]: ${channel} / "irc:#x"`],
    ['a channel with a space after the colon', product('channels: ["slack:#a", slack: "#b"]'), `3:28 products[0].channels[1]: ${channel} / a mapping`],
    ['a user of Telegram by name', product('channels: ["telegram:#dev"]'), '3:16 products[0].channels[0]: telegram: and the id of a chat or user (telegram:-100123:topic:4 for a topic), or telegram:@channel / "telegram:#dev"'],
    ['one channel that is no list', product('channels: webchat'), '3:15 products[0].channels: a list of channels / "webchat"'],
    ['an unknown review', product('review: yes'), '3:13 products[0].review: required or none / "yes"'],
    ['an unknown plan approval', product('plan_approval: true'), '3:20 products[0].plan_approval: required or none / true'],
    ['caps without a value', product('caps:\nrepo: /x'), '3:5 products[0].caps: a mapping / nothing'],
    ['a cap of 0 cores', product('caps:\n  max_cpu_cores: 0'), `4:22 products[0].caps.max_cpu_cores: ${above0('cores')} / 0`],
    ['a negative cap of memory', product('caps:\n  max_memory_gb: -2'), `4:22 products[0].caps.max_memory_gb: ${above0('GiB', 1_048_576)} / -2`],
    ['a cap of memory that bytes cannot count', product('caps:\n  max_memory_gb: 1e300'), `4:22 products[0].caps.max_memory_gb: ${above0('GiB', 1_048_576)} / 1e+300`],
    ['a cap of cost of 0', product('caps:\n  max_cost_usd_per_day: 0'), `4:29 products[0].caps.max_cost_usd_per_day: ${above0('USD')} / 0`],
    ['half a worker', product('caps:\n  max_workers: 1.5'), `4:20 products[0].caps.max_workers: ${count('workers')} / 1.5`],
    ['no slot', scheduling('max_concurrent_sessions: 0'), `3:28 scheduling.max_concurrent_sessions: ${count('sessions')} / 0`],
    ['no live session', scheduling('max_live_sessions: -1'), `3:22 scheduling.max_live_sessions: ${count('sessions', 2000)} / -1`],
    ['an unknown strategy', scheduling('strategy: lifo'), '3:13 scheduling.strategy: priority-weighted or fifo / "lifo"'],
    ['no worker', scheduling('max_workers_per_session: 0'), `3:28 scheduling.max_workers_per_session: ${count('workers')} / 0`],
    ['more than all of the CPU', scheduling('resource_budget:\n  max_cpu_percent: 101'), `4:22 scheduling.resource_budget.max_cpu_percent: ${above0('percent of the runtime’s cores', 100)} / 101`],
    ['a budget of no memory', scheduling('resource_budget:\n  max_memory_gb: 0'), `4:20 scheduling.resource_budget.max_memory_gb: ${above0('GiB', 1_048_576)} / 0`],
    ['a budget of no money', scheduling('resource_budget:\n  max_cost_usd_per_day: -5'), `4:27 scheduling.resource_budget.max_cost_usd_per_day: ${above0('USD')} / -5`],
    ['a price below 0', 'products: []\nprices:\n  claude-new-9: {input: -1, output: 2}\n', '3:25 prices["claude-new-9"].input: USD for a million tokens (of web_search: for one), from 0 to 100000 / -1'],
    ['a price without its output', 'products: []\nprices:\n  claude-new-9: {input: 1}\n', '3:17 prices["claude-new-9"].output: USD for a million tokens (of web_search: for one), from 0 to 100000 / nothing'],
    ['a price of something unknown', 'products: []\nprices:\n  claude-new-9: {input: 1, output: 2, thinking: 3}\n', '3:39 prices["claude-new-9"].thinking: one of the keys input, output, cache_read, cache_write_5m, cache_write_1h, web_search / the unknown key "thinking"'],
    ['a model with a space', 'products: []\nprices:\n  new 9: {input: 1, output: 2}\n', '3:3 prices["new 9"]: the name of a model without spaces, e.g. claude-opus-4-6 / "new 9"'],
    ['a file that crosses in no message', 'products: []\nartifacts:\n  max_file_mb: 21\n', `3:16 artifacts.max_file_mb: ${count('MiB', 20)} / 21`],
    ['an approver with a space', 'products: []\ngates:\n  approvers: [a b]\n', '3:15 gates.approvers[0]: a sender id without spaces, e.g. slack:U0123ABC / "a b"'],
    ['an unclosed quote', 'products:\n  - name: "a\n', '3:1 : valid YAML / an error: Missing closing "quote'],
    ['a tab for an indent', 'products:\n\t- name: a\n', '2:1 : valid YAML / an error: Tabs are not allowed as indentation'],
    ['a tag', product('type: !!binary aGk='), '3:11 : valid YAML / an error: Unresolved tag: tag:yaml.org,2002:binary'],
    ['a second document', 'products: []\n---\nproducts: []\n', '2:1 : one document / a second one'],
    ['an alias without an anchor', product('caps: *x'), '3:11 products[0].caps: an anchor above the alias / *x without one'],
    ['a wrong value through an alias', 'products:\n  - name: a\n    description: &d x y\n  - name: b\n    type: *d\n', '5:11 products[1].type: one word of at most 41 characters / "x y"'],
  ])('%s', (_, text, problem) => {
    expect(found(text)).toEqual([problem]);
  });

  test('a file with Windows line ends and a byte order mark, at the right place', () => {
    expect(found('\uFEFFproducts:\r\n  - name: a\r\n    path: ..\r\n')).toEqual([
      `3:11 products[0].path: ${under} / ".."`,
    ]);
  });

  test('errors after a line end that the parser forgets, on their own line', () => {
    const places = refusal('*a{---\nproducts:,').problems.map((p) => [p.line, p.column]);
    expect(places).toEqual([
      [1, 1],
      [1, 3],
      [1, 4],
      [2, 10],
    ]);
  });

  test('a file that is too large, without parsing it', () => {
    const text = `products: []\n#${'x'.repeat(maxRegistryBytes)}`;
    expect(found(text)).toEqual([`1:1 : at most ${maxRegistryBytes} bytes / more`]);
    expect(parse(text.slice(0, maxRegistryBytes)).products).toEqual([]);
  });

  test('bytes that are not UTF-8', () => {
    const bytes = Buffer.concat([Buffer.from('products:\n  - name: é'), Buffer.from([0xe9, 0x0a])]);
    expect(found(bytes)).toEqual(['2:12 : UTF-8 text / a byte sequence that is not UTF-8']);
  });

  test('an alias bomb, at once', () => {
    const levels = Array.from(
      { length: 9 },
      (_, i) => `l${i + 1}: &l${i + 1} [${Array(9).fill(`*l${i}`).join()}]`,
    );
    const bomb = found(`l0: &l0 [x,x,x]\n${levels.join('\n')}\n`);
    expect(bomb).toEqual([
      '2:10 : valid YAML / an error: Excessive alias count indicates a resource exhaustion attack',
    ]);
    expect(found(`a: &a x\nb: [${Array(1_002).fill('*a').join()}]\n`)).toEqual([
      '2:5 : valid YAML / an error: Excessive alias count indicates a resource exhaustion attack',
    ]);
  });

  test('an alias bomb of merges, at once', () => {
    const levels = Array.from(
      { length: 9 },
      (_, i) => `x-${i + 1}: &l${i + 1} {<<: [${Array(9).fill(`*l${i}`).join()}]}`,
    );
    expect(found(`x-0: &l0 {a: 1}\n${levels.join('\n')}\nproducts: []\n`)).toEqual([
      '2:16 : valid YAML / an error: Excessive alias count indicates a resource exhaustion attack',
    ]);
    expect(found('products: []\nx-a: &a {<<: *a}\n')).toHaveLength(1);
  });

  test('nesting that would exhaust the stack', () => {
    const [first] = found('['.repeat(100_000));
    expect(first).toMatch(/^1:\d+ : valid YAML \/ an error: /);
  });
});

const accounts = (lines: string) => `products: []\naccounts:\n  - ${lines.split('\n').join('\n    ')}\n`;

describe('accounts', () => {
  test('each has its key by name, and a product the key of its account', () => {
    const { accounts: known, products } = parse(`products:
  - { name: a, account: team }
  - { name: b, account: own }
  - name: c
accounts:
  - { name: team, variable: TEAM_KEY, hold_at_percent: 90 }
  - { name: own, kind: subscription, file: /run/secrets/own }
`);
    const team = { as: 'api-key', from: 'variable', name: 'TEAM_KEY' };
    const own = { as: 'subscription', from: 'file', name: '/run/secrets/own' };
    expect(known).toEqual([
      { name: 'default', key: null, holdAtPercent: null },
      { name: 'team', key: team, holdAtPercent: 90 },
      { name: 'own', key: own, holdAtPercent: null },
    ]);
    expect(products.map(({ name, account, key }) => [name, account, key])).toEqual([
      ['a', 'team', team],
      ['b', 'own', own],
      ['c', 'default', null],
    ]);
  });

  test('the default one may be named, for its limits or its key', () => {
    const { accounts: known, products } = parse(
      'products:\n  - name: a\naccounts:\n  - { name: default, variable: KEY, hold_at_percent: 80 }\n',
    );
    expect(known).toHaveLength(1);
    expect(products[0]?.key).toEqual({ as: 'api-key', from: 'variable', name: 'KEY' });
  });

  // biome-ignore format: one case per line
  test.each([
    ['neither variable nor file', accounts('name: a'), ['3:5 accounts[0]: the variable or file that holds its key or token / neither']],
    ['both', accounts('name: a\nvariable: K\nfile: /k'), ['5:5 accounts[0].file: a variable or a file / both']],
    ['two of one name', `${accounts('name: a\nvariable: K')}  - name: a\n    variable: L\n`, ['5:11 accounts[1].name: a name of its own for each account / "a" again']],
    ['a relative file', accounts('name: a\nfile: k'), ['4:11 accounts[0].file: the absolute path of a file in the runtime / "k"']],
    ['more than all', accounts('name: a\nvariable: K\nhold_at_percent: 101'), ['5:22 accounts[0].hold_at_percent: a whole number of percent from 1 to 100 / 101']],
    ['an unknown kind', accounts('name: a\nvariable: K\nkind: card'), ['5:11 accounts[0].kind: api-key or subscription / "card"']],
    ['a product’s that is not there', product('account: team'), ['3:14 products[0].account: the name of an account of this file / "team"']],
    ['a key in the place of its name, without repeating it', accounts('name: a\nvariable: sk-ant-api03-AAAA'), ['4:15 accounts[0].variable: the name of a variable in the runtime’s environment / "sk-ant-…"']],
  ])('refuses %s', (_, text, problems) => {
    expect(found(text)).toEqual(problems);
  });
});

test('lists every problem of a file in its order, whatever check found it', () => {
  expect(
    found(`products:
  - name: a
    priority: urgent
  - name: a
    colour: red
    path: ../a
    resource_weight: -1
    type: code
    type: code
scheduling:
  strategy: lifo
`).map((line) => line.split(': ')[0]),
  ).toEqual([
    '3:15 products[0].priority',
    '4:11 products[1].name',
    '5:5 products[1].colour',
    '6:11 products[1].path',
    '7:22 products[1].resource_weight',
    '9:5 products[1].type',
    '11:13 scheduling.strategy',
  ]);
});

test('says it in sentences, cut off at twenty, and names the mend', () => {
  const error = refusal(`products:\n${'  - name: A\n'.repeat(25)}`);
  expect(error.toJSON()).toMatchObject({ code: 'REGISTRY_INVALID', class: 'usage' });
  expect(error.mend).toContain('products.yaml');
  expect(error.problems).toHaveLength(25);
  const lines = error.message.split('\n');
  expect(lines).toHaveLength(21);
  expect(lines[0]).toBe(`products.yaml line 2, column 11: Expected ${name}, got "A" (products[0].name).`);
  expect(lines[20]).toBe('… and 5 more.');
});
