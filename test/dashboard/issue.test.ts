// The page of an objective that an issue became: its address as a link, its words as text.
import { expect, it } from 'vitest';
import { product, registry } from '../support/fleet.ts';
import { issue, issueForge } from '../support/issue-forge.ts';
import { deliver, forge } from '../support/watched-forge.ts';
import { openScene, token } from './scenes.ts';

it('names the issue by its address, with what is written on it', async () => {
  const there = issueForge();
  there.offered.push(issue(7, { title: 'Add <b>it</b>', body: '<script>window.owned = 1</script>' }));
  const intake = { label: 'agent', most: 10, comment: true };
  await using scene = await openScene(registry([product('shop', { deliver, intake })]), {
    deliverer: { ...forge().deliverer, ...there.deliverer },
  });
  await scene.pass(60_000);
  const { origin } = new URL(scene.dashboard.link);
  const answer = await fetch(`${origin}/login`, {
    ...{ method: 'POST', body: new URLSearchParams({ token }), headers: { origin }, redirect: 'manual' },
  });
  const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const page = async (path: string) =>
    await (await fetch(`${origin}${path}`, { headers: { cookie } })).text();
  const shown = await page('/objectives/obj-1');
  expect(shown).toContain('<a href="https://github.com/acme/shop/issues/7" rel="noreferrer">issue 7</a>');
  expect(shown).toContain('Add &lt;b&gt;it&lt;/b&gt;');
  expect(shown).not.toContain('<script>window.owned');
  expect(await page('/products/shop')).toContain('labelled agent become objectives');
  const source = { via: 'cli', sender: 'tester', thread: null } as const;
  scene.world.fleet.commands.stop('shop', null, source);
  await scene.pass(120_000);
  expect(await page('/objectives/obj-1')).toContain('What came of obj-1 is written on issue 7.');
});
