// A product added, changed and removed by the command, as a real process on a real fleetd over ov-sim: it is prepared, it
// works, and in the end products.yaml is what it was, byte for byte. The questions are answered in a real tmux.
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commit, repository } from '../checkout/kinds.ts';
import { until } from '../simulator/ov.ts';
import { openRealFleet, type RealFleet } from '../support/real-fleet.ts';
import { openSimOv, type SimOv } from '../support/sim-ov.ts';
import { standIn } from '../support/tmux.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const written = `# the fleet of a test
products:
  # the first
  - {name: base,   priority: 'low'}   # stays

# limits
scheduling: { max_concurrent_sessions:  4 }`;

let sim: SimOv;
let fleet: RealFleet;
let folder: string;
let file: string;
beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'add-')));
  file = join(folder, 'products.yaml');
  writeFileSync(file, written);
  sim = await openSimOv({ OV_SIM_SPEED: '4' });
  await sim.lab.product('base');
  fleet = await openRealFleet({
    channel: sim.channel(),
    workspace: realpathSync(sim.folder),
    products: ['base'],
    productsFile: file,
  });
  for (const name of ['Shop', 'blog']) {
    const at = await repository(join(folder, name));
    await commit(at, 'index.ts', 'export {};\n');
  }
});
afterAll(async () => {
  await fleet?.[Symbol.asyncDispose]();
  await sim?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const env = () => ({ FLEET_SOCKET: fleet.sockets.operator });
const cli = (...words: string[]) =>
  execa(process.execPath, [main, ...words], { cwd: folder, env: env(), reject: false, stdin: 'ignore' });
const text = () => readFileSync(file, 'utf8');

it('is proposed, and written by the line that is said', async () => {
  const proposed = await cli('add', 'Shop');
  expect(proposed.exitCode).toBe(4);
  expect(proposed.stdout).toMatch(/branch main; 2 files/);
  expect(proposed.stdout).toMatch(/To add it: fleet add Shop --name shop --type code --weight 1 --yes$/);
  expect(text()).toBe(written);

  const added = await cli('add', 'Shop', '--yes');
  expect(added.stderr).toBe('');
  expect(added.stdout).toMatch(/shop is ready/);
  expect(existsSync(join(sim.folder, 'shop/.overstory/config.yaml'))).toBe(true);
  expect(text().replace(`  - name: shop\n    repo: ${join(folder, 'Shop')}\n`, '')).toBe(written);
  expect((await cli('add', 'Shop', '--name', 'shop', '--yes')).stderr).toContain('PRODUCT_EXISTS');
});

it('works, and is not removed meanwhile', async () => {
  const id = fleet.start('shop', 'Explore the codebase structure');
  const refused = await cli('remove', 'shop', '--yes');
  expect([refused.exitCode, refused.stderr]).toEqual([4, expect.stringContaining('PRODUCT_IN_USE')]);
  await fleet.reaches(id, 'done');
}, 120_000);

it('is changed, and in force at once', async () => {
  const { stdout, exitCode } = await cli('edit', 'shop', 'priority=high', 'caps.max_workers=3');
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining('It is in force.')]);
  expect(fleet.fleetd.fleet.status('shop').products[0]).toMatchObject({ priority: 80 });
  const wrong = await cli('edit', 'shop', 'prioritty=high');
  expect(wrong.stderr).toMatch(/REGISTRY_INVALID: .*line 10, column 5: Expected one of the keys/);
});

it('is removed with what waits on it, and comes back with its clone', async () => {
  await cli('pause', 'shop');
  const id = fleet.start('shop', 'Explore it once more');
  expect((await cli('remove', 'shop', '--yes')).stderr).toContain('--cancel-queued');
  const removed = await cli('remove', 'shop', '--cancel-queued', '--yes');
  expect(removed.stdout).toContain(`cancelled: ${id}`);
  expect(removed.stdout).toContain(`clone stays at ${join(realpathSync(sim.folder), 'shop')}`);
  expect(text()).toBe(written);
  expect(fleet.objective(id).state).toBe('cancelled');
  const back = await cli('add', 'Shop', '--yes');
  expect(back.stdout).toContain('shop is ready already');
  await cli('remove', 'shop', '--yes');
  expect(text()).toBe(written);
});

describe.skipIf(process.env[standIn])('in a terminal', () => {
  const server = `add-${process.pid}`;
  const tmux = (...args: string[]) => execa('tmux', ['-L', server, ...args], { reject: false });
  const screen = async () => (await tmux('capture-pane', '-p', '-t', 'ask')).stdout;
  const shows = (seen: RegExp) => until(screen, (now) => seen.test(now), 30_000);
  const keys = (...pressed: string[]) => tmux('send-keys', '-t', 'ask', ...pressed);
  afterAll(() => tmux('kill-server'));

  /** Its screen stays after it has ended. */
  async function ask(...words: string[]) {
    await tmux('kill-session', '-t', 'ask');
    const size = ['-x', '120', '-y', '40', '-c', folder];
    const said = [process.execPath, main, ...words].map((word) => `'${word}'`).join(' ');
    const line = `FLEET_SOCKET=${fleet.sockets.operator} ${said}; echo "ended: $?"; sleep 600`;
    await tmux('new-session', '-d', '-s', 'ask', ...size, 'sh', '-c', line);
  }

  it('asks, takes another name, and adds', async () => {
    await ask('add', 'blog');
    await shows(/Add blog to .*\?/);
    await keys('Down', 'Enter');
    await shows(/Its name/);
    await keys('C-u');
    await keys('-l', 'base');
    await keys('Enter');
    await shows(/There is a product of that name/);
    await keys('C-u');
    await keys('-l', 'news');
    await keys('Enter');
    await shows(/Its type/);
    await keys('Enter');
    await shows(/Expected size/);
    await keys('Enter');
    await shows(/\+ +- name: news[\s\S]*Add news to/);
    await keys('Enter');
    await shows(/news is ready[\s\S]*ended: 0/);
    expect(text()).toContain('- name: news\n');
  }, 90_000);

  it('asks init for its product and type', async () => {
    await ask('init');
    await shows(/Which product\?/);
    await keys('Down', 'Enter');
    await shows(/What is news for\?/);
    await keys('Down', 'Enter');
    await shows(/news is laid down for support[\s\S]*ended: 0/);
    expect((await cli('init')).stderr).toContain('nobody is here to ask');
  }, 90_000);

  it('writes nothing when it is left, and removes when it is told', async () => {
    const before = text();
    await ask('remove', 'news');
    await shows(/Remove news\?/);
    await keys('C-c');
    await shows(/Nothing was written\.\nended: 4/);
    expect(text()).toBe(before);
    await ask('remove', 'news');
    await shows(/Remove news\?/);
    await keys('Down', 'Enter');
    await shows(/news is out of[\s\S]*ended: 0/);
    expect(text()).toBe(written);
  }, 90_000);
});
