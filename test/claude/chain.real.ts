// An objective from its start to its result, through a coordinator, a lead and a builder.
import { expect, it } from 'vitest';
import { until } from '../simulator/ov.ts';
import { usualUsage } from '../support/model-server/server.ts';
import { keepFigures, pssBytes, roleOf } from './figures.ts';
import { patienceMs, withClaude } from './open.ts';

const lab = withClaude();
/** Input and output, without cache. */
const tokensOfReply = usualUsage.input_tokens + usualUsage.output_tokens;

it('objective → coordinator → lead → builder commits → merge_ready → merge → done, with result, cost and branches', async () => {
  const { fleet: mine, root } = await lab.open('chain');
  const begunMs = Date.now();
  const id = mine.start('chain', 'Add hello.txt');
  await mine.reaches(id, 'running', 'failed');
  const startMs = Date.now() - begunMs;
  const builder = { agent: `builder-${id}` };
  const hold = lab.model().hold(builder);
  await until(hold.held, (held) => held > 0, patienceMs);
  const claudes = lab.claudes('chain');
  const pss = Object.fromEntries(claudes.map(({ pid }) => [roleOf(pid), pssBytes(pid)]));
  expect(Object.keys(pss).sort()).toEqual(['builder', 'coordinator', 'lead']);
  hold.end();

  expect(await mine.reaches(id, 'done', 'failed')).toMatchObject({ state: 'done' });
  expect(lab.git(root, 'show', 'HEAD:hello.txt')).toBe(`hello from builder-${id}`);
  const branch = `overstory/builder-${id}/b-${id}`;
  const { objective, result } = await lab.client(mine).result(id);
  expect(result).toContain(`Merged ${branch}; nothing is left.`);
  expect(objective).toMatchObject({
    why: 'The coordinator reported that the run is complete.',
    outcome: { sessions: 1, workers: 2, gates: 0, merged: 1 },
  });
  expect(mine.events('session.ended')[0]?.data).toMatchObject({
    merged: [branch],
    leftovers: [],
    errors: [],
  });
  // Each reply is counted once, whatever the number of its blocks.
  const agents = objective.outcome?.agents ?? [];
  for (const agent of [`lead-${id}`, `builder-${id}`])
    expect(agents.find(({ name }) => name === agent)).toMatchObject({
      tokens: lab.model().asked({ agent }).length * tokensOfReply,
      unpricedTokens: 0,
    });
  expect(objective.outcome?.costUsd).toBeGreaterThan(0);
  // The third request of the builder carries what its commit gave back.
  const firstCommitMs = (lab.model().asked(builder)[2]?.atMs ?? 0) - begunMs;
  keepFigures({ startMs, firstCommitMs, doneMs: Date.now() - begunMs, pssBytes: pss });
  await lab.expectNothingLeft('chain');
});
