// `fleet artifacts` as a real process: what it lists, and what it writes where, whatever a file is called.
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { FleetClient } from '../../src/client/client.ts';
import type { ArtifactsView, ArtifactView } from '../../src/contract/artifacts.ts';
import { runVerb } from '../../src/verbs/index.ts';
import { type FakeFleetd, fakeFleetd, reply } from '../support/fake-fleetd.ts';
import { runFleet } from '../support/fleet-process.ts';
import { nowMs } from '../support/views.ts';

let fleetd: FakeFleetd;
let empty: string;
beforeEach(async () => {
  fleetd = await fakeFleetd();
  empty = mkdtempSync(join(tmpdir(), 'cli-artifacts-'));
});
afterEach(async () => {
  rmSync(empty, { recursive: true, force: true });
  await fleetd[Symbol.asyncDispose]();
});

const file = (n: number, path: string, more: Partial<ArtifactView> = {}): ArtifactView => ({
  n,
  path,
  state: 'kept',
  bytes: 5,
  type: 'text',
  why: null,
  at: new Date(nowMs).toISOString(),
  ...more,
});
const view = (files: ArtifactView[], more = 0): ArtifactsView => ({
  objective: 'obj-7',
  product: 'shop',
  files,
  more,
});
function serve(files: ArtifactView[]): void {
  fleetd.on('GET /v1/objectives/obj-7/artifacts', reply(view(files)));
  for (const one of files)
    fleetd.on(
      `GET /v1/objectives/obj-7/artifacts/${one.n}`,
      reply({ ...one, base64: Buffer.from(`file ${one.n}`).toString('base64') }),
    );
}
const fleet = (...words: string[]) =>
  runFleet(words, { cwd: empty, env: { PATH: process.env.PATH, FLEET_SOCKET: fleetd.socketPath } });

it('lists what is kept, and says why others are not', async () => {
  serve([
    file(1, 'shots/login.png', { type: 'png', bytes: 120_000 }),
    file(2, 'gone.png\u001b[31m', { state: 'refused', why: 'missing', bytes: null, type: null }),
    file(3, 'old.md', { state: 'removed', why: 'age' }),
  ]);
  const { stdout } = await fleet('artifacts', 'obj-7');
  expect(stdout).toBe(
    [
      '1.  kept      PNG, 118 KiB: shots/login.png',
      '2.  not kept  gone.png',
      '              there is no such file',
      '3.  removed   text, 5 B: old.md',
      '              it was old',
      '',
      '`fleet artifacts obj-7 --save <folder>` writes them there.',
      '',
    ].join('\n'),
  );
});

it('saves what is kept under harmless names, and overwrites nothing', async () => {
  serve([
    file(1, 'shots/login.png'),
    file(2, '../../.bashrc'),
    file(3, 'a\nb; $(id) «ü»'),
    file(4, '..'),
    file(5, 'x/..\\..\\boot.ini'),
    file(6, 'gone.png', { state: 'refused', why: 'missing' }),
    file(7, `${'y'.repeat(300)}.md`),
  ]);
  const folder = join(empty, 'out', 'deep');
  const { code, stdout } = await fleet('artifacts', 'obj-7', '--save', 'out/deep');
  expect(code).toBe(0);
  expect(readdirSync(folder).toSorted()).toEqual([
    '1-login.png',
    '2-.bashrc',
    '3-a_b_id_',
    '4-..',
    '5-boot.ini',
    `7-${'y'.repeat(77)}.md`,
  ]);
  expect(readFileSync(join(folder, '1-login.png'), 'utf8')).toBe('file 1');
  expect(stdout).toContain('6 files of obj-7 are in out/deep:\n\n1-login.png\n');

  const again = await fleet('artifacts', 'obj-7', '--save', 'out/deep');
  expect(again.code).toBe(2);
  expect(again.stderr).toContain(
    'Expected to write out/deep/1-login.png, got something that is there already.',
  );
});

it('follows no link that stands in the place of one', async () => {
  serve([file(1, 'a.md')]);
  writeFileSync(join(empty, 'mine.txt'), 'mine');
  symlinkSync('../mine.txt', join(empty, '1-a.md'));
  symlinkSync('mine.txt', join(empty, 'dangling'));
  const { code } = await fleet('artifacts', 'obj-7', '--save', '.');
  expect(code).toBe(2);
  expect(readFileSync(join(empty, 'mine.txt'), 'utf8')).toBe('mine');
  expect(existsSync(join(empty, '..', 'mine.txt'))).toBe(false);
});

it('is refused in chat with --save, where nobody sits before it, and lists names that ping nobody', async () => {
  const client = {
    artifacts: async () => view([file(1, '<!channel> [x](http://evil) `a`')], 3),
    allArtifacts: async () => [view([file(1, 'a.md'), file(2, 'b.md')])],
  } as unknown as FleetClient;
  const source = { via: 'slack' as const, sender: 'U1', thread: null };
  const say = async (words: string) =>
    (await runVerb(words, { client, source, surface: 'chat', now: () => nowMs })).text;
  expect(await say('artifacts obj-7 --save /tmp')).toContain('Expected --save in a terminal');
  const text = await say('artifacts 7');
  expect(text).not.toContain('<!channel>');
  expect(text).not.toMatch(/\]\(|`a`/);
  expect(text).toContain('And 3 further names, not looked for.');
  expect(await say('artifacts')).toContain('**obj-7** shop: 2 files, 0 s ago, “a.md, b.md”');
});
