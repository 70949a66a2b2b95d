import { expect, test } from 'vitest';
import { apiOf, forgeAddress } from '../../src/forge/address.ts';

test.each([
  ['https://github.com/acme/shop.git', 'github', 'github.com', 'acme/shop', 'https://api.github.com'],
  ['git@github.com:acme/shop.git', 'github', 'github.com', 'acme/shop', 'https://api.github.com'],
  [
    'ssh://git@gitlab.example.org:2222/a/b/c.git',
    'gitlab',
    'gitlab.example.org',
    'a/b/c',
    'https://gitlab.example.org/api/v4',
  ],
  ['https://codeberg.org/acme/shop/', 'gitea', 'codeberg.org', 'acme/shop', 'https://codeberg.org/api/v1'],
  [
    'https://me@gitea.local:3000/acme/shop',
    'gitea',
    'gitea.local:3000',
    'acme/shop',
    'https://gitea.local:3000/api/v1',
  ],
])('%s', (address, kind, host, repository, api) => {
  expect(forgeAddress(address)).toEqual({ kind, host, repository });
  expect(apiOf(kind as 'github', host)).toBe(api);
});

test('a host that does not say which it is, and what is no forge at all', () => {
  expect(forgeAddress('https://git.acme.example/acme/shop.git')).toEqual({
    kind: null,
    host: 'git.acme.example',
    repository: 'acme/shop',
  });
  for (const none of ['/srv/git/shop.git', 'file:///srv/shop.git', 'https://github.com/shop'])
    expect(forgeAddress(none), none).toBeNull();
});
