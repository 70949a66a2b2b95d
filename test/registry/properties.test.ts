import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { ChatKind } from '../../src/common/chats.ts';
import { type Product, parseRegistry, RegistryError } from '../../src/registry/index.ts';

const options = { file: 'products.yaml', workspaceRoot: '/workspace' };

/** The registry, or null when it is refused in the one way that is allowed, with places that exist. */
function parsed(text: string | Uint8Array) {
  try {
    return parseRegistry(text, options);
  } catch (error) {
    expect(error).toBeInstanceOf(RegistryError);
    if (!(error instanceof RegistryError)) throw error;
    expect(error.problems.length).toBeGreaterThan(0);
    const lines = Buffer.from(text).toString('utf8').split('\n');
    for (const { line, column, expected, got } of error.problems) {
      expect(line).toBeGreaterThanOrEqual(1);
      expect(line).toBeLessThanOrEqual(lines.length);
      expect(column).toBeGreaterThanOrEqual(1);
      expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 1);
      expect(expected).not.toBe('');
      expect(got).not.toBe('');
    }
    return null;
  }
}

const key = fc.constantFrom(
  ...['products', 'name', 'path', 'type', 'overstory', 'priority', 'resource_weight', 'channels', 'caps'],
  ...['repo', 'scheduling', 'strategy', 'resource_budget', 'max_memory_gb', 'gates', '__proto__', '<<', 'x'],
);
const fragment = fc.oneof(
  key.map((word) => `${word}:`),
  fc.constantFrom('\n', '\n  ', '\n    ', '- ', ' ', '{', '}', '[', ']', ',', '"', "'", '#', '|', '>', '?'),
  fc.constantFrom('&a ', '*a', '!!str ', '!x ', '---\n', '...\n', '%YAML 1.1\n', '~', '\t', '\r\n', '\0'),
  fc.constantFrom('.nan', '-.inf', '-1', '0', '1e999', '0x7f', 'true', 'app', 'app-web', '../x', 'slack:#x'),
  fc.string({ unit: 'binary', maxLength: 4 }),
);

test('never throws anything but a RegistryError on text', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.array(fragment).map((parts) => parts.join('')),
      ),
      (text) => void parsed(text),
    ),
    { numRuns: 1500 },
  );
});

test('never throws anything but a RegistryError on bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => void parsed(bytes)),
    { numRuns: 500 },
  );
});

test('never throws anything but a RegistryError on YAML of any shape under known keys', () => {
  const { node } = fc.letrec((tie) => ({
    node: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.oneof(fc.string(), fc.double(), fc.boolean(), fc.constant(null)),
      fc.array(tie('node'), { maxLength: 4 }),
      fc.dictionary(key, tie('node'), { maxKeys: 5, noNullPrototype: true }),
    ),
  }));
  const file = fc.record({ products: fc.array(node, { maxLength: 4 }), scheduling: node, gates: node });
  fc.assert(
    fc.property(file, (value) => {
      parsed(stringify(value));
    }),
    { numRuns: 1500 },
  );
});

const amount = fc.option(fc.double({ min: 0.001, max: 1024, noNaN: true }));
const whole = fc.option(fc.integer({ min: 1, max: 1000 }));
/** Without "-": no name is then the beginning of another. */
const name = fc.stringMatching(/^[a-z0-9]{1,41}$/);
const product = fc.record({
  type: fc.constantFrom('code', 'marketing', 'support', 'Forschung'),
  description: fc.option(fc.string({ unit: 'grapheme', maxLength: 200 })),
  overstory: fc.boolean(),
  priority: fc.integer({ min: 1, max: 100 }),
  weight: fc.double({ min: 0.001, max: 1024, noNaN: true }),
  channels: fc.array(
    fc.constantFrom('webchat', 'slack:#dev', 'slack:C0123ABC', 'slack:#café_1', 'telegram:-1001:topic:4'),
    {
      maxLength: 4,
    },
  ),
  approval: fc.constantFrom('required' as const, 'none' as const),
  cores: amount,
  gb: amount,
  usd: amount,
  workers: whole,
  repo: fc.option(fc.constantFrom('https://example.com/a.git', 'git@example.com:a/b.git', '/srv/a b.git')),
});

