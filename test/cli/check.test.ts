// `fleet check`: a products.yaml is looked at where it lies, without a fleet.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkedFile, portFinding, socketFinding } from '../../src/cli/local-checks.ts';
import { createFleetClient } from '../../src/client/client.ts';
import { runVerb } from '../../src/verbs/index.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'check-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function check(text: string | null, ...words: string[]) {
  const file = join(folder, 'products.yaml');
  if (text !== null) writeFileSync(file, text);
  const socket = join(folder, 'no-fleetd.sock');
  return runVerb(['check', file, ...words], {
    client: createFleetClient({ socketPath: socket }),
    source: { via: 'cli', sender: 'tester', thread: null },
    surface: 'cli',
    now: Date.now,
    local: { socket: () => socketFinding(socket), port: portFinding, registry: checkedFile },
  });
}

it('says what a right one has in it', async () => {
  const answer = await check(
    [
      'x-shared: &shared {priority: high}',
      'products:',
      '  - {<<: *shared, name: shop}',
      '  - {name: web, path: /projects/web}',
      'recurring:',
      '  - {name: weekly, product: shop, every: "0 9 * * 1", objective: Look for stale dependencies}',
    ].join('\n'),
  );
  expect(answer.text).toMatch(/is right: 2 products \(shop, web\)\. 1 objective recurs: weekly\.$/);
  expect(answer).toMatchObject({ exitCode: 0, data: { products: ['shop', 'web'], recurring: ['weekly'] } });
});

it('says by line and column all that is wrong', async () => {
  const answer = await check(
    'products:\n  - name: Shop\n    priorty: high\n  - name: web\n    path: ../web\n',
  );
  expect(answer).toMatchObject({ exitCode: 2, error: { code: 'REGISTRY_INVALID' } });
  for (const place of ['line 2, column 11', 'line 3, column 5', 'line 5, column 11'])
    expect(answer.text).toContain(place);
});

it('looks at absolute paths as whoever reads it will', async () => {
  const text = 'products:\n  - {name: web, path: /home/me/code/web}\n';
  expect((await check(text)).error?.code).toBe('REGISTRY_INVALID');
  expect((await check(text, '--projects', '/home/me/code')).exitCode).toBe(0);
});

it('says that there is none', async () => {
  expect(await check(null)).toMatchObject({ exitCode: 3, error: { code: 'REGISTRY_MISSING' } });
});
