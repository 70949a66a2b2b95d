// The step as the container runs it, on the human's folder beside the workspace.
import { access, chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';

const source = (path: string) => fileURLToPath(new URL(`../../../src/${path}`, import.meta.url));
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fleet-prepare-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('a product that is cloned has its MCP servers refused before anybody looks', async () => {
  for (const name of ['bin', 'home', 'workspace', 'projects/shop'])
    await mkdir(join(folder, name), { recursive: true });
  const ov = join(folder, 'bin/ov');
  await writeFile(ov, `#!/bin/sh\nexec '${process.execPath}' '${source('simulator/ov-sim.ts')}' "$@"\n`);
  await chmod(ov, 0o755);
  await writeFile(join(folder, 'home/.gitconfig'), '[user]\nname = tester\nemail = tester@localhost\n');
  const products = join(folder, 'products.yaml');
  await writeFile(products, 'products:\n  - name: shop\n');
  const theirs = join(folder, 'projects/shop');
  await writeFile(join(theirs, '.mcp.json'), '{"mcpServers":{"notes":{"command":"true"}}}');
  const env = {
    PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
    HOME: join(folder, 'home'),
    FLEET_PRODUCTS: products,
    FLEET_WORKSPACE: join(folder, 'workspace'),
    FLEET_PROJECTS: join(folder, 'projects'),
  };
  const run = (file: string, args: string[]) => execa(file, args, { cwd: theirs, env, extendEnv: false });
  await run('git', ['init', '--quiet', '--initial-branch=main']);
  await run('git', ['add', '--all']);
  await run('git', ['commit', '--quiet', '--message', 'mine']);

  const { stdout } = await run(process.execPath, [source('runtime/bootstrap/main.ts')]);
  expect(stdout).toContain('prepare: done: 1 of 1 products ready');
  const settings = JSON.parse(await readFile(join(folder, 'home/.claude/settings.json'), 'utf8'));
  expect(settings.disabledMcpjsonServers).toEqual(['notes']);

  // A container of one product has no products.yaml, and settles what its workspace holds.
  await writeFile(join(folder, 'workspace/shop/.overstory/watchdog.pid'), '1');
  await mkdir(join(folder, 'workspace/unknown'));
  await rm(join(folder, 'home/.claude.json'));
  const again = await execa(process.execPath, [source('runtime/bootstrap/main.ts')], {
    cwd: theirs,
    env: { ...env, FLEET_PRODUCTS: '' },
    extendEnv: false,
  });
  expect(again.stdout).toContain('shop: ready (settled what the last container left)');
  expect(again.stdout).toContain('prepare: done: 1 of 1 products ready');
  await expect(access(join(folder, 'workspace/shop/.overstory/watchdog.pid'))).rejects.toThrow('ENOENT');
  const claude = JSON.parse(await readFile(join(folder, 'home/.claude.json'), 'utf8'));
  expect(claude.projects[join(folder, 'workspace/shop')]).toMatchObject({ hasTrustDialogAccepted: true });
});
