// The names that projects carry into tmux. `ov` finds a session by the beginning of its name (`tmux -t name`), so that
// `overstory-app-web` of project app, once it is gone, would be `overstory-app-web-coordinator` of project app-web: a
// stop there would end another product's. A project whose name goes on after another's and "-" therefore gets one
// without "-" in config.local.yaml, before its session starts; one that has another's name gets its product's.
import { realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import { FleetError } from '../../../common/errors.ts';
import { readProjectName } from '../../../overstory/config.ts';
import { initialised } from '../find.ts';
import { list } from '../list.ts';
import { isSetAside } from '../move/aside.ts';
import type { Place } from './place.ts';
import { tmux } from './tmux.ts';

interface Names {
  mine: string;
  others: { root: string; name: string }[];
}

async function namesOf({ folder, workspaceRoot, known }: Place): Promise<Names> {
  const nameOf = async (root: string) => (await readProjectName(root)) ?? basename(root);
  // Also what is no product any more and may still run; and products that are not directly in the workspace.
  const beside = (await list(workspaceRoot)).flatMap(({ overstory, root }) =>
    overstory && !isSetAside(root) ? root : [],
  );
  const there = await Promise.all(known().map(async (root) => ((await initialised(root)) ? root : null)));
  const roots = [...new Set([...beside, ...there.filter((root) => root !== null)])];
  const [mine, ...found] = await Promise.all([
    nameOf(folder),
    ...roots.map(async (root) => ({
      root,
      name: await nameOf(root),
      itself: (await realpath(root)) === folder,
    })),
  ]);
  return { mine, others: found.filter(({ itself }) => !itself) };
}

const goesOnAfter = (longer: string, shorter: string): boolean => longer.startsWith(`${shorter}-`);

/** @throws FleetError PROJECT_NAME_TAKEN: what runs here and what runs there could be taken for one another */
export async function requireOwnName(place: Place): Promise<void> {
  const { mine, others } = await namesOf(place);
  for (const { root, name } of others) {
    if (name === mine && ofProduct(place) === mine)
      throw taken(
        place,
        `Expected a project name of its own for ${place.product.name}, got "${mine}", which ${root} has too: both would use one tmux session.`,
        'Set another `project: {name: …}` in .overstory/config.yaml of one of them, while neither runs.',
      );
    const session = `overstory-${name}-coordinator`;
    if (goesOnAfter(name, mine) && !(await tmux('has-session', '-t', `=${session}`)).failed)
      throw taken(
        place,
        `Expected tmux sessions that cannot be taken for those of "${mine}", got ${session} of ${root}, which runs.`,
        'Stop that product once: its next start takes a name that cannot be.',
      );
  }
}

const ofProduct = ({ product }: Place): string => product.name.replaceAll('-', '_');

/** The name that the project is to have from its next start on; null: the one it has. */
export async function separateName(place: Place): Promise<string | null> {
  const { mine, others } = await namesOf(place);
  // Clones of one repository have its config.yaml, and the name in it.
  const wanted = others.some(({ name }) => name === mine) ? ofProduct(place) : mine.replaceAll('-', '_');
  if (wanted === mine) return null;
  return others.some(({ name }) => name === mine || goesOnAfter(mine, name)) ? wanted : null;
}

/** A human's own `project: {name: …}` in config.local.yaml is not written over. */
export async function requireSeparateName(place: Place): Promise<void> {
  const wanted = await separateName(place);
  if (wanted === null) return await requireOwnName(place);
  throw taken(
    place,
    `Expected a project name for ${place.product.name} that is not another's and does not go on after one and "-", got its own in config.local.yaml, which is or does.`,
    `Set \`project: {name: ${wanted}}\` in its .overstory/config.local.yaml, or take the name there out.`,
  );
}

const taken = ({ product }: Place, message: string, mend: string) =>
  new FleetError({ code: 'PROJECT_NAME_TAKEN', product: product.name, message, mend });
