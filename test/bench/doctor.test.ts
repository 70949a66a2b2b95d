// `fleet doctor` on sixteen products that are clones of a human's folders, as a terminal runs it: the built command, a
// fleetd of its own, a real agent. It is looked at often, and by somebody who waits.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dist, type FleetdProcess, type Lab, openLab, until } from '../../bench/lab.ts';
import type { Finding } from '../../src/contract/doctor.ts';

const count = 16;
let lab: Lab;
let fleetd: FleetdProcess;
beforeAll(async () => {
  lab = await openLab({ products: count, cloned: true });
  fleetd = await lab.fleetd();
}, 240_000);
afterAll(() => lab?.[Symbol.asyncDispose]());

/** ms of wall, and what it printed */
function timed(argv: string[]): { ms: number; stdout: string } {
  const startedAt = performance.now();
  const stdout = execFileSync(process.execPath, argv, { encoding: 'utf8', env: lab.env });
  return { ms: performance.now() - startedAt, stdout };
}

/** A count of disk runs beside the rest. */
const counted = () =>
  until(async () => (await fleetd.client.status()).products.every((one) => one.diskBytes !== undefined));

test('takes no longer than two seconds where an empty Node takes 35 ms', async () => {
  await counted();
  const asked = [join(dist, 'cli.cjs'), 'doctor', '--json', '--socket', fleetd.socket];
  const found: Finding[] = JSON.parse(timed(asked).stdout).data;
  for (const { name } of lab.products)
    expect(found.find(({ check, product }) => check === 'checkout' && product === name)).toMatchObject({
      state: 'ok',
      says: expect.stringMatching(/^a clone of .* [KM]iB of disk/),
    });
  // A busy machine is slow at both: measured in turn, the best of each.
  const pairs = Array.from({ length: 5 }, () => ({ empty: timed(['-e', '0']).ms, doctor: timed(asked).ms }));
  const best = (what: 'empty' | 'doctor') => Math.min(...pairs.map((pair) => pair[what]));
  console.log(
    `fleet doctor at ${count} products: ${Math.round(best('doctor'))} ms, empty Node ${Math.round(best('empty'))} ms`,
  );
  expect(best('doctor') / best('empty')).toBeLessThan(2_000 / 35);
}, 120_000);
