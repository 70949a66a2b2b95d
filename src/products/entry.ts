// A product as it is written into products.yaml: what is at its default is left out.
import { relative, sep } from 'node:path';
import { FleetError } from '../common/errors.ts';
import { nameSchema } from '../registry/schema.ts';
import type { Description } from './describe.ts';
import type { Proposal } from './propose.ts';

export interface Where {
  /** folder of the human's repositories, as it is on this machine; null: none */
  projectsFolder: string | null;
  /** agents see the folders of this machine, as in the trial; else they see projectsFolder alone */
  sameMachine: boolean;
}

export type Entry = { name: string } & Record<string, unknown>;

/**
 * @param as what the human has made of the proposal
 * @throws FleetError BAD_NAME; PATH_ESCAPES where agents would not see the folder
 */
export function entryOf(about: Description, as: Proposal, where: Where): Entry {
  const { name, type, weight } = as;
  const valid = nameSchema.safeParse(name);
  if (!valid.success)
    throw new FleetError({
      code: 'BAD_NAME',
      message: `Expected ${valid.error.issues[0]?.message}, got ${JSON.stringify(name.slice(0, 60))}.`,
      mend: 'Give another with --name.',
    });
  return {
    name,
    ...placeOf(about, name, where),
    ...(type !== 'code' && { type }),
    ...(weight !== 1 && { resource_weight: weight }),
  };
}

function placeOf({ at, kind }: Description, name: string, { projectsFolder, sameMachine }: Where) {
  if (kind === 'address') return { repo: at };
  const path = projectsFolder === null ? '..' : relative(projectsFolder, at).split(sep).join('/');
  if (path !== '' && path !== '..' && !path.startsWith('../')) return path === name ? {} : { path };
  if (sameMachine) return { repo: at };
  throw new FleetError({
    code: 'PATH_ESCAPES',
    message:
      projectsFolder === null
        ? `Expected an address, got the folder ${at}: PROJECTS_DIR of .env is not set, so agents see no folder of yours.`
        : `Expected a folder under ${projectsFolder}, which agents see, got ${at}.`,
    mend:
      projectsFolder === null
        ? 'Set PROJECTS_DIR to the folder that holds your repositories (docs/docker.md), or give the address of the repository.'
        : 'Move or clone it there, or give its address.',
  });
}
