// Files that a final report names: kept once, by limits of size and age, and every one that is not is said. The real loop,
// journal and store over a fake runtime whose repository is a real folder.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tuning } from '../../src/fleet/index.ts';
import type { ArtifactLimits } from '../../src/registry/registry.ts';
import { codeOf, product, registry, testFleet } from '../support/fleet.ts';

const dayMs = 86_400_000;
const png = (size: number, fill = 0) =>
  Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(size - 8, fill)]);
let base: string;
let folder: string;
let t: ReturnType<typeof testFleet>;

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'fleet-artifacts-')));
  folder = join(base, 'shop');
  mkdirSync(join(folder, 'shots'), { recursive: true });
  writeFileSync(join(folder, 'shots', 'login.png'), png(1000));
  writeFileSync(join(folder, 'post.md'), '# Launch <script>alert(1)</script>\n');
  writeFileSync(join(folder, 'big.bin'), Buffer.alloc(5000, 1));
});
afterEach(async () => {
  await t.fleet.close();
  rmSync(base, { recursive: true, force: true });
});

const of = (limits: Partial<ArtifactLimits> = {}) => {
  const plain = registry([product('shop')]);
  return { ...plain, artifacts: { ...plain.artifacts, ...limits } };
};
function begin(limits: Partial<ArtifactLimits> = {}, world?: Parameters<typeof testFleet>[0]['world']): void {
  t = testFleet({
    registry: of(limits),
    file: join(base, 'journal.db'),
    artifactsFolder: join(base, 'artifacts'),
    ...(world && { world }),
  });
  t.fake.product('shop').repository = folder;
}
const stored = (): string[] =>
  existsSync(join(base, 'artifacts', 'shop')) ? readdirSync(join(base, 'artifacts', 'shop')).sort() : [];

/** An objective whose session ends with this report. */
async function done(report: string): Promise<string> {
  const { id } = t.start('shop', 'Make it green');
  await t.until(() => t.journal.hasDispatched(t.journal.liveSession('shop')?.id ?? 0));
  t.fake.mailFrom('shop', { subject: `Run complete: [${id}]`, body: report });
  await t.until(() => t.journal.liveSession('shop') === null);
  return id;
}
const named = (...paths: string[]) =>
  `It is green.\n\nArtifacts:\n${paths.map((path) => `- ${path}`).join('\n')}`;
const listed = (id: string) =>
  t.fleet.artifacts.list(id).files.map(({ path, state, why }) => [path, state, why]);

