// The plugin built from the sources as `npm run build` builds it, laid out as the images lay it out.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';
import configs from '../../rolldown.config.ts';
import { layPlugin } from '../../src/openclaw/plugin-folder.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const entry = 'openclaw/index';

/** Builds into `<folder>/../plugin-dist` and lays the plugin into `folder`. */
export async function buildPlugin(folder: string): Promise<void> {
  const config = [configs].flat().find(({ input }) => Object.hasOwn(Object(input), entry));
  if (!config) throw new Error(`Expected rolldown.config.ts to build ${entry}, it does not`);
  const dist = join(folder, '..', 'plugin-dist');
  await build({ ...config, cwd: root, output: { ...[config.output].flat()[0], dir: dist } });
  await layPlugin({ root, dist }, folder);
}
