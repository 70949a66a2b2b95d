// What a session uses of the model, from the agent's report to what people see.
import { describe, expect, it } from 'vitest';
import { priceOf, together } from '../../src/prices/index.ts';
import { objectiveText, productText, surfaceFor, treeText } from '../../src/text/index.ts';
import { product, registry, testFleet } from '../support/fleet.ts';
import { fleetStatus, nowMs, productView, worker } from '../support/views.ts';

async function running(reg = registry([product('alpha')])) {
  const t = testFleet({ registry: reg });
  await t.clock.settle();
  t.start('alpha', 'fix it');
  await t.clock.advance(1_000);
  const events = (kind: string) => t.journal.eventsAfter(0, 10_000).filter((event) => event.kind === kind);
  return Object.assign(t, { events, alpha: () => t.fleet.status('alpha').products[0] });
}
const spend = (changes: object = {}) => ({
  name: 'coordinator',
  models: ['claude-opus-5-5'],
  costUsd: 0.17,
  tokens: 9_000,
  unpricedTokens: 0,
  stated: true,
  ...changes,
});

describe('what a session uses', () => {
  it('is told per agent while it runs and when it is over', async () => {
    const t = await running();
    t.fake.product('alpha').live = { costUsd: 0.5, tokens: 4_000 };
    await t.clock.advance(61_000);
    expect(t.alpha()?.spend).toMatchObject({
      costUsd: 0.5,
      agents: [{ name: 'coordinator', models: ['claude-new-9'], costUsd: 0.5, tokens: 4_000 }],
    });
    t.fake.mailFrom('alpha', { subject: 'Run complete' });
    await t.clock.advance(1_000);
    const over = t.fleet.commands.objective('obj-1');
    expect(over.outcome?.agents).toMatchObject([{ name: 'coordinator', costUsd: 0.5 }]);
    expect(objectiveText(surfaceFor({ kind: 'chat', nowMs }), over)).toMatch(
      /coordinator.*claude-new-9, \$0\.50/,
    );
  });

  it('that has a price only in part is the least that it was, and counted as not known', async () => {
    const t = await running();
    t.fake.product('alpha').live = { costUsd: 0.5, tokens: 4_000, unpriced: 7_000 };
    await t.clock.advance(61_000);
    expect(t.fleet.status(null).capacity).toMatchObject({
      spentTodayUsd: 0.5,
      today: { sessions: 1, unpriced: 1, tokens: 11_000 },
    });
    expect(t.events('session.spent')[0]?.text).toBe(
      'obj-1 on alpha has cost at least $0.50 so far (11000 tokens).',
    );
    t.fake.mailFrom('alpha', { subject: 'Run complete' });
    await t.clock.advance(1_000);
    expect(t.fleet.report('today').lines.join('\n')).toMatch(
      /, at least \$0\.50; [\s\S]*, at least \$0\.50$/,
    );
    expect(t.events('objective.ended')).toHaveLength(1);
  });

  it('is priced by products.yaml where that names the model, whatever Claude Code says', async () => {
    const t = await running({
      ...registry([product('alpha')]),
      prices: new Map([['claude-new-9', priceOf(1_000, 0)]]),
    });
    t.fake.product('alpha').live = { costUsd: 0.5, tokens: 4_000 };
    await t.clock.advance(61_000);
    expect(t.alpha()?.spend?.costUsd).toBe(4);
  });

  it('stays what it was when it cannot be read, and as an older journal has it', async () => {
    const t = await running();
    t.journal.record({
      kind: 'session.spent',
      product: 'alpha',
      objective: 'obj-1',
      text: 'as written before costs were read from transcripts',
      data: { session: 1, costUsd: 2, tokens: 10 },
    });
    expect(t.alpha()?.spend).toBeUndefined();
    expect(t.fleet.status(null).capacity).toMatchObject({ spentTodayUsd: 2, today: { unpriced: 0 } });
    t.fake.product('alpha').live = { costUsd: 1, tokens: 5 };
    await t.clock.advance(61_000);
    expect(t.fleet.status(null).capacity.spentTodayUsd).toBe(2);
  });

  it('of several sessions of one objective is added up by name', () => {
    const lead = spend({ name: 'lead-1', costUsd: null, unpricedTokens: 9_000 });
    expect(
      together([spend(), lead, spend({ models: ['b'], stated: false }), spend({ costUsd: null })]),
    ).toEqual([
      spend({ models: ['claude-opus-5-5', 'b'], costUsd: 0.34, tokens: 27_000, stated: false }),
      lead,
    ]);
  });
});

describe('who runs on what', () => {
  const status = (
    agents = [spend(), spend({ name: 'lead-1', models: ['claude-x'], costUsd: null, unpricedTokens: 9_000 })],
  ) =>
    fleetStatus([
      productView('alpha', {
        state: 'running',
        workers: [worker('lead-1', 'working'), worker('scout-1', 'working')],
        spend: { costUsd: 0.17, agents },
      }),
    ]);
  const shown = (text: typeof productText, of = status()) => {
    const [only] = of.products;
    return only ? text(surfaceFor({ kind: 'terminal', nowMs, columns: 200 }), of, only) : '';
  };

  it('is in the detail of a product and in its tree', () => {
    const detail = shown(productText);
    expect(detail).toMatch(
      /cost +at least \$0\.17 \(of 9,000 tokens no price is known\) so far, of 2 agents/,
    );
    expect(detail).toMatch(/coordinator +claude-opus-5-5, \$0\.17/);
    expect(detail).toMatch(/lead-1.*claude-x, 9,000 tokens, no price known/);
    const tree = treeText(surfaceFor({ kind: 'terminal', nowMs, columns: 200 }), status());
    expect(tree).toContain('coordinator, on claude-opus-5-5');
    expect(tree).toMatch(/lead-1 .*, on claude-x/);
    expect(tree).not.toMatch(/scout-1 .*, on/);
  });

  it('says when hidden requests are not in it, and defuses what calls itself a model', () => {
    expect(shown(productText, status([spend({ stated: false })]))).toContain(
      'counted by replies: hidden requests of Claude Code are not in it',
    );
    const hostile = status([spend({ models: ['<!channel>\u001b[31m\n# owned'] })]);
    for (const bad of ['\u001b[31m', '\n# owned']) expect(shown(productText, hostile)).not.toContain(bad);
  });
});
