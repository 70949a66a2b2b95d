// Workers whose model overstory knows but does not tell them: see overstory/models.ts.
import { join } from 'node:path';
import type { Place } from '../../maintenance/place.ts';
import { modelsOf } from '../../maintenance/prepare.ts';
import { type Check, ok } from '../check.ts';

export const models: Check<Place> = {
  name: 'models',
  async look({ folder }) {
    const { deaf, set } = await modelsOf(join(folder, '.overstory'));
    if (deaf.length === 0) {
      const each = Object.entries(set).map(([role, model]) => `${role} ${model}`);
      return ok(each.length === 0 ? 'no model of a worker to be set' : each.join(', '));
    }
    return {
      state: 'warning',
      says: `Expected sonnet, opus or haiku as the model of ${deaf.join(', ')} in agent-manifest.json, got another name: headless workers of that kind run on Claude Code's own default`,
      mend: 'Write one of the three there; or `models:` in .overstory/config.yaml with a provider of its own.',
    };
  },
};
