// A human's part in the chain: a plan that is rejected and then approved, and a question.
import { describe, expect, it } from 'vitest';
import { by } from '../real/open.ts';
import { until } from '../simulator/ov.ts';
import { cpuPercent, keepFigures } from './figures.ts';
import { patienceMs, withClaude } from './open.ts';

const lab = withClaude();

describe('gates on the real Claude Code', () => {
  it('rejects a plan, approves the next, and what the coordinator says to both opens no gate', async () => {
    const { fleet: mine } = await lab.open('planned', { extra: 'plan_approval: required' });
    const { gates } = mine.fleetd.fleet;
    const id = mine.start('planned', 'Add hello.txt');
    expect(await lab.gate(mine, 'planned', 1)).toMatchObject({ kind: 'plan', objective: id });
    const [coordinator] = lab.claudes('planned');
    keepFigures({ idleCpuPercent: await cpuPercent(coordinator?.pid ?? 0, 10_000) });
    gates.resolve(1, 'rejected', 'name it after the builder', by, 'operator');
    expect((await lab.gate(mine, 'planned', 2))?.text).toContain('name it after the builder');
    gates.resolve(2, 'approved', '', by, 'operator');
    expect(await mine.reaches(id, 'done', 'failed')).toMatchObject({ state: 'done' });
    expect(
      gates
        .list('planned', true)
        .map(({ n }) => n)
        .sort(),
    ).toEqual([1, 2]);
    await lab.expectNothingLeft('planned');
  });

  it('answers a question of the coordinator, which then goes on', async () => {
    const { fleet: mine } = await lab.open('asking');
    const id = mine.start('asking', 'Add a file. Ask first which one.');
    expect(await lab.gate(mine, 'asking', 1)).toMatchObject({ objective: id, asker: 'coordinator' });
    mine.fleetd.fleet.gates.resolve(1, 'answered', 'hello.txt', by, 'operator');
    // It goes on: a lead is sent.
    await until(
      () => lab.model().asked({ agent: `lead-${id}` }).length,
      (count) => count > 0,
      patienceMs,
    );
    expect(lab.model().asked({ role: 'coordinator' }).at(-1)?.text).toContain('ANSWER by the operator');
    mine.fleetd.fleet.commands.stop('asking', null, by);
    await mine.reaches(id, 'cancelled');
    await lab.expectNothingLeft('asking');
  });
});
