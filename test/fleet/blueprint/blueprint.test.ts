// Blueprints through the real loop and journal: applied, changed, failed, tried again, deleted.
import { describe, expect, it } from 'vitest';
import type { Source } from '../../../src/contract/source.ts';
import { product, registry, testFleet } from '../../support/fleet.ts';

const plan = (more = '', ship = 'Ship auth') => `blueprint: launch
steps:
  - {name: ship, product: a, objective: ${ship}}
  - {name: docs, product: b, objective: Write the docs, needs: [ship]}
  - {name: announce, product: c, objective: Announce it, needs: [ship, docs]}
${more}`;

async function ready() {
  const t = testFleet({
    registry: registry([product('a'), product('b'), product('c')], {
      maxConcurrentSessions: 3,
      maxLiveSessions: 6,
    }),
  });
  await t.clock.settle();
  const step = (name: string) => t.fleet.blueprints.get('launch').steps.find((one) => one.name === name);
  return Object.assign(t, {
    step,
    apply: (yaml: string, source: Source = t.source) => t.fleet.blueprints.apply({ yaml, source }),
    diff: (yaml: string) =>
      t.fleet.blueprints
        .diff({ yaml, source: t.source })
        .changes.map(({ step: name, action }) => `${name} ${action}`),
    async finish(name: string) {
      const { id, product: where } = step(name) ?? {};
      t.fake.mailFrom(where ?? '', { subject: `Run complete: [${id}]` });
      await t.clock.advance(1_000);
    },
    states: () => t.fleet.blueprints.get('launch').steps.map(({ name, state }) => `${name} ${state}`),
  });
}

describe('apply', () => {
  it('runs each step when what it needs is done', async () => {
    const t = await ready();
    const { changes, applied } = t.apply(plan());
    expect(applied).toBe(true);
    expect(changes.map(({ action }) => action)).toEqual(['add', 'add', 'add']);
    await t.clock.advance(1_000);
    expect(t.states()).toEqual(['ship running', 'docs queued', 'announce queued']);
    expect(t.step('docs')?.why).toContain('obj-1');
    await t.finish('ship');
    expect(t.states()).toEqual(['ship done', 'docs running', 'announce queued']);
    await t.finish('docs');
    await t.finish('announce');
    expect(t.states()).toEqual(['ship done', 'docs done', 'announce done']);
  });

  it('a second time changes nothing, whatever has become of the steps', async () => {
    const t = await ready();
    t.apply(plan());
    await t.clock.advance(1_000);
    const before = t.fleet.lastSeq();
    expect(t.diff(plan())).toEqual(['ship keep', 'docs keep', 'announce keep']);
    t.apply(plan());
    await t.finish('ship');
    t.apply(plan());
    expect(t.fleet.commands.objectives(10, null)).toHaveLength(3);
    expect(t.journal.eventsAfter(before, 1_000).filter(({ kind }) => kind === 'blueprint.applied')).toEqual(
      [],
    );
  });

  it('replaces what waits and differs, with what needs it; adds and removes; refuses to change what is at work', async () => {
    const t = await ready();
    t.fleet.controls.pause('a', null, t.source);
    t.apply(plan());
    const more = '  - {name: mail, product: c, objective: Mail it, needs: [announce]}\n';
    expect(t.diff(plan(more, 'Ship auth and logout'))).toEqual([
      'ship replace',
      'docs replace',
      'announce replace',
      'mail add',
    ]);
    t.apply(plan(more, 'Ship auth and logout'));
    expect(t.fleet.commands.objectives(10, 'cancelled').map(({ id }) => id)).toEqual([
      'obj-3',
      'obj-2',
      'obj-1',
    ]);
    expect(t.journal.objective('obj-6')?.needs).toEqual(['obj-4', 'obj-5']);
    expect(t.diff(plan('', 'Ship auth and logout'))).toContain('mail remove');
    t.apply(plan('', 'Ship auth and logout'));
    expect(t.fleet.commands.objective('obj-7').state).toBe('cancelled');
    t.fleet.controls.resume('a', t.source);
    await t.clock.advance(1_000);
    expect(() => t.apply(plan())).toThrow(expect.objectContaining({ code: 'BLUEPRINT_BUSY' }));
    expect(t.states()[0]).toBe('ship running');
  });

  it('is all or nothing, and not for the model', async () => {
    const t = await ready();
    t.setRegistry(registry([product('a'), product('b'), product('c', { overstory: false })]));
    expect(() => t.apply(plan())).toThrow(expect.objectContaining({ code: 'PRODUCT_NOT_STARTABLE' }));
    expect(() => t.apply(plan(), { via: 'model', sender: null, thread: null })).toThrow(
      expect.objectContaining({ code: 'HUMAN_ONLY' }),
    );
    expect(t.fleet.commands.objectives(10, null)).toEqual([]);
    expect(t.fleet.blueprints.list()).toEqual([]);
  });
});

