import { describe, expect, test } from 'vitest';
import { parseRegistry, RegistryError } from '../../src/registry/index.ts';

const registryWith = (repo: string) =>
  parseRegistry(`products:\n  - name: a\n    repo: ${JSON.stringify(repo)}\n`, {
    file: 'products.yaml',
    workspaceRoot: '/workspace',
  });

function refusal(repo: string): RegistryError {
  try {
    registryWith(repo);
  } catch (error) {
    if (error instanceof RegistryError) return error;
    throw error;
  }
  throw new Error('Expected a refusal, got a registry');
}

describe('repo', () => {
  test.each([
    'https://github.com/you/app.git',
    'https://org@dev.example.com:8443/org/_git/app',
    'ssh://git@example.com:2222/you/app.git',
    'ssh://example.com/app',
    'ssh://git@[::1]/app',
    'git@github.com:you/app.git',
    'org-1234@github.com:acme/infra.git',
    'deploy.bot_2@git.example.com:~/app',
    'git@github.com:/you/app.git',
    '/srv/git/app with space.git',
    'file:///srv/git/app.git',
  ])('takes %s', (repo) => {
    expect(registryWith(repo).products[0]?.repo).toBe(repo);
  });

  test.each([
    '-oProxyCommand=touch /tmp/x',
    '--upload-pack=x',
    'ext::sh -c touch% /tmp/x',
    'fd::17',
    'http://example.com/app',
    'git://example.com/app',
    'ftp://example.com/app',
    'HTTPS://example.com/app',
    'https://-oProxyCommand=x/app',
    'ssh://-oProxyCommand=x/app',
    'ssh://-oProxyCommand=x@example.com/app',
    'ssh://git@-oProxyCommand=x/app',
    'git@-oProxyCommand=x:app',
    'git@example.com:-x',
    '-oProxyCommand=x@example.com:app',
    'me:s3cret@example.com:app',
    'me@example.com::app',
    'example.com:app',
    'ext::sh@example.com:app',
    '@example.com:app',
    'a b@example.com:app',
    'https://example.com/a b',
    'https://example.com/a\nb',
    'https://example.com',
    'file://example.com/app',
    'app.git',
    '../app.git',
    '',
  ])('refuses %j', (repo) => {
    const { problems } = refusal(repo);
    expect(problems).toMatchObject([{ line: 3, column: 11, path: 'products[0].repo' }]);
  });

  test.each([
    ['https://me:s3cret@example.com/app', '"https://…@example.com/app"'],
    ['me:s3cret@example.com:app', '"…@example.com:app"'],
  ])('refuses a password and does not repeat it: %s', (repo, got) => {
    const error = refusal(repo);
    expect(error.problems[0]?.got).toBe(got);
    expect(JSON.stringify([error, error.problems])).not.toContain('s3cret');
  });

  test('may be one repository of several products, each of which is a clone of its own', () => {
    const { products } = parseRegistry(
      'x-mono: &mono {repo: "git@github.com:acme/mono.git"}\nproducts:\n  - {<<: *mono, name: billing}\n  - {<<: *mono, name: orders}\n',
      { file: 'products.yaml', workspaceRoot: '/workspace' },
    );
    expect(products.map(({ root, repo }) => [root, repo])).toEqual([
      ['/workspace/billing', 'git@github.com:acme/mono.git'],
      ['/workspace/orders', 'git@github.com:acme/mono.git'],
    ]);
  });
});
