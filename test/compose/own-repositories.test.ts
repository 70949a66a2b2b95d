// The bundle on repositories that were there before it: another uid, another name, and some that are not ready. A
// stack of its own: what it mounts is decided when it starts.
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ComposeStack, composeAvailable, composeStack } from '../support/compose.ts';

const minutes = 60_000;

describe.skipIf(!(await composeAvailable()))('the bundle on a human’s own repositories', () => {
  let stack: ComposeStack;
  let projects: string;
  const owner = '1234:1234';
  /** In the runtime's image, so that files get the owner that only root may give. */
  const asRoot = (script: string) =>
    execa('docker', [
      'run',
      '--rm',
      '--user',
      '0:0',
      '--volume',
      `${projects}:/workspace`,
      '--entrypoint',
      'sh',
      `${stack.project}-overstory-runtime`,
      '-ec',
      script,
    ]);

  /** Every file of the human's folder but the objects, and every ref, without what the fleet may write. */
  const fingerprint = async () =>
    (
      await asRoot(`
        cd /workspace/web-shop
        find . -path ./.git/objects -prune -o -path '*/heads/fleet*' -prune -o -type f -printf '%p %m %u %T@ ' -exec sha256sum {} + | sort
        git for-each-ref | grep -v refs/heads/fleet/
        # as root it would write the index, which then is root's
        GIT_OPTIONAL_LOCKS=0 git status --porcelain`)
    ).stdout;

  beforeAll(async () => {
    projects = await mkdtemp(join(tmpdir(), 'fleet-projects-'));
    const productsFile = join(projects, 'products.yaml');
    await writeFile(
      productsFile,
      'products:\n  - name: shop\n    path: web-shop\n  - name: nothing-there\n  - name: no-git\n  - name: theirs\n',
    );
    for (const folder of ['web-shop', 'no-git', 'theirs']) await mkdir(join(projects, folder));
    stack = await composeStack({
      env: {
        OVERSTORY: 'sim',
        HOST_UID: '1234',
        HOST_GID: '1234',
        // A real model without its key: WebChat must say so.
        MODEL: 'anthropic',
        PROJECTS_DIR: projects,
        PRODUCTS_FILE: productsFile,
      },
    });
    await stack.compose('build', 'overstory-runtime');
    await asRoot(`
      for repo in web-shop theirs; do
        cd /workspace/$repo && git init -q && echo hello > README.md && git add -A && git commit -q -m 'Before the fleet'
      done
      cd /workspace/web-shop && ov init --json --name old-shop-name >/dev/null
      chown -R ${owner} /workspace/web-shop /workspace/no-git && chown ${owner} /workspace`);
    // Without the gateway, which takes longest: only what it says first is looked at here.
    await stack.compose('up', '--build', '--detach', '--wait', '--wait-timeout', '300', 'fleetd');
  }, 8 * minutes);
  afterAll(async () => {
    await asRoot('rm -rf /workspace/*');
    await stack?.down();
  }, minutes);

  test('a repository of another uid that was initialised under another name is ready as it is', async () => {
    expect(await stack.logs('overstory-runtime')).toContain(
      'prepare: shop: ready (cloned /projects/web-shop)\n',
    );
    expect(await stack.exec('overstory-runtime', ['id', '-u'])).toBe('1234');
    const config = await stack.exec('overstory-runtime', ['cat', 'web-shop/.overstory/config.yaml']);
    expect(config).toContain('old-shop-name');
    const status = await stack.exec('overstory-runtime', ['sh', '-c', 'cd web-shop && ov status --json']);
    expect(JSON.parse(status)).toMatchObject({ success: true });
    const strangers = await stack.exec('overstory-runtime', ['find', 'web-shop', '!', '-uid', '1234']);
    expect(strangers).toBe('');
  });

  test(
    'without a key the gateway says which one is missing',
    async () => {
      await stack.compose('up', '--build', '--detach', '--no-deps', 'openclaw-meta');
      await expect
        .poll(() => stack.logs('openclaw-meta'), { timeout: minutes, interval: 300 })
        .toContain('model: none. ANTHROPIC_API_KEY is missing');
      await stack.compose('kill', 'openclaw-meta');
    },
    4 * minutes,
  );

  test(
    'a session runs in it, and reports',
    async () => {
      const fleet = async (...argv: string[]) =>
        JSON.parse(await stack.exec('fleetd', ['fleet', ...argv, '--json'])).data;
      const was = await fingerprint();
      const { id } = await fleet('start', 'shop', 'Add a page of opening hours');
      await expect
        .poll(async () => (await fleet('objective', id)).state, { timeout: 2 * minutes, interval: 500 })
        .toBe('done');
      expect(JSON.stringify(await fleet('inbox', 'shop'))).toMatch(/Run complete/);
      // What was made is a branch in the human's own repository, written by its owner; all else is as it was.
      const log = await asRoot(`git -C /workspace/web-shop log --format='%an %s' fleet/${id}`);
      expect(log.stdout.split('\n').length).toBeGreaterThan(2);
      const strangers = await asRoot(`find /workspace/web-shop ! -uid 1234`);
      expect(strangers.stdout).toBe('');
      expect(await fingerprint()).toBe(was);
      expect(JSON.stringify(await fleet('history', 'shop'))).toContain(`Its work is the branch fleet/${id}`);
    },
    3 * minutes,
  );

  test('workers cannot write where the human works', async () => {
    const write = stack.exec('overstory-runtime', ['touch', '/projects/web-shop/README.md']);
    await expect(write).rejects.toThrow('Read-only file system');
    const object = 'find /projects/web-shop/.git/objects -type f | head -1 | xargs chmod u+w';
    await expect(stack.exec('overstory-runtime', ['sh', '-c', object])).rejects.toThrow(
      'Read-only file system',
    );
    const push = 'cd /workspace/web-shop && git push /projects/web-shop HEAD:refs/heads/stolen';
    await expect(stack.exec('overstory-runtime', ['sh', '-c', push])).rejects.toThrow(/read-only|unable to/i);
  });

  test('what is wrong with the others is said with its mend, and invents nothing', async () => {
    const log = await stack.logs('overstory-runtime');
    expect(log).toMatch(/prepare: nothing-there: PRODUCT_MISSING: .*\/projects\/nothing-there/);
    expect(log).toMatch(/prepare: no-git: PRODUCT_NOT_GIT: .*git init/);
    expect(log).toMatch(/prepare: theirs: PRODUCT_NOT_WRITABLE: .*uid 0/);
    expect(log).toContain('prepare: done: 1 of 4 products ready');
    await expect(stack.exec('overstory-runtime', ['ls', 'nothing-there'])).rejects.toThrow();
  });
});