describe('a step that fails', () => {
  it('stops what needs it, with the reason, tells the human, and a retry goes on', async () => {
    const t = await ready();
    t.apply(plan());
    await t.clock.advance(1_000);
    // the coordinator is gone without a word
    t.fake.product('a').coordinator = 'dead';
    t.fake.changed('a');
    await t.clock.advance(20_000);
    expect(t.states()).toEqual(['ship failed', 'docs queued', 'announce queued']);
    expect(t.step('docs')?.why).toMatch(/cannot start: it needs obj-1, which is failed/);
    expect(t.fleet.outbox.due(0).map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/It holds up obj-2 on b, obj-3 on c; `fleet retry obj-1`/),
    );
    await t.clock.advance(3_600_000);
    expect(t.fake.product('b').starts).toBe(0);
    expect(t.fleet.blueprints.retry('launch', t.source).steps[0]?.state).not.toBe('failed');
    await t.clock.advance(1_000);
    expect(t.states()).toEqual(['ship running', 'docs queued', 'announce queued']);
    for (const name of ['ship', 'docs', 'announce']) await t.finish(name);
    expect(t.states()).toEqual(['ship done', 'docs done', 'announce done']);
    expect(t.fake.product('b').starts).toBe(1);
    expect(() => t.fleet.blueprints.retry('launch', t.source)).toThrow(
      expect.objectContaining({ code: 'NOTHING_TO_RETRY' }),
    );
  });
});

describe('a draft', () => {
  const draft = (t: Awaited<ReturnType<typeof ready>>, product = 'c') =>
    t.fleet.blueprints.draft({
      name: 'launch',
      description: null,
      source: { via: 'model', sender: null, thread: 'chat-1' },
      steps: [
        { name: 'ship', product: 'a', objective: 'Ship auth', acceptance: null, needs: [] },
        { name: 'announce', product, objective: 'Announce it', acceptance: null, needs: ['ship'] },
      ],
    });

  it('by the model is shown and runs nothing until a human applies its number, which never changes', async () => {
    const t = await ready();
    const shown = draft(t);
    expect(shown).toMatchObject({ applied: false, blueprint: { draft: 1 } });
    expect(shown.blueprint.steps.map(({ state }) => state)).toEqual(['planned', 'planned']);
    await t.clock.advance(3_600_000);
    expect(t.fleet.commands.objectives(10, null)).toEqual([]);
    draft(t, 'b');
    expect(() =>
      t.fleet.blueprints.apply({ draft: 1, source: { via: 'model', sender: null, thread: null } }),
    ).toThrow(expect.objectContaining({ code: 'HUMAN_ONLY' }));
    t.fleet.blueprints.apply({ draft: 1, source: t.source });
    expect(t.journal.objective('obj-2')).toMatchObject({ product: 'c', source: t.source });
    expect(t.fleet.blueprints.list().map(({ name, draft: n }) => [name, n])).toEqual([
      ['launch', null],
      ['launch', 2],
    ]);
  });

  it('that makes no sense is refused', async () => {
    const t = await ready();
    expect(() => draft(t, 'nope')).toThrow(expect.objectContaining({ code: 'BLUEPRINT_INVALID' }));
    expect(() => t.fleet.blueprints.apply({ draft: 9, source: t.source })).toThrow(
      expect.objectContaining({ code: 'DRAFT_UNKNOWN' }),
    );
  });
});

describe('delete', () => {
  it.each([
    [false, ['done', 'cancelled', 'running']],
    [true, ['done', 'cancelled', 'cancelled']],
  ])('with --stop %s', async (stop, [, docs, ship]) => {
    const t = await ready();
    t.apply(plan());
    await t.clock.advance(1_000);
    t.fleet.blueprints.delete('launch', stop, t.source);
    await t.clock.advance(60_000);
    expect(t.fleet.commands.objective('obj-1').state).toBe(ship);
    expect(t.fleet.commands.objective('obj-2').state).toBe(docs);
    expect(() => t.fleet.blueprints.get('launch')).toThrow(
      expect.objectContaining({ code: 'BLUEPRINT_UNKNOWN' }),
    );
  });
});
