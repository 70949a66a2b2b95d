// `node bundle.ts <source> <file>`, in the folder of a checkout: one file of it, as its own programs are made.
import { join } from 'node:path';
import { build } from 'rolldown';

const [input = '', file = ''] = process.argv.slice(2);
const { withoutImageBuilding, dashboardAssets, written } = await import(
  join(process.cwd(), 'rolldown.config.ts')
);
await build({
  input,
  platform: 'node',
  plugins: [withoutImageBuilding, dashboardAssets],
  logLevel: 'silent',
  output: { file, format: 'esm', codeSplitting: false, ...written },
});