describe('kept', () => {
  it('as they are when the session has ended, whatever becomes of the repository', async () => {
    begin();
    const id = await done(named('shots/login.png', '`post.md`'));
    rmSync(folder, { recursive: true });
    expect(t.fleet.artifacts.list(id)).toMatchObject({
      objective: id,
      product: 'shop',
      files: [
        { n: 1, path: 'shots/login.png', state: 'kept', bytes: 1000, type: 'png', why: null },
        { n: 2, path: 'post.md', state: 'kept', type: 'text' },
      ],
      more: 0,
    });
    const { base64 } = await t.fleet.artifacts.read(id, 1);
    expect(Buffer.from(base64, 'base64').equals(png(1000))).toBe(true);
    expect(t.journal.objective(id)?.why).toContain(`Its report names 2 files: \`fleet artifacts ${id}\`.`);
    expect(t.fleet.artifacts.all(10).map(({ objective }) => objective)).toEqual([id]);
  });

  it('not at all where none is named, and nothing is said of it', async () => {
    begin();
    const id = await done('It is green.');
    expect(t.fleet.artifacts.list(id)).toEqual({ objective: id, product: 'shop', files: [], more: 0 });
    expect(t.journal.objective(id)?.why).not.toContain('report names');
    expect(existsSync(join(base, 'artifacts'))).toBe(false);
    expect(await codeOf(() => t.fleet.artifacts.read(id, 1))).toBe('ARTIFACT_UNKNOWN');
    expect(await codeOf(() => t.fleet.artifacts.list('obj-99'))).toBe('OBJECTIVE_UNKNOWN');
  });

  it('once, also after a crash between the copy and the fact, and after one behind the fact', async () => {
    begin();
    const { id } = t.start('shop', 'Make it green');
    await t.until(() => t.journal.hasDispatched(t.journal.liveSession('shop')?.id ?? 0));
    // The second file never comes: the first is copied, and no fact says so.
    t.fake.setFault(({ command, args }) =>
      command === 'artifact' && (args as { path: string }).path === 'post.md' ? new Promise(() => {}) : null,
    );
    t.fake.mailFrom('shop', { subject: `Run complete: [${id}]`, body: named('shots/login.png', 'post.md') });
    await t.until(() => stored().length === 1);
    expect(t.journal.artifacts.of(id)).toEqual([]);
    // What is being kept is not cleared away meanwhile.
    t.setRegistry(of({ keepMs: dayMs }));
    await t.clock.settle();
    expect(stored().length).toBe(1);
    const world = { clock: t.clock, fake: t.fake };
    t.crash();
    t.fake.setFault(() => null);
    begin({}, world);
    await t.until(() => t.journal.objective(id)?.state === 'done');
    expect(listed(id)).toEqual([
      ['shots/login.png', 'kept', null],
      ['post.md', 'kept', null],
    ]);
    expect(stored().length).toBe(2);
    expect(t.journal.eventsOf(id, 'artifacts.kept').length).toBe(1);
  });

  it('not from the report of an earlier objective, where no final mail came', async () => {
    begin();
    await done(named('shots/login.png'));
    const { id } = t.start('shop', 'Make it blue');
    await t.until(() => t.journal.hasDispatched(t.journal.liveSession('shop')?.id ?? 0));
    Object.assign(t.fake.product('shop'), { complete: true, lastActivityMs: t.clock.nowMs() });
    await t.clock.advance(tuning.finishQuietMs + 60_000);
    await t.until(() => t.journal.objective(id)?.state === 'done');
    expect(t.journal.objective(id)?.result).toBeNull();
    expect(t.fleet.artifacts.list(id).files).toEqual([]);
  });

  it('once on the disk where two have the same contents', async () => {
    begin();
    writeFileSync(join(folder, 'again.md'), '# Launch <script>alert(1)</script>\n');
    await done(named('post.md', 'again.md'));
    expect(stored().length).toBe(1);
  });
});

describe('said, where it is not kept', () => {
  it('with its reason, each in its place', async () => {
    begin({ maxFileBytes: 4000 });
    writeFileSync(join(folder, '.env'), 'KEY=1');
    const id = await done(named('gone.png', '../../etc/passwd', 'shots', 'big.bin', '.env', 'post.md'));
    expect(listed(id)).toEqual([
      ['gone.png', 'refused', 'missing'],
      ['../../etc/passwd', 'refused', 'outside'],
      ['shots', 'refused', 'not-a-file'],
      ['big.bin', 'refused', 'too-large'],
      ['.env', 'refused', 'private'],
      ['post.md', 'kept', null],
    ]);
    expect(t.journal.objective(id)?.why).toContain('Its report names 1 file, and 5 that could not be kept:');
    expect(await codeOf(() => t.fleet.artifacts.read(id, 1))).toBe('ARTIFACT_GONE');
  });

  it('beyond the 20th of a report, and beyond the 50th as a number', async () => {
    begin();
    const id = await done(named(...Array.from({ length: 80 }, (_, i) => `x/${i}.png`), 'post.md'));
    const { files, more } = t.fleet.artifacts.list(id);
    expect([files.length, more]).toEqual([50, 31]);
    expect(files.map(({ why }) => why)).toEqual([
      ...Array(20).fill('missing'),
      ...Array(30).fill('too-many'),
    ]);
  });

  it('when one report alone is more than a product may have', async () => {
    begin({ maxProductBytes: 5500 });
    const id = await done(named('big.bin', 'shots/login.png', 'post.md'));
    expect(listed(id)).toEqual([
      ['big.bin', 'kept', null],
      ['shots/login.png', 'refused', 'no-room'],
      ['post.md', 'kept', null],
    ]);
  });

  it('when the disk of fleetd takes nothing: the session ends all the same', async () => {
    begin();
    writeFileSync(join(base, 'artifacts'), 'in the way');
    const id = await done(named('post.md'));
    expect(listed(id)).toEqual([['post.md', 'refused', 'not-stored']]);
  });

  it('waits for a runtime that is out of reach, and reads it then', async () => {
    begin();
    const { id } = t.start('shop', 'Make it green');
    await t.until(() => t.journal.hasDispatched(t.journal.liveSession('shop')?.id ?? 0));
    t.fake.setFault(({ command }) => {
      if (command !== 'artifact') return null;
      t.fake.disconnect();
      return 'before';
    });
    t.fake.mailFrom('shop', { subject: `Run complete: [${id}]`, body: named('post.md') });
    await t.until(() => t.fake.runtime.link().state !== 'connected');
    t.fake.setFault(() => null);
    t.fake.reconnect();
    await t.until(() => t.journal.objective(id)?.state === 'done');
    expect(listed(id)).toEqual([['post.md', 'kept', null]]);
  });
});

