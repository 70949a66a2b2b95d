// `fleet` and `fleetd` out of what `npm pack` gives (test/openclaw/package.test.ts has the plugin). No registry is asked.
import { cp, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ExecaError, execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';

let folder: string;
let archive: string;
let files: string[];

/** Node 24 is an optional package, for who has an older one; here it is the one that runs this test. */
const npx = (words: string[]) =>
  execa('npx', ['--yes', `--package=${archive}`, ...words], {
    cwd: folder,
    env: { npm_config_offline: 'true', npm_config_omit: 'optional', npm_config_cache: join(folder, 'npm') },
    stdin: 'ignore',
  });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pack-'));
  const { stdout } = await execa('npm', ['pack', '--json', '--pack-destination', folder]);
  const [packed] = Object.values(JSON.parse(stdout) as { filename: string; files: { path: string }[] }[]);
  archive = join(folder, packed?.filename ?? '');
  files = packed?.files.map(({ path }) => path) ?? [];
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('holds the programs with the licenses of what is in them, and no sources', () => {
  for (const program of ['cli.cjs', 'fleetd.js', 'openclaw/index.js'])
    expect(files).toEqual(
      expect.arrayContaining([`dist/${program}`, `dist/${program.replace(/\.c?js$/, '')}.licenses.txt`]),
    );
  expect(
    files.filter((path) => /^(src|test|node_modules|containers|dist\/cli\/compiled)\/|\.env/.test(path)),
  ).toEqual([]);
});

it('has one version, the plugin too', async () => {
  const version = async (file: string) => JSON.parse(await readFile(file, 'utf8')).version;
  expect(await version('openclaw.plugin.json')).toBe(await version('package.json'));
});

it('says by npx how `fleet` and `fleetd` are used', async () => {
  expect((await npx(['fleet', '--help'])).stdout).toMatch(/^status \[product\] +What runs/);
  expect((await npx(['fleetd', '--help'])).stdout).toContain('FLEET_GATEWAY_SOCKET');
  const unknown = await npx(['fleetd', '--nothing']).catch((error: ExecaError) => error);
  expect(unknown.stderr).toContain("unknown option '--nothing'");
}, 60_000);

it('takes the packaged Node from where npm puts it for a package: beside it', async () => {
  const modules = join(folder, 'node_modules');
  const home = join(modules, 'meta-coordinator');
  const node = `node-${process.platform}-${process.arch}`;
  await mkdir(join(modules, node, 'bin'), { recursive: true });
  await symlink(process.execPath, join(modules, node, 'bin/node'));
  await cp('bin', join(home, 'bin'), { recursive: true });
  await mkdir(join(home, 'dist'));
  await cp('dist/cli.cjs', join(home, 'dist/cli.cjs'));
  await cp('dist/cli', join(home, 'dist/cli'), { recursive: true });
  // What `fleet` itself needs of a system, and no Node in it.
  const bin = join(folder, 'bin');
  await mkdir(bin);
  for (const program of ['sh', 'readlink'])
    await symlink((await execa('which', [program])).stdout, join(bin, program));
  const { stdout } = await execa(join(home, 'bin/fleet'), ['--version'], {
    env: { PATH: bin },
    extendEnv: false,
  });
  expect(stdout).toMatch(/^\d+\.\d+\.\d+$/);
});
