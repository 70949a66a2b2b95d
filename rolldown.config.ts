// One file per program: what runs in the images, and the CLI, is built and not transpiled at start. Each
// program carries its dependencies, so an image needs Node and these files only.
import { defineConfig, type RolldownOptions } from 'rolldown';

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

export default defineConfig(
  Object.entries(programs).map(
    ([name, input]): RolldownOptions => ({
      input: { [name]: input },
      platform: 'node',
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
