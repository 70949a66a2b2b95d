// `npm run smoke`: the embedded trial on free ports, one question through the gateway's agent loop, the
// answer printed, everything taken down. Exit 0 only when all products are in the answer and nothing is left.
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { askAgent } from '../test/support/gateway-client.ts';
import { processesOf, startTrialProcess } from '../test/support/trial-process.ts';

const startedAt = performance.now();
const seconds = () => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
const registry = parse(await readFile('products.yaml', 'utf8')) as { products: { name: string }[] };

const trial = await startTrialProcess({ onLine: (line) => console.log(line) });
console.log(`\n[${seconds()}] asking: check status of all products\n`);
const answer = await askAgent(trial, 'check status of all products');
console.log(answer);
const missing = registry.products.filter((p) => !answer.includes(p.name)).map((p) => p.name);

const exit = await trial.interrupt();
const left = process.platform === 'linux' ? await processesOf(trial.stateDir) : [];
await trial.remove();
const problems = [
  ...(missing.length > 0 ? [`Expected every product in the answer, missing: ${missing.join(', ')}.`] : []),
  ...(exit === 0 ? [] : [`Expected the trial to end with exit 0, got ${exit}.`]),
  ...left.map((line) => `Expected nothing left running, got: ${line}`),
];
for (const problem of problems) console.error(problem);
console.log(`\n[${seconds()}] smoke ${problems.length === 0 ? 'passed' : 'FAILED'}`);
process.exit(problems.length === 0 ? 0 : 1);
