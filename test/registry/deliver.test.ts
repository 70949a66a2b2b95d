// `deliver:` of a product: what it means, and what is wrong with it, at its place in the file.
import { expect, it } from 'vitest';
import { parseRegistry } from '../../src/registry/parse.ts';

const read = (product: string, deliver: string) =>
  parseRegistry(`products:\n  - name: shop\n${product}    deliver: ${deliver}\n`, {
    file: 'products.yaml',
    workspaceRoot: '/workspace',
  });
const problem = (product: string, deliver: string): string => {
  try {
    read(product, deliver);
    return 'none';
  } catch (error) {
    const [first] = (error as { problems: { line: number; column: number; expected: string; got: string }[] })
      .problems;
    return `${first?.line}:${first?.column} ${first?.expected}, got ${first?.got}`;
  }
};
const repo = '    repo: git@github.com:acme/shop.git\n';

it('takes remote, forge and API from the address', () => {
  expect(read(repo, '{as: pull-request, token: T}').products[0]?.deliver).toEqual({
    ...{ onFailedChecks: null, webhook: null },
    as: 'pull-request',
    remote: 'git@github.com:acme/shop.git',
    token: 'T',
    base: null,
    forgeAt: { forge: 'github', api: 'https://api.github.com', repository: 'acme/shop' },
    pullRequest: {
      forge: 'github',
      api: 'https://api.github.com',
      repository: 'acme/shop',
      draft: false,
      labels: [],
      reviewers: [],
    },
  });
  expect(read('', '{as: push, remote: /srv/shop.git, base: trunk}').products[0]?.deliver).toEqual({
    as: 'push',
    remote: '/srv/shop.git',
    token: null,
    base: 'trunk',
    ...{ onFailedChecks: null, webhook: null },
    ...{ forgeAt: null, pullRequest: null },
  });
  expect(read(repo, '{as: branch}').products[0]?.deliver?.forgeAt).toBeNull();
  expect(read(repo, '{as: branch, token: T}').products[0]?.deliver?.forgeAt).toMatchObject({
    repository: 'acme/shop',
  });
});

it('takes what failed checks do, at most so often', () => {
  const of = (more: string) =>
    read(repo, `{as: pull-request, token: T, on_failed_checks: ${more}}`).products[0]?.deliver
      ?.onFailedChecks;
  expect(of('ask')).toEqual({ does: 'ask', most: 2 });
  expect(of('rework, max_reworks: 5')).toEqual({ does: 'rework', most: 5 });
});

it.each([
  [repo, '{as: branch, on_failed_checks: ask}', '4:45 as: pull-request, whose checks they are'],
  [repo, '{as: branch, webhook: HOOK}', '4:36 the variable with a token'],
  [repo, '{as: pull-request, token: T, on_failed_checks: yes}', 'ask or rework'],
  [repo, '{as: pull-request, token: T, max_reworks: 0}', 'a whole number of reworks from 1 to 20'],
  ['', '{as: branch}', '3:19 a remote to deliver to'],
  [`${repo}    checkout: in-place\n`, '{as: branch}', '5:19 checkout: own'],
  [repo, '{as: pull-request}', '4:19 the variable with a token'],
  [
    '    repo: https://git.acme.example/a/b.git\n',
    '{as: pull-request, token: T}',
    '4:19 which forge git.acme.example is',
  ],
  ['    repo: /srv/shop.git\n', '{as: pull-request, token: T}', 'an address with host, owner and name'],
  [
    repo,
    '{as: pull-request, token: ghp-secret}',
    '4:40 the name of a variable in the deliverer’s environment',
  ],
  [repo, '{as: merge}', '4:19 branch, pull-request or push'],
  [repo, '{as: push, base: "-x"}', '4:31 the name of a branch'],
  [repo, '{as: branch, labels: ["a,b"]}', 'names of labels'],
])('%s%s', (product, deliver, says) => {
  expect(problem(product, deliver)).toContain(says);
});
