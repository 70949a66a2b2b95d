// A folder of a human's that overstory is to work in: `ov init` commits there, so it is begun only where that takes
// nothing of theirs along; and where git refuses the commit, what git says is said.
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { featuresOf } from '../../../src/overstory/features.ts';
import { parseRegistry } from '../../../src/registry/index.ts';
import { prepareProducts } from '../../../src/runtime/bootstrap/index.ts';
import { fingerprint, git, repository } from '../../checkout/kinds.ts';
import { repositoryKinds } from '../../support/repositories.ts';

const simulator = fileURLToPath(new URL('../../../src/simulator/ov-sim.ts', import.meta.url));
let lab: string;
beforeEach(async () => {
  lab = await realpath(await mkdtemp(join(tmpdir(), 'fleet-init-')));
  for (const name of ['bin', 'projects', 'workspace', 'beside']) await mkdir(join(lab, name));
  const ov = `#!/bin/sh\nexec '${process.execPath}' '${simulator}' "$@"\n`;
  await writeFile(join(lab, 'bin', 'ov'), ov, { mode: 0o755 });
  await writeFile(join(lab, 'gitconfig'), '[user]\nname = tester\nemail = tester@localhost\n');
  vi.stubEnv('PATH', `${join(lab, 'bin')}${delimiter}${process.env.PATH}`);
  vi.stubEnv('GIT_CONFIG_GLOBAL', join(lab, 'gitconfig'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(lab, { recursive: true });
});

async function prepare() {
  const yaml = 'products:\n  - name: shop\n    checkout: in-place\n';
  const { products } = parseRegistry(Buffer.from(yaml), {
    file: 'products.yaml',
    workspaceRoot: join(lab, 'workspace'),
    projectsRoot: join(lab, 'projects'),
  });
  const [made] = await prepareProducts(products, {
    features: featuresOf({ version: '0.10.3' }),
    samples: false,
  });
  return made?.error ?? null;
}
const folder = () => join(lab, 'projects', 'shop');
async function make(word: string): Promise<void> {
  await repositoryKinds.find((kind) => kind.word === word)?.make(folder(), join(lab, 'beside'));
}

test.each([
  ['staged', 'PRODUCT_DIRTY'],
  ['dirty', 'PRODUCT_DIRTY'],
  ['merge', 'PRODUCT_UNFINISHED'],
  ['rebase', 'PRODUCT_UNFINISHED'],
  ['bisect', 'PRODUCT_UNFINISHED'],
  ['detached', 'PRODUCT_OTHER_BRANCH'],
  ['worktree', 'PRODUCT_IS_WORKTREE'],
  ['bare', 'PRODUCT_BARE'],
  ['inside', null],
])('%s: %s, and nothing in it has changed', async (word, code) => {
  await make(word);
  const was = await fingerprint(folder());
  expect((await prepare())?.code ?? null).toBe(code);
  if (code !== null) expect(await fingerprint(folder())).toEqual(was);
});

test('a clean one on any branch is initialised, and that is committed', async () => {
  await repository(folder(), 'trunk');
  expect(await prepare()).toBeNull();
  expect(await git(folder(), 'status', '--porcelain')).toBe('');
  expect(await git(folder(), 'log', '-1', '--format=%s')).toContain('initialize overstory');
});

test('a hook that refuses each commit, and a signature without its key: in git’s own words', async () => {
  await make('premerge');
  const hook = '#!/bin/sh\necho "no commits on Sundays" >&2\nexit 1\n';
  await writeFile(join(folder(), '.git', 'hooks', 'pre-commit'), hook, { mode: 0o755 });
  const refused = { code: 'GIT_COMMIT_REFUSED', message: expect.stringContaining('no commits on Sundays') };
  expect(await prepare()).toMatchObject(refused);
  await rm(folder(), { recursive: true });
  await make('signed');
  expect(await prepare()).toMatchObject({
    code: 'GIT_COMMIT_REFUSED',
    message: expect.stringContaining('no-such-key'),
  });
});
