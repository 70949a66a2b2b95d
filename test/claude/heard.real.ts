// Mail that comes in the middle of a turn: overstory's hook marks it read, and Claude Code shows its model nothing of it.
import { expect, it } from 'vitest';
import { by } from '../real/open.ts';
import { until } from '../simulator/ov.ts';
import { patienceMs, withClaude } from './open.ts';

const lab = withClaude();

it('lets a busy coordinator hear what it was sent meanwhile, once it is idle', async () => {
  const { fleet: mine } = await lab.open('busy');
  const id = mine.start('busy', 'Add hello.txt');
  const hold = lab.model().hold({ role: 'lead' });
  await until(hold.held, (held) => held > 0, patienceMs);
  const word = 'say in your report that the weather is fine';
  // `ov sling` lasts as long as the lead's turn: its coordinator is busy.
  const sent = await mine.fleetd.fleet.commands.message('busy', { text: word, source: by });
  expect(sent.nudged).toBe(false);
  const heard = () =>
    lab
      .model()
      .asked({ role: 'coordinator' })
      .some(({ text }) => text.includes(word));
  expect(heard()).toBe(false);
  hold.end();
  await until(heard, (seen) => seen, patienceMs);
  expect(await mine.reaches(id, 'done', 'failed')).toMatchObject({ state: 'done' });
  await lab.expectNothingLeft('busy');
});