describe('kept no longer', () => {
  it('after their days: the fact first, then the file', async () => {
    begin({ keepMs: 3 * dayMs });
    const id = await done(named('shots/login.png', 'post.md'));
    await t.clock.advance(2 * dayMs);
    expect(stored().length).toBe(2);
    const later = await done(named('post.md'));
    await t.clock.advance(1.1 * dayMs);
    expect(listed(id)).toEqual([
      ['shots/login.png', 'removed', 'age'],
      ['post.md', 'removed', 'age'],
    ]);
    // The same contents are still of the later one.
    expect(listed(later)).toEqual([['post.md', 'kept', null]]);
    expect(stored().length).toBe(1);
    expect(t.journal.eventsOf(id, 'artifacts.removed').map(({ text, data }) => [text, data])).toEqual([
      [`2 files of the report of ${id} are kept no longer: they are old.`, { n: [1, 2], why: 'age' }],
    ]);
    expect(await codeOf(() => t.fleet.artifacts.read(id, 2))).toBe('ARTIFACT_GONE');
    await t.clock.advance(3 * dayMs);
    expect(stored()).toEqual([]);
    expect(t.fleet.artifacts.all(10)).toEqual([]);
  });

  it('when newer ones need the room, the oldest first', async () => {
    begin({ maxProductBytes: 6000 });
    const first = await done(named('big.bin'));
    writeFileSync(join(folder, 'shots', 'login.png'), png(1500));
    const second = await done(named('shots/login.png'));
    await t.clock.settle();
    expect(listed(first)).toEqual([['big.bin', 'removed', 'size']]);
    expect(listed(second)).toEqual([['shots/login.png', 'kept', null]]);
    expect(stored().length).toBe(1);
  });

  it('when products.yaml says fewer days', async () => {
    begin();
    const id = await done(named('post.md'));
    await t.clock.advance(2 * dayMs);
    t.setRegistry(of({ keepMs: dayMs }));
    await t.clock.settle();
    expect(listed(id)).toEqual([['post.md', 'removed', 'age']]);
    expect(stored()).toEqual([]);
  });

  it('leaves nothing that no fact names, as a crash does', async () => {
    begin();
    const id = await done(named('post.md'));
    const world = { clock: t.clock, fake: t.fake };
    t.crash();
    writeFileSync(join(base, 'artifacts', 'shop', 'half.part'), 'x');
    mkdirSync(join(base, 'artifacts', 'left'));
    writeFileSync(join(base, 'artifacts', 'left', 'a'.repeat(64)), 'x');
    begin({}, world);
    await t.clock.settle();
    expect(stored().length).toBe(1);
    expect(readdirSync(join(base, 'artifacts', 'left'))).toEqual([]);
    expect(listed(id)).toEqual([['post.md', 'kept', null]]);
  });

  it('is told as gone when its file is, or is no longer what it was', async () => {
    begin();
    const id = await done(named('post.md'));
    writeFileSync(join(base, 'artifacts', 'shop', stored()[0] ?? ''), 'something else');
    expect(await codeOf(() => t.fleet.artifacts.read(id, 1))).toBe('ARTIFACT_GONE');
  });
});
