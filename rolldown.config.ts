// One file per program: what runs in the images, and the CLI, is built and not transpiled at start. Each
// program carries its dependencies, so an image needs Node and these files only.
import { readdirSync, readFileSync } from 'node:fs';
import { defineConfig, type Plugin, type RolldownOptions } from 'rolldown';

const programs: Record<string, string> = {
  fleetd: 'src/fleetd/main.ts',
  cli: 'src/cli/main.ts',
  agent: 'src/runtime/agent/main.ts',
  prepare: 'src/runtime/prepare/main.ts',
  'openclaw/index': 'src/openclaw/index.ts',
  'gateway-main': 'src/openclaw/gateway-main.ts',
  'ov-sim': 'src/simulator/ov-sim.ts',
  trial: 'src/trial/main.ts',
};

/** What the dashboard serves as it is lies beside the programs, as it lies beside the sources. */
const dashboardAssets: Plugin = {
  name: 'dashboard-assets',
  generateBundle() {
    for (const name of readdirSync('src/dashboard/assets'))
      this.emitFile({
        type: 'asset',
        fileName: `assets/${name}`,
        source: readFileSync(`src/dashboard/assets/${name}`),
      });
  },
};

export default defineConfig(
  Object.entries(programs).map(
    ([name, input]): RolldownOptions => ({
      input: { [name]: input },
      platform: 'node',
      plugins: name === 'fleetd' || name === 'trial' ? [dashboardAssets] : [],
      // The gateway brings its own SDK; the rest is ssh2's optional native code, reached by dockerode only
      // for ssh:// engines.
      external: [/^openclaw\//, /\.node$/, 'cpu-features'],
      output: {
        dir: 'dist',
        format: 'esm',
        codeSplitting: false,
        entryFileNames: '[name].js',
        sourcemap: false,
      },
    }),
  ),
);
