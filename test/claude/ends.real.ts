// Ends in the middle of the work: a builder at its first request, its lead and its coordinator waiting for it.
import { describe, expect, it } from 'vitest';
import { by } from '../real/open.ts';
import { until } from '../simulator/ov.ts';
import { roleOf } from './figures.ts';
import { patienceMs, withClaude } from './open.ts';

const lab = withClaude();

/** A session with three Claude Codes at work, whose builder gets no answer until `end()`. */
async function atWork(name: string) {
  const { fleet: mine } = await lab.open(name);
  const id = mine.start(name, 'Add hello.txt');
  const hold = lab.model().hold({ agent: `builder-${id}` });
  await until(hold.held, (held) => held > 0, patienceMs);
  expect(lab.claudes(name)).toHaveLength(3);
  return { mine, id, hold };
}

function kill(name: string, role: string): void {
  const found = lab.claudes(name).find(({ pid }) => roleOf(pid) === role);
  if (!found) throw new Error(`Expected a Claude Code of the ${role}, got none`);
  process.kill(found.pid, 'SIGKILL');
}

describe('an end in the middle of the work', () => {
  it('stops, and leaves no process', async () => {
    const { mine, id, hold } = await atWork('stopped');
    mine.fleetd.fleet.commands.stop('stopped', null, by);
    await mine.reaches(id, 'cancelled');
    expect(mine.events('session.ended')[0]?.data).toMatchObject({ leftovers: [] });
    await lab.expectNothingLeft('stopped');
    hold.end();
  });

  it('pauses, leaves no process, and goes on after the resume', async () => {
    const { mine, id, hold } = await atWork('paused');
    mine.fleetd.fleet.controls.pause('paused', 'lunch', by);
    await mine.reaches(id, 'queued');
    await lab.expectNothingLeft('paused');
    hold.end();
    mine.fleetd.fleet.controls.resume('paused', by);
    await mine.reaches(id, 'running');
    mine.fleetd.fleet.commands.stop('paused', null, by);
    await mine.reaches(id, 'cancelled');
    await lab.expectNothingLeft('paused');
  });

  it('fails when kill -9 takes the coordinator, says so, and leaves no process', async () => {
    const { mine, id, hold } = await atWork('headless');
    kill('headless', 'coordinator');
    expect(await mine.reaches(id, 'done', 'failed')).toMatchObject({ state: 'failed' });
    await lab.expectNothingLeft('headless');
    hold.end();
  });

  it('tells of a builder that kill -9 took, and of its lead, which waits for nobody', async () => {
    const { mine, id, hold } = await atWork('bereft');
    kill('bereft', 'builder');
    hold.end();
    const lost = () => mine.events('worker.lost').map(({ data }) => data.agent);
    await until(lost, (agents) => agents.length === 2, patienceMs);
    expect(lost().sort()).toEqual([`builder-${id}`, `lead-${id}`]);
    const notices = mine.fleetd.fleet.outbox.due(0).map(({ text }) => text);
    expect(notices).toContainEqual(expect.stringContaining(`WORKER_CUT_OFF: Worker builder-${id} of bereft`));
    mine.fleetd.fleet.commands.stop('bereft', null, by);
    await mine.reaches(id, 'cancelled');
    await lab.expectNothingLeft('bereft');
  });
});
