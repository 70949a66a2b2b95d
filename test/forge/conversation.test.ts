// What people write in the conversation of a pull request, as it is watched: real HTTP, the forge is
// test/support/forge-server.ts.
import { expect, test } from 'vitest';
import { openForge } from '../../src/forge/open.ts';
import { forgeServer, forgeToken } from '../support/forge-server.ts';

test.each([
  ['github', 'conversation', ['Nearly. @bob']],
  ['gitea', 'conversation', ['Nearly. @bob', 'Covered: 80 %.']],
  ['gitlab', 'notes', ['Nearly. @bob', 'Covered: 80 %.']],
] as const)('%s: by people, oldest first; not what the fleet wrote itself', async (kind, aspect, texts) => {
  await using there = await forgeServer(kind, async () => ['main', 'fleet/obj-1']);
  const forge = openForge({ kind, api: there.api, repository: 'acme/shop', token: forgeToken });
  await forge.open({ head: 'fleet/obj-1', base: 'main', title: 'Add it', body: '', draft: false });
  there.pulls[0]?.talk.push(
    { id: 1, by: 'ann', text: 'Nearly. @bob' },
    { id: 2, by: 'fleet', text: 'It is done.\n\n<!-- fleet: shop/obj-1 0123 -->' },
    { id: 3, by: 'ci', text: 'Covered: 80 %.', bot: true },
  );
  const look = forge.watched[aspect];
  const { etag, glance } = (await look?.(1, '0'.repeat(40), null)) ?? {};
  expect(glance?.remarks?.map(({ text }) => text)).toEqual(texts);
  expect(glance?.remarks?.[0]).toMatchObject({ by: 'ann', line: null });
  expect(await look?.(1, '0'.repeat(40), etag ?? null)).toMatchObject({ glance: null });
  expect(there.asked.at(-1)).toMatchObject({ status: 304 });
  if (kind !== 'gitea') return;
  // Its tokens may lack the right to read issues, and have all else.
  there.faults.push({ on: 'GET', when: 'before', status: 403, body: '{"message":"no scope read:issue"}' });
  expect(await look?.(1, '0'.repeat(40), null)).toEqual({ etag: null, glance: null });
});
