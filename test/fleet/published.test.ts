// What is said of work that came into the human's repository.
import { afterEach, expect, it } from 'vitest';
import { product, registry, testFleet } from '../support/fleet.ts';

let t: ReturnType<typeof testFleet>;
afterEach(() => t.fleet.close());

it.each([
  [0, 'Its work is the branch fleet/obj-1 (2 commits) of your repository.'],
  [
    1,
    'Its work is the branch fleet/obj-1 (2 commits) of your repository. The contents of 1 file of git-lfs did not come with it: copy what is in /workspace/alpha/.git/lfs/objects of the runtime into .git/lfs/objects of yours before you check it out.',
  ],
])('with the contents of %i files left where it was made', async (contentsLeft, says) => {
  t = testFleet({
    registry: registry([product('alpha', { root: '/workspace/alpha', source: '/projects/alpha' })]),
    publisher: {
      publish: async (_, __, branch) => ({
        branch,
        head: 'c0ffee'.padEnd(40, '0'),
        commits: 2,
        contentsLeft,
        written: true,
      }),
    },
  });
  await t.clock.settle();
  t.start('alpha', 'ship it');
  await t.clock.advance(60_000);
  t.fake.mailFrom('alpha', { subject: 'Run complete: [obj-1]' });
  await t.clock.advance(60_000);
  expect(t.journal.objective('obj-1')).toMatchObject({ state: 'done' });
  const [published] = t.journal
    .eventsOf('obj-1', 'action.settled')
    .filter(({ text }) => text.startsWith('Its work'));
  expect(published?.text).toBe(says);
});
