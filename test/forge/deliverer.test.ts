// A page of issues as long as one may be, out of the real deliverer: a process of its own.
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { delivererOver } from '../../src/runtime/deliver/deliverer.ts';
import { localChannel } from '../../src/runtime/index.ts';
import { env } from '../checkout/kinds.ts';
import { keptIssue } from '../support/forge-issues.ts';
import { forgeServer, forgeToken } from '../support/forge-server.ts';

const delivererFile = fileURLToPath(new URL('../../src/runtime/deliver/main.ts', import.meta.url));

test('is read whole, to its last letter; a limit comes through with its end', async () => {
  const lab = await realpath(await mkdtemp(join(tmpdir(), 'fleet-issues-')));
  onTestFinished(() => rm(lab, { recursive: true, force: true }));
  const deliverer = delivererOver(
    localChannel({
      argv: [process.execPath, delivererFile],
      env: { ...process.env, ...env, SHOP_TOKEN: forgeToken },
      cwd: lab,
    }),
  );
  await using there = await forgeServer('github', async () => []);
  // Of three bytes each: some lie across two parts of the stream.
  const body = '…'.repeat(16_000);
  there.issues.push(...Array.from({ length: 50 }, (_, n) => keptIssue(n + 1, { body })));
  const at = { forge: 'github', api: there.api, repository: 'acme/shop', product: 'shop' } as const;
  const order = { ...at, token: 'SHOP_TOKEN', label: 'agent', page: 1, etag: null };
  const { issues } = await deliverer.issues(order);
  expect(issues).toHaveLength(50);
  expect(issues?.every((one) => one.body === body)).toBe(true);
  there.faults.push({ on: 'GET', when: 'before', status: 429, headers: { 'retry-after': '1800' } });
  const late = await deliverer.issues(order).catch((error: unknown) => error);
  expect(late).toMatchObject({ code: 'FORGE_RATE_LIMITED', product: 'shop' });
  expect((late as { untilMs: number }).untilMs).toBeGreaterThan(Date.now() + 1_000_000);
});
