// A usage limit on one account, while another works on; and what waited goes on after the reset.
import { expect, it } from 'vitest';
import { until } from '../simulator/ov.ts';
import { faults } from '../support/model-server/faults.ts';
import { inMinutes, patienceMs, withClaude } from './open.ts';

/** Of a subscription, made up. */
const token = `sk-ant-oat01-made-up-${'0'.repeat(40)}`;
const lab = withClaude();

it('closes the account at its limit, lets the other work, and wakes who waited once it is reset', async () => {
  for (const name of ['limited', 'working']) await lab.real().product(name);
  const mine = await lab.openFleet({
    channel: lab.real().channel({ TEAM_TOKEN: token }),
    products: ['limited', 'working'],
    sections: 'accounts:\n  - name: team\n    kind: subscription\n    variable: TEAM_TOKEN\n',
    extra: (name) => (name === 'limited' ? 'account: team' : ''),
  });
  const team = () => mine.fleetd.fleet.status(null).accounts?.find(({ name }) => name === 'team');
  const resetAtS = inMinutes(100);
  const limit = lab.model().fail({ key: token }, faults.usageLimit(resetAtS));
  const waits = mine.start('limited', 'Only report that you are here.');
  const works = mine.start('working', 'Only report that you are here.');
  const closed = await until(team, (seen) => seen?.state === 'closed', patienceMs);
  expect(closed).toMatchObject({ until: new Date(resetAtS * 1000).toISOString(), products: ['limited'] });
  expect(await mine.reaches(works, 'done', 'failed')).toMatchObject({ state: 'done' });
  expect(mine.objective(waits).state).toBe('running');
  expect(team()?.state).toBe('closed');
  limit.end();
  expect(await mine.reaches(waits, 'done', 'failed')).toMatchObject({ state: 'done' });
  expect(team()?.state).toBe('open');
  expect(lab.model().asked({ key: token }).length).toBeGreaterThan(0);
});
