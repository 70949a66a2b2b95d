// Why a product cannot be looked at: nothing is there, it is no repository that overstory works in, or it has no
// `.overstory`. Asked only of those; each has a code of its own and the mend that fits what is really there.
import { access, constants, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FleetError } from '../../common/errors.ts';
import { requireNothingOpen, requireOwnRepository } from './in-place.ts';
import { isThere, readSource, unreadable } from './source.ts';

/** @param at  the folder that was looked for */
export const missingFolder = (product: string, at: string) =>
  new FleetError({
    code: 'PRODUCT_MISSING',
    product,
    message: `Expected the repository of ${product} at ${at}, got no such folder.`,
    mend: "Put it there (PROJECTS_DIR of .env is the folder that holds it), correct the product's path, or give it a `repo:` to clone.",
  });

/** Of a product that was placed and made in this workspace, and is not there. @param at  the folder that was looked for */
export const lostWorkspace = (product: string, at: string) =>
  new FleetError({
    code: 'WORKSPACE_LOST',
    product,
    message: `Expected the workspace of ${product} at ${at}, where it was made, got nothing there.`,
    mend: `Bring its disk back: the rest heals by itself. It is not cloned by itself, for what was not published would be left behind unseen. If it is gone for good, \`fleet prepare ${product}\` clones it anew.`,
  });

/** Of a product whose clone of the fleet's own is not there. @param source  the human's folder, resolved; null: it is not there */
export async function whyNotCloned(product: string, root: string, path: string, source: string | null) {
  if (source === null) return missingFolder(product, path);
  return (
    (await failureOf(readSource(product, source))) ??
    new FleetError({
      code: 'PRODUCT_NOT_CLONED',
      product,
      message: `Expected the fleet's clone of ${source} at ${root}, got nothing there.`,
      mend: `\`fleet prepare ${product}\` clones it, and says what keeps it from that.`,
    })
  );
}

const failureOf = (look: Promise<unknown>): Promise<FleetError | null> =>
  look.then(
    () => null,
    (thrown) => FleetError.wrap(thrown),
  );

/**
 * Of a folder that is there and has no `.overstory/config.yaml` that can be read.
 * @param inPlace  it is a human's own: what of theirs is in the way of `ov init` is named
 */
export async function whyUninitialised(
  product: string,
  folder: string,
  inPlace = false,
): Promise<FleetError> {
  for (const path of [folder, join(folder, '.overstory'), join(folder, '.overstory', 'config.yaml')])
    if ((await isThere(path)) && !(await mayRead(path)))
      return unreadable(product, path, 'permission denied');
  const unfit = await failureOf(requireCheckout(product, folder));
  if (unfit !== null) return unfit;
  const open = inPlace ? await failureOf(requireNothingOpen(folder, product)) : null;
  const getBack =
    'If it had one, get back what took it away (`git switch` to the branch that has it, `git stash pop`, mount the folder again): the rest heals by itself.';
  return new FleetError({
    code: 'OV_NOT_INITIALISED',
    product,
    message: `Expected .overstory/config.yaml in ${folder}, got none.${open === null ? '' : ` \`ov init\` does not run there: ${open.code}: ${open.message}`}`,
    mend:
      open === null
        ? `${getBack} If it never had one: \`fleet prepare ${product}\`, which runs \`ov init\`.`
        : `${open.mend} Then \`fleet prepare ${product}\`, which runs \`ov init\`. ${getBack}`,
  });
}

/**
 * @param folder  that is there
 * @throws FleetError of readSource(); PRODUCT_EMPTY, PRODUCT_BARE, PRODUCT_IS_WORKTREE
 */
export async function requireCheckout(product: string, folder: string): Promise<void> {
  const { bare } = await readSource(product, folder).catch(async (thrown) => {
    const emptied = FleetError.wrap(thrown).code === 'PRODUCT_NOT_GIT' && (await isEmptied(folder));
    throw emptied ? emptyFolder(product, folder) : thrown;
  });
  if (bare)
    throw new FleetError({
      code: 'PRODUCT_BARE',
      product,
      message: `Expected a repository with its files checked out, got the bare one ${folder}.`,
      mend: `Clone it (\`git clone ${folder}\`) and give the clone as the product's path.`,
    });
  await requireOwnRepository(folder, product);
}

/** Nothing is there but what an empty disk has, and what somebody made who still believed in the rest. */
async function isEmptied(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch(() => null);
  return names?.every((name) => /^(?:lost\+found|\.overstory|\.mulch|\.seeds|\.canopy)$/.test(name)) ?? false;
}

const mayRead = (path: string): Promise<boolean> =>
  access(path, constants.R_OK).then(
    () => true,
    () => false,
  );

function emptyFolder(product: string, folder: string): FleetError {
  return new FleetError({
    code: 'PRODUCT_EMPTY',
    product,
    message: `Expected the repository of ${product} in ${folder}, got an empty folder: what was there is unmounted, or was taken away.`,
    mend: `Mount it again, or put it back: the rest heals by itself. If nothing is to come back, remove the folder and \`fleet prepare ${product}\`, which clones anew (or run \`git init\` there, where it is your own).`,
  });
}
