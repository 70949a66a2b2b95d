// What of a repository's state may waste a session is told to whoever decides on it: with the answer to a start, with a
// plan that is to be approved, with a blueprint, with what recurs, and in the result.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { objectiveHandlers } from '../../src/api/objectives.ts';
import { workHandlers } from '../../src/api/work.ts';
import type { Result } from '../../src/contract/objectives.ts';
import {
  blueprintReplyText,
  gatesText,
  recurringText,
  resultText,
  surfaceFor,
} from '../../src/text/index.ts';
import { product, registry, testFleet } from '../support/fleet.ts';

const caution = 'PRODUCT_UNCOMMITTED: Agents see what is committed, and not its 1 uncommitted change: a.txt.';
const plan = { subject: 'PLAN [obj-1] ship it', body: '1. One lead. Approve?', type: 'question' };
const call = { signal: new AbortController().signal };
const terminal = surfaceFor({ kind: 'terminal', nowMs: 0, columns: 1000 });
let t: ReturnType<typeof testFleet>;
beforeEach(async () => {
  t = testFleet({ registry: registry([product('alpha'), product('beta')], { maxConcurrentSessions: 1 }) });
  t.fake.product('alpha').cautions = [caution];
  await t.clock.settle();
});
afterEach(() => t.fleet.close());

const noticed = () => t.fleet.outbox.due(0).map(({ text }) => text);

it('with the answer, with the plan, and in the result', async () => {
  const api = objectiveHandlers(t.fleet, 'operator');
  const asked = { product: 'alpha', text: 'ship it', acceptance: null, needs: [], source: t.source };
  const answer = await api.start({ ...asked, idempotencyKey: null }, call);
  expect(answer.cautions).toEqual([caution]);
  await t.clock.settle();
  t.fake.mailFrom('alpha', plan);
  await t.clock.settle();
  const [gate] = t.fleet.gates.list('alpha', false);
  expect(gate).toMatchObject({ kind: 'plan', cautions: [caution] });
  expect(gatesText(terminal, gate ? [gate] : [])).toContain(`Known before it began: ${caution}`);
  expect(noticed().filter((text) => text.includes(caution))).toEqual([expect.stringContaining('Gate 1')]);
  expect(resultText(terminal, (await api.result('obj-1', call)) as Result)).toContain(
    `Known before it began: ${caution}`,
  );
  // Once more is not twice: only what is new of the repository is recorded again.
  expect(t.journal.eventsOf('obj-1', 'session.cautioned')).toHaveLength(1);
});

it('with a blueprint, of the products whose steps are to be done', async () => {
  const work = workHandlers(t.fleet);
  const steps = ['alpha', 'beta'].map((name) => ({
    name: `on-${name}`,
    product: name,
    objective: 'ship it',
    acceptance: null,
    needs: [],
  }));
  const drafted = await work.draftBlueprint(
    { name: 'both', description: null, steps, source: t.source },
    call,
  );
  expect(drafted.cautions).toEqual([{ product: 'alpha', says: caution }]);
  expect(blueprintReplyText(terminal, drafted)).toContain(`Before alpha begins: ${caution}`);
  const applied = await work.applyBlueprint({ draft: 1, source: t.source }, call);
  expect(applied.cautions).toEqual([{ product: 'alpha', says: caution }]);
  // What is at work has traces of its own.
  expect((await work.diffBlueprint({ draft: 1, source: t.source }, call)).cautions).toBeUndefined();
});

it('when something is set up to recur, and to whoever it is told when it begins', async () => {
  const work = workHandlers(t.fleet);
  const set = await work.every(
    {
      every: '*/5 * * * *',
      product: 'alpha',
      text: 'posts',
      acceptance: null,
      timeZone: 'UTC',
      missed: 'once',
      replace: false,
      name: null,
      source: t.source,
    },
    call,
  );
  expect(set.cautions).toEqual([caution]);
  expect(recurringText(terminal, [set])).toContain(`As it is now: ${caution}`);
  expect(noticed()).toEqual([]);
  await t.clock.advance(6 * 60_000);
  expect(noticed().join('\n')).toContain(`Before obj-1 on alpha begins: ${caution}`);
});
