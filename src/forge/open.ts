import { FleetError } from '../common/errors.ts';
import type { Forge, ForgeTarget } from './forge.ts';
import { gitea } from './gitea.ts';
import { github } from './github.ts';
import { gitlab } from './gitlab.ts';
import type { ForgeKind } from './kinds.ts';

const forges: Record<ForgeKind, (target: ForgeTarget) => Forge> = { github, gitea, gitlab };

/** @throws FleetError FORGE_UNAUTHORIZED where there is no token */
export function openForge(target: ForgeTarget): Forge {
  if (target.token === '')
    throw new FleetError({
      code: 'FORGE_UNAUTHORIZED',
      message: `Expected a token for ${target.api}, got none.`,
      mend: 'Set the variable that `deliver.token` names, in the environment of the deliverer.',
    });
  return forges[target.kind](target);
}
