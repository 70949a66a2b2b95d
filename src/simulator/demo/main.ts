// Program: the demo model on its own. `demo-model.js [port] [demo|missing-key]`; DEMO_MODEL_PORT is the default port.
import { startDemoModel } from '../demo-model.ts';

const [port = process.env.DEMO_MODEL_PORT ?? '41801', mode = 'demo'] = process.argv.slice(2);
if (mode !== 'demo' && mode !== 'missing-key') {
  console.error(`Expected demo or missing-key, got ${mode}.`);
  process.exit(2);
}
const model = await startDemoModel({ port: Number(port), mode, log: console.log });
console.log(`demo model (${mode}) on ${model.url}`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void model.close());
