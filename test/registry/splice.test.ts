// What `fleet add`, `edit` and `remove` do to the text of products.yaml: the one thing that was asked for, and no other byte.
import { describe, expect, it } from 'vitest';
import { parseRegistry } from '../../src/registry/index.ts';
import { changedText } from '../../src/registry/splice.ts';

const crlf = (text: string) => text.replaceAll('\n', '\r\n');

const plain = `# my fleet
products:
  - name: shop   # the first
    priority: high
    channels: [webchat,   'slack:#shop']

  # about the blog
  - name: blog
    description: "It's  a \\"blog\\""
    # caps: later
    #   max_workers: 3

# --- limits
scheduling: {max_concurrent_sessions:   2}
`;

/** Valid, and each laid out as a formatter would not have it. */
const files: Record<string, string> = {
  plain,
  'with CRLF': crlf(plain),
  'without an end of its last line': 'products:\n  - name: shop\n  - name: blog\n    priority: low',
  'without an end of its last line, CRLF': 'products:\r\n  - name: shop\r\n  - name: blog',
  'dashes below the key': 'products:\n- name: shop\n  type: code\n- name: blog\nscheduling: {}\n',
  'a dash on its own line':
    'products:\n  -\n    name: shop\n    type: code\n  -   name: blog\n      type: code\n',
  'within braces': 'products: [{name: shop, priority: high}, {name: blog}]   # two\nscheduling: {}\n',
  'within braces, on lines': `products: [
    {name: shop,
     priority: high},   # the first
    { name: blog },
  ]
`,
  'entries within braces': 'products:\n  - {name: shop, priority: "high"}   # one\n  - { name: blog }\n',
  'all in one': '{products: [{"name": "shop", "priority": "high"}, {"name": "blog"}], scheduling: {}}\n',
  'with a BOM and a marker': `\uFEFF---\n# first\nproducts:\n  - name: shop\n\n\n\n  - name: blog\n...\n`,
  'anchors and merges': `x-usual: &usual
    priority: high   # of all
    caps: {max_workers: 4}
products:
    - <<: *usual
      name: shop
      channels: &rooms
      - webchat
      -   "slack:#all"
    - name:   blog
      <<: *usual
      channels: *rooms
`,
  'long texts': `products:
  - name: shop
    description: >-
      folded   text
      on two lines

      and a third
  - name: blog
    description: |+
      kept

      with its end

scheduling:
    # why two
    max_concurrent_sessions: 2
`,
  'odd blanks':
    'products:   \n\n\n  - name: shop   \n    type:   code\t# tab\n   \n  - name: blog\n    type: code   \n\n\n\n',
};

const roots = { workspaceRoot: '/workspace', projectsRoot: '/projects' };
const productsOf = (text: string) => parseRegistry(text, { file: 'products.yaml', ...roots }).products;
const of = (text: string, name: string) => productsOf(text).find((one) => one.name === name);
const change = (text: string, asked: Parameters<typeof changedText>[1]) =>
  changedText(text, asked, 'products.yaml');

/** What of `before` is no longer in `after`, and what is new there, beside what both begin and end with. */
function between(before: string, after: string): { gone: string; come: string } {
  let start = 0;
  while (start < before.length && before[start] === after[start]) start++;
  let end = 0;
  while (end < Math.min(before.length, after.length) - start && before.at(-1 - end) === after.at(-1 - end))
    end++;
  return { gone: before.slice(start, before.length - end), come: after.slice(start, after.length - end) };
}

const added = {
  name: 'docs',
  repo: '/home/me/code/docs: "new"',
  type: 'marketing',
  resource_weight: 2,
  paths: ['a, b', 'c'],
} as const;

