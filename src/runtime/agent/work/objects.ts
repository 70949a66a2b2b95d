// git on the objects of a repository alone. Workers own the rest of it, and git obeys the rest: settings that name
// programs, attributes that name filters, text conversions and merge drivers, hooks, the index, the files themselves. So
// it is given a repository of our own, empty and made for this one question, that has only the objects in common.
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FleetError } from '../../../common/errors.ts';
import { type GitOptions, git } from '../git.ts';

export type ObjectsGit = (args: string[], options?: GitOptions) => ReturnType<typeof git>;

/**
 * @param folder the product's, resolved
 * @param commit of it, by whose length the kind of its objects is known
 * @throws FleetError PATH_ESCAPES: its objects are another repository's
 */
export async function withObjects<T>(
  product: string,
  folder: string,
  commit: string,
  work: (git: ObjectsGit) => Promise<T>,
): Promise<T> {
  const objects = join(folder, '.git', 'objects');
  if ((await realpath(objects).catch(() => '')) !== objects)
    throw new FleetError({
      code: 'PATH_ESCAPES',
      product,
      message: 'Expected a repository inside the product, got a .git that leads out of it, or none.',
      mend: 'Give the product a folder with a .git of its own.',
    });
  const own = await mkdtemp(join(tmpdir(), 'fleet-objects-'));
  try {
    await Promise.all(['objects', 'refs'].map((name) => mkdir(join(own, name))));
    await writeFile(join(own, 'HEAD'), 'ref: refs/heads/none\n');
    const format = commit.length === 64 ? '[extensions]\n\tobjectFormat = sha256\n' : '';
    await writeFile(
      join(own, 'config'),
      `[core]\n\trepositoryFormatVersion = 1\n\tbare = true\n\tbigFileThreshold = 16m\n${format}`,
    );
    const env = {
      GIT_DIR: own,
      GIT_OBJECT_DIRECTORY: objects,
      // History that was cut off ends there without a complaint.
      GIT_SHALLOW_FILE: join(folder, '.git', 'shallow'),
      GIT_WORK_TREE: undefined,
      GIT_INDEX_FILE: undefined,
      GIT_ALTERNATE_OBJECT_DIRECTORIES: undefined,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_SYSTEM: '/dev/null',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_ATTR_NOSYSTEM: '1',
      GIT_NO_REPLACE_OBJECTS: '1',
      GIT_EXTERNAL_DIFF: undefined,
    };
    return await work((args, options = {}) =>
      git(own, ['-c', 'core.attributesFile=/dev/null', ...args], {
        ...options,
        env: { ...env, ...options.env },
      }),
    );
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}
