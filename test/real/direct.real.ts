// One worker without a coordinator under the real ov: what `ov sling --parent operator` does, told by the fleet.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { until } from '../simulator/ov.ts';
import { by, withRealOv } from './open.ts';

const lab = withRealOv();
const { open, expectNothingLeft, running } = lab;
const git = (root: string, ...words: string[]) =>
  execFileSync('git', words, {
    cwd: root,
    encoding: 'utf8',
    env: lab.real().env as NodeJS.ProcessEnv,
  }).trim();

describe('one worker without a coordinator', () => {
  it('a builder commits and reports; its branch is merged', async () => {
    const { fleet: mine, root } = await open('built');
    const id = mine.start('built', 'fake:think', 'builder');
    const { why, state } = await mine.reaches(id, 'done', 'failed');
    expect({ state, why }).toMatchObject({
      state: 'done',
      why: expect.stringContaining(`its branch overstory/builder-${id}-1/${id} is merged.`),
    });
    expect(existsSync(join(root, 'fake-claude', `builder-${id}-1.md`))).toBe(true);
    expect(git(root, 'status', '--porcelain')).toBe('');
    expect(mine.events('operator-mail.counted').filter(({ data }) => data.origin === 'foreign')).toEqual([]);
    await expectNothingLeft('built');
  });

  it('a scout reports and changes nothing', async () => {
    const { fleet: mine, root } = await open('scouted');
    const head = git(root, 'rev-parse', 'HEAD');
    const id = mine.start('scouted', 'look', 'scout');
    expect(await mine.reaches(id, 'done', 'failed')).toMatchObject({
      state: 'done',
      why: 'The scout has reported; it changed nothing.',
    });
    expect(git(root, 'rev-parse', 'HEAD')).toBe(head);
    await expectNothingLeft('scouted');
  });

  it('a question reaches the human, and the answer another worker on its branch', async () => {
    const { fleet: mine, root } = await open('asking');
    const id = mine.start('asking', 'fake:ask', 'builder');
    const { gates } = mine.fleetd.fleet.loop.context.journal;
    const [gate] = await until(
      () => gates.openGates('asking'),
      (found) => found.length > 0,
      60_000,
    );
    mine.fleetd.fleet.gates.resolve(gate?.n ?? 0, 'answered', 'B', by, 'operator');
    expect(await mine.reaches(id, 'done', 'failed')).toMatchObject({ state: 'done' });
    expect(gates.gate(gate?.n ?? 0)?.delivery).toBe('read');
    expect(existsSync(join(root, 'fake-claude', `builder-${id}-1-2.md`))).toBe(true);
    await expectNothingLeft('asking');
  });

  it('one that dies in its turn, and one that says nothing, have failed', async () => {
    const { fleet: mine } = await open('dying');
    const dies = mine.start('dying', 'fake:die', 'builder');
    expect((await mine.reaches(dies, 'done', 'failed')).why).toMatch(
      /^builder-obj-\d-\d died in the middle of its turn/,
    );
    const mute = mine.start('dying', 'fake:mute', 'scout');
    expect((await mine.reaches(mute, 'done', 'failed')).why).toMatch(/ended its turn without a report/);
    await expectNothingLeft('dying');
  });

  it('is stopped in its turn, and leaves nothing', async () => {
    const { fleet: mine } = await open('stopped');
    const id = mine.start('stopped', 'fake:busy', 'builder');
    await running(id);
    mine.fleetd.fleet.commands.stop('stopped', null, by);
    expect(await mine.reaches(id, 'cancelled')).toMatchObject({ state: 'cancelled' });
    await expectNothingLeft('stopped');
  });
});
