// The first start of many products at once: one home, one Claude config, nobody who could answer a question.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readScreen } from '../../src/overstory/screen.ts';
import { until } from '../simulator/ov.ts';
import { keepFigures, pssBytes } from './figures.ts';
import { withClaude } from './open.ts';

const lab = withClaude();
const names = Array.from({ length: 16 }, (_, n) => `p${String(n + 1).padStart(2, '0')}`);
/** Each start takes some seconds of a core. */
const minutes = 25;

it('starts sixteen products at once in one Claude config: no question on a screen, each hears its objective', {
  timeout: minutes * 60_000,
}, async () => {
  for (const name of names) await lab.real().product(name);
  const mine = await lab.openFleet({
    channel: lab.real().channel(),
    products: names,
    maxSessions: names.length,
    patienceMs: minutes * 60_000,
  });
  const begunMs = Date.now();
  const seconds = () => Math.round((Date.now() - begunMs) / 1_000);
  const ids = names.map((name) => mine.start(name, 'Only report that you are here.'));
  // Held, so that all sixteen are there at once.
  const hold = lab.model().hold({ role: 'coordinator' });
  const held = await until(hold.held, shown('at their first request', names.length), minutes * 60_000);
  const startedMs = Date.now() - begunMs;
  expect(held).toBe(names.length);
  const screens = await Promise.all(
    names.map(async (name) => {
      const pane = `=overstory-${name}-coordinator:`;
      return readScreen(await lab.real().tmux('capture-pane', '-p', '-t', pane), Date.now());
    }),
  );
  expect(screens.map(({ state }) => state)).not.toContain('blank');
  expect(screens.filter(({ state }) => state === 'dialog')).toEqual([]);
  const claudes = lab.claudes(...names);
  const bytes = claudes.reduce((sum, { pid }) => sum + pssBytes(pid), 0);
  expect(claudes).toHaveLength(names.length);
  hold.end();

  const done = () => ids.filter((id) => ['done', 'failed'].includes(mine.objective(id).state)).length;
  await until(done, shown('done', names.length), minutes * 60_000);
  expect(ids.map((id) => mine.objective(id).state)).toEqual(ids.map(() => 'done'));
  const asked = lab.model().asked({ role: 'coordinator' });
  for (const id of ids) expect(asked.some(({ text }) => text.includes(`Objective ${id}.`))).toBe(true);
  // Each was trusted by the one file that all of them wrote.
  const { projects } = JSON.parse(readFileSync(join(lab.real().env.HOME ?? '', '.claude.json'), 'utf8'));
  for (const name of names)
    expect(projects[join(lab.real().workspace, name)]).toMatchObject({ hasTrustDialogAccepted: true });
  keepFigures({ many: { products: names.length, startedMs, doneMs: Date.now() - begunMs, pssBytes: bytes } });
  expect(lab.claudes(...names)).toEqual([]);

  /** True once there are so many; says so when there are more than before. */
  function shown(what: string, all: number) {
    let before = 0;
    return (count: number) => {
      if (count > before) console.log(`${seconds()} s: ${count} of ${all} ${what}`);
      before = count;
      return count === all;
    };
  }
});