test('a valid file gives exactly what was written in it', () => {
  const products = fc.uniqueArray(fc.tuple(name, product), { selector: ([word]) => word, maxLength: 8 });
  fc.assert(
    fc.property(products, whole, amount, (entries, slots, gb) => {
      const text = stringify({
        products: entries.map(([word, p]) => ({
          name: word,
          path: `group/${word}`,
          type: p.type,
          description: p.description,
          overstory: p.overstory,
          priority: p.priority,
          resource_weight: p.weight,
          channels: p.channels,
          plan_approval: p.approval,
          caps: {
            max_cpu_cores: p.cores,
            max_memory_gb: p.gb,
            max_cost_usd_per_day: p.usd,
            max_workers: p.workers,
          },
          repo: p.repo,
        })),
        scheduling: {
          ...(slots === null ? {} : { max_concurrent_sessions: slots }),
          resource_budget: { max_memory_gb: gb },
        },
      });
      const bytesOf = (gib: number | null) => (gib === null ? null : Math.round(gib * 2 ** 30));
      const registry = parseRegistry(text, options);
      expect(registry.products).toEqual(
        entries.map(
          ([word, p]): Product => ({
            name: word,
            root: `/workspace/group/${word}`,
            checkout: 'own',
            source: null,
            paths: null,
            type: p.type,
            description: p.description,
            overstory: p.overstory,
            account: 'default',
            key: null,
            priority: p.priority,
            resourceWeight: p.weight,
            channels: p.channels.map((channel) =>
              channel === 'webchat'
                ? { kind: 'webchat', target: null }
                : { kind: channel.split(':')[0] as ChatKind, target: channel.replace(/^[a-z]+:/, '') },
            ),
            runtime: null,
            needsLabels: [],
            gateSurface: 'any',
            monitor: null,
            planApproval: p.approval,
            review: 'none',
            caps: {
              maxCpuCores: p.cores,
              maxMemoryBytes: bytesOf(p.gb),
              maxCostUsdPerDay: p.usd,
              maxWorkers: p.workers,
            },
            restart: {
              policy: 'never',
              max: 3,
              windowMs: 3_600_000,
              backoffMs: 30_000,
              activityTimeoutMs: null,
            },
            deliver: null,
            intake: null,
            repo: p.repo,
          }),
        ),
      );
      expect(registry.scheduling.maxConcurrentSessions).toBe(slots ?? 2);
      expect(registry.scheduling.maxLiveSessions).toBe(2 * (slots ?? 2));
      expect(registry.scheduling.budget.maxMemoryBytes).toBe(bytesOf(gb));
    }),
    { numRuns: 300 },
  );
});

test('whatever is accepted keeps its folders apart and under the workspace', () => {
  const segment = fc.constantFrom('a', 'b', '..', '.', '', 'workspace', '...');
  const path = fc
    .tuple(fc.boolean(), fc.array(segment, { minLength: 1, maxLength: 5 }))
    .map(([absolute, segments]) => (absolute ? '/workspace/' : '') + segments.join('/'));
  let accepted = 0;
  fc.assert(
    fc.property(fc.array(path, { minLength: 1, maxLength: 3 }), (paths) => {
      const registry = parsed(stringify({ products: paths.map((p, i) => ({ name: `n${i}`, path: p })) }));
      if (!registry) return;
      accepted += 1;
      const roots = registry.products.map((p) => `${p.root}/`);
      for (const [i, root] of roots.entries()) {
        expect(root).toMatch(/^\/workspace\/[^/]/);
        expect(root.split('/')).not.toContain('..');
        for (const [j, other] of roots.entries()) if (i !== j) expect(root.startsWith(other)).toBe(false);
      }
    }),
    { numRuns: 1000 },
  );
  expect(accepted).toBeGreaterThan(50);
});
