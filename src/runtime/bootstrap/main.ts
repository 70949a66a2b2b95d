// Entry of the container's `prepare` step (dist/prepare.js). Exit 0 = done, whatever single products said:
// what is wrong with them is in this log and, once fleetd observes them, in `fleet status`. Exit 1 = no
// usable products.yaml or no usable `ov`: the container restarts until that is mended.
import { homedir } from 'node:os';
import { join } from 'node:path';
import { endOnBrokenOutput } from '../../common/broken-output.ts';
import { FleetError, inOneLine } from '../../common/errors.ts';
import { featuresOf } from '../../overstory/features.ts';
import { runOv } from '../../overstory/run.ts';
import { readRegistry } from '../../registry/index.ts';
import { seedClaude } from './claude.ts';
import { type PreparedProduct, prepareProducts } from './products.ts';
import { settleWorkspace } from './settle.ts';

endOnBrokenOutput(process.stdout, 'what was prepared')();
const env = process.env;
const say = (line: string) => process.stdout.write(`prepare: ${line}\n`);

function describe({ product, done, error }: PreparedProduct): string {
  const did = done.length > 0 ? ` (${done.join(', ')})` : '';
  return error ? `${product}: ${inOneLine(error)}${did}` : `${product}: ready${did}`;
}

/** Every version understands `--version --json`, whatever its features are. */
async function askFeatures(cwd: string) {
  return featuresOf(await runOv('version', {}, { cwd, features: featuresOf({ version: '0.9.4' }) }));
}

/** All of products.yaml; without one (FLEET_PRODUCTS is empty), or of several runtimes, what is in the workspace. */
async function prepare(): Promise<{ prepared: PreparedProduct[]; roots: string[] }> {
  const workspaceRoot = env.FLEET_WORKSPACE ?? '/workspace';
  const registry =
    env.FLEET_PRODUCTS === ''
      ? null
      : await readRegistry(env.FLEET_PRODUCTS ?? '/etc/fleet/products.yaml', {
          workspaceRoot,
          projectsRoot: env.FLEET_PROJECTS || null,
        });
  // Of several runtimes fleetd says which product is made here.
  if (registry === null || registry.runtimes !== null) {
    const settled = await settleWorkspace(workspaceRoot, await askFeatures(workspaceRoot));
    for (const one of settled) say(describe(one));
    return { prepared: settled, roots: settled.map(({ product }) => join(workspaceRoot, product)) };
  }
  const prepared = await prepareProducts(registry.products, {
    features: await askFeatures(registry.workspaceRoot),
    samples: !env.FLEET_PROJECTS,
    onProgress: say,
    onProduct: (one) => say(describe(one)),
  });
  return { prepared, roots: registry.products.map(({ root }) => root) };
}

try {
  const { prepared, roots } = await prepare();
  // After the clones: what a product's .mcp.json would have Claude Code ask is known only when it is there.
  await seedClaude({
    home: homedir(),
    apiKey: env.ANTHROPIC_API_KEY || null,
    roots,
  });
  const ready = prepared.filter(({ error }) => error === null).length;
  say(`done: ${ready} of ${prepared.length} products ready`);
} catch (thrown) {
  const error = FleetError.wrap(thrown);
  say(inOneLine(error));
  process.exitCode = 1;
}
