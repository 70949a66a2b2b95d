// A usage limit that only a headless worker runs into: it has no screen, and its coordinator does not ask the model meanwhile.
import { expect, it } from 'vitest';
import { by } from '../real/open.ts';
import { until } from '../simulator/ov.ts';
import { faults } from '../support/model-server/faults.ts';
import { inMinutes, patienceMs, withClaude } from './open.ts';

/** Of a subscription, made up. */
const token = `sk-ant-oat01-made-up-${'0'.repeat(40)}`;
const lab = withClaude();

it("closes the account at a builder's limit, and wakes its coordinator once it is reset", async () => {
  await lab.real().product('headless');
  const mine = await lab.openFleet({
    channel: lab.real().channel({ TEAM_TOKEN: token }),
    products: ['headless'],
    sections: 'accounts:\n  - name: team\n    kind: subscription\n    variable: TEAM_TOKEN\n',
    extra: 'account: team',
    tuning: { spendEveryMs: 5_000 },
  });
  const team = () => mine.fleetd.fleet.status(null).accounts?.find(({ name }) => name === 'team');
  const id = mine.start('headless', 'Add hello.txt');
  await until(
    () => lab.model().asked({ agent: `lead-${id}` }).length,
    (count) => count > 0,
    patienceMs,
  );
  const resetAtS = inMinutes(150);
  const limit = lab.model().fail({ agent: `builder-${id}` }, faults.usageLimit(resetAtS));
  const closed = await until(team, (seen) => seen?.state === 'closed', patienceMs);
  expect(closed).toMatchObject({ until: new Date(resetAtS * 1000).toISOString(), products: ['headless'] });
  // Nobody is at work any more: its coordinator waits for the account.
  await until(team, (seen) => seen?.waiting.includes(id) === true, patienceMs);
  await until(team, (seen) => seen?.state === 'open', patienceMs);
  limit.end();
  const heard = () =>
    lab
      .model()
      .asked({ role: 'coordinator' })
      .some(({ text }) => text.includes('The usage limit is over'));
  await until(heard, (seen) => seen, patienceMs);
  expect(mine.events('account.closed')).toHaveLength(1);
  mine.fleetd.fleet.commands.stop('headless', null, by);
  await mine.reaches(id, 'cancelled');
});
