// What the model writes down: kept per product, capped, deleted and decided by humans only, recorded where mulch is.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { fleetTools } from '../../src/openclaw/tools/index.ts';
import { recordLesson } from '../../src/runtime/agent/maintenance/record-lesson.ts';
import { product, registry, testFleet } from '../support/fleet.ts';

const model = { via: 'model', sender: null, thread: 'chat-1' } as const;

async function ready() {
  const t = testFleet({ registry: registry([product('alpha'), product('beta')]) });
  await t.clock.settle();
  const keep = (text: string, replaces: number | null = null, name = 'alpha') =>
    t.fleet.lessons.keep(name, { text, replaces, source: model });
  return Object.assign(t, { keep });
}

describe('lessons', () => {
  it('are kept per product, once each, as one line, and survive nothing but a human', async () => {
    const t = await ready();
    t.keep('Scout\nbefore  refactoring');
    t.keep('Scout before refactoring');
    t.keep('Ask for the tone first', null, 'beta');
    expect(t.fleet.lessons.list('alpha')).toMatchObject([{ n: 1, text: 'Scout before refactoring' }]);
    expect(t.fleet.lessons.list(null)).toHaveLength(2);
    expect(() => t.fleet.lessons.delete(1, model)).toThrow(expect.objectContaining({ code: 'HUMAN_ONLY' }));
    t.fleet.lessons.delete(1, t.source);
    expect(t.fleet.lessons.list('alpha')).toEqual([]);
    // a number is not used again
    expect(t.keep('Another').n).toBe(3);
  });

  it('are capped: then one must take the place of another', async () => {
    const t = await ready();
    for (let i = 0; i < 20; i++) t.keep(`Lesson number ${i}`);
    expect(() => t.keep('One more')).toThrow(expect.objectContaining({ code: 'LESSONS_FULL' }));
    expect(t.keep('One more', 5).n).toBe(21);
    expect(t.fleet.lessons.list('alpha').map(({ n }) => n)).not.toContain(5);
    expect(() => t.keep('of another product', 6, 'beta')).toThrow(
      expect.objectContaining({ code: 'LESSON_UNKNOWN' }),
    );
  });

  it('go to the product where mulch is, and say so', async () => {
    const t = await ready();
    const maintain = t.fake.runtime.maintain.bind(t.fake.runtime);
    t.fake.runtime.maintain = async (ref, task) =>
      task.kind === 'record-lesson' ? { done: ['ml record fleet'], left: [] } : maintain(ref, task);
    t.keep('Scout first');
    await t.clock.settle();
    expect(t.fleet.lessons.list('alpha')).toMatchObject([{ recorded: true }]);
  });

  it('come back with the estimate, before the next plan, as data', async () => {
    const tool = fleetTools.find(({ name }) => name === 'fleet_estimate');
    const t = await ready();
    t.keep('Scout first');
    const client = {
      estimate: async () => t.fleet.foresight.estimate('alpha', 'fix it', null),
      lessons: async () => t.fleet.lessons.list('alpha'),
    };
    const said = await tool?.call({ product: 'alpha' }, () => ({ client: client as never, source: model }));
    expect(said?.content[0]?.text).toMatch(/Your own notes[\s\S]*UNTRUSTED[\s\S]*Scout first/);
  });
});

describe('in the product', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mulch-'));
  const path = process.env.PATH;
  afterEach(() => {
    process.env.PATH = path;
    rmSync(folder, { recursive: true, force: true });
  });
  it('is recorded by ml as one argument, and not at all where no mulch is', async () => {
    const place = { folder } as Parameters<typeof recordLesson>[0];
    mkdirSync(join(folder, 'bin'), { recursive: true });
    writeFileSync(join(folder, 'bin/ml'), `#!/bin/sh\nprintf '%s\\n' "$@" > "$PWD/said"\n`);
    chmodSync(join(folder, 'bin/ml'), 0o755);
    process.env.PATH = `${join(folder, 'bin')}:${path}`;
    expect(await recordLesson(place, 'x')).toMatchObject({ done: [] });
    expect(existsSync(join(folder, 'said'))).toBe(false);
    mkdirSync(join(folder, '.mulch'));
    expect(await recordLesson(place, '--force $(touch pwned) "quoted"')).toMatchObject({
      done: ['ml record fleet'],
    });
    expect(readFileSync(join(folder, 'said'), 'utf8').split('\n')).toContain(
      '--content=--force $(touch pwned) "quoted"',
    );
    expect(existsSync(join(folder, 'pwned'))).toBe(false);
  });
});

describe('proposals', () => {
  it('change nothing, and only a human decides', async () => {
    const t = await ready();
    const made = t.fleet.lessons.propose({
      product: null,
      title: 'Run scouts at night',
      text: 'Cheaper.',
      source: model,
    });
    expect(made).toMatchObject({ n: 1, state: 'open' });
    expect(
      t.fleet.lessons.propose({ product: null, title: 'Run scouts at night', text: '', source: model }).n,
    ).toBe(1);
    expect(() => t.fleet.lessons.decide(1, 'accepted', model)).toThrow(
      expect.objectContaining({ code: 'HUMAN_ONLY' }),
    );
    expect(t.fleet.lessons.decide(1, 'accepted', t.source).state).toBe('accepted');
    expect(() => t.fleet.lessons.decide(1, 'dropped', t.source)).toThrow(
      expect.objectContaining({ code: 'PROPOSAL_UNKNOWN' }),
    );
    expect(t.fleet.commands.objectives(10, null)).toEqual([]);
  });
});
