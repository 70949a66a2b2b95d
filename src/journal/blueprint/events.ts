// The facts about blueprints.
import type { Source } from '../../contract/source.ts';
import type { KnownStep } from './step.ts';

export interface BlueprintEvents {
  /** Written down to be looked at; nothing of it runs. yaml: as `fleet apply` takes it. */
  'blueprint.drafted': { draft: number; name: string; yaml: string; source: Source };
  /** All its steps, with the objectives they are now. draft: the one that was applied; null: from a file. */
  'blueprint.applied': {
    name: string;
    description: string | null;
    steps: KnownStep[];
    draft: number | null;
    source: Source;
  };
  'blueprint.deleted': { name: string; source: Source };
}