describe.each(Object.entries(files))('%s', (_, text) => {
  const usesCrlf = text.includes('\r\n');

  it('is a registry of two products', () => {
    expect(productsOf(text).map(({ name }) => name)).toEqual(['shop', 'blog']);
  });

  it('gets a third, and loses it again without a trace', () => {
    const with3 = change(text, { kind: 'add', product: added });
    expect(productsOf(with3).map(({ name }) => name)).toEqual(['shop', 'blog', 'docs']);
    expect(of(with3, 'docs')).toMatchObject({ repo: added.repo, type: 'marketing', paths: ['a, b', 'c'] });
    expect(between(text, with3).gone).toBe('');
    if (usesCrlf) expect(with3).not.toMatch(/[^\r]\n/);
    else expect(with3).not.toContain('\r');
    expect(change(with3, { kind: 'remove', name: 'docs' })).toBe(text);
  });

  it.each(['shop', 'blog'])('loses %s and nothing else', (name) => {
    const other = name === 'shop' ? 'blog' : 'shop';
    let after: string;
    try {
      after = change(text, { kind: 'remove', name });
    } catch (error) {
      // Its anchor is used by the other.
      expect({ name, error }).toMatchObject({ name: 'shop', error: { code: 'REGISTRY_BY_HAND' } });
      expect(text).toContain('&rooms');
      return;
    }
    expect(productsOf(after).map((one) => one.name)).toEqual([other]);
    expect(between(text, after).come).toBe('');
    for (const comment of text.match(
      /# (my fleet|the first|about the blog|--- limits|why two|of all|two)/g,
    ) ?? [])
      if (!(name === 'shop' && comment === '# the first')) expect(after).toContain(comment);
    const none = change(after, { kind: 'remove', name: other });
    expect(productsOf(none)).toEqual([]);
    const again = change(none, { kind: 'add', product: added });
    expect(productsOf(again).map((one) => one.name)).toEqual(['docs']);
  });

  it.each(['shop', 'blog'])('changes keys of %s alone', (name) => {
    const set = (before: string, path: [string, ...string[]], value: unknown) => {
      const after = change(before, { kind: 'edit', name, path, value });
      expect(between(before, after).gone).not.toContain('#');
      expect(after.match(/#[^\r\n]*/g)).toEqual(before.match(/#[^\r\n]*/g));
      return after;
    };
    const high = set(text, ['priority'], 7);
    expect(of(high, name)?.priority).toBe(7);
    const described = set(high, ['description'], 'of "mine": [no] list,\nsecond line');
    expect(of(described, name)?.description).toBe('of "mine": [no] list,\nsecond line');
    const capped = set(described, ['caps', 'max_workers'], 9);
    expect(of(capped, name)?.caps.maxWorkers).toBe(9);
    const costs = set(capped, ['caps', 'max_cost_usd_per_day'], 1.5);
    expect(of(costs, name)?.caps).toMatchObject({ maxWorkers: 9, maxCostUsdPerDay: 1.5 });
    const rooms = set(costs, ['deliver'], { as: 'branch', remote: '/srv/x.git' });
    expect(of(rooms, name)?.deliver).toMatchObject({ as: 'branch', remote: '/srv/x.git' });
    const other = name === 'shop' ? 'blog' : 'shop';
    expect(of(rooms, other)).toEqual(of(text, other));
    if (usesCrlf) expect(rooms).not.toMatch(/[^\r]\n/);
    // and back; what is merged in shows through, and is not taken out
    if (text.includes('<<')) return;
    const bare = (
      [['caps', 'max_cost_usd_per_day'], ['caps', 'max_workers'], ['deliver']] as [string, ...string[]][]
    ).reduce((now, path) => change(now, { kind: 'edit', name, path, value: undefined }), rooms);
    expect(bare).toBe(described);
    const usual = change(bare, { kind: 'edit', name, path: ['priority'], value: undefined });
    expect(of(usual, name)?.priority).toBe(50);
  });
});

it('changes nothing where nothing would be different', () => {
  expect(change(plain, { kind: 'edit', name: 'shop', path: ['priority'], value: 'high' })).toBe(plain);
  expect(change(plain, { kind: 'edit', name: 'blog', path: ['caps'], value: undefined })).toBe(plain);
});

it('begins a list that is empty or left out', () => {
  const first = (text: string) => change(text, { kind: 'add', product: { name: 'docs' } });
  expect(first('# none yet\nproducts: []   # none\nscheduling: {}\n')).toBe(
    '# none yet\nproducts:   # none\n  - name: docs\nscheduling: {}\n',
  );
  expect(first('products: []')).toBe('products:\n  - name: docs');
  expect(first('products:\n# end\n')).toBe('products:\n  - name: docs\n# end\n');
});

it('says what is to be done by hand', () => {
  const shared = files['anchors and merges'] ?? '';
  const edit = (path: [string, ...string[]], value: unknown) => () =>
    change(shared, { kind: 'edit', name: 'blog', path, value });
  // What is merged in can be written over, and not taken out.
  expect(of(edit(['priority'], 'low')(), 'blog')?.priority).toBe(20);
  expect(edit(['priority'], undefined)).toThrow(
    expect.objectContaining({ code: 'REGISTRY_BY_HAND', message: expect.stringContaining('around line 10') }),
  );
  expect(() => change(plain, { kind: 'remove', name: 'nope' })).toThrow(
    expect.objectContaining({ code: 'PRODUCT_UNKNOWN' }),
  );
});
