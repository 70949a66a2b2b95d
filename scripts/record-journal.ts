// Makes test/fixtures/journals/<commit>.db: what a fleetd of that commit writes when it works, ends badly, is asked,
// answered and left in the middle. Run it with an older checkout of this repository, installed and built:
//
//   npx tsx scripts/record-journal.ts <folder of the checkout> <file>
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const [checkout = '', file = ''] = process.argv.slice(2).map((path) => resolve(path));
// Its path is written into the journal.
const folder = '/tmp/fleet-journal';
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const { prepareRuntime } = await import(join(checkout, 'src/trial/runtime.ts'));
const { runFleetd } = await import(join(checkout, 'src/fleetd/run.ts'));
const { pino } = await import(join(checkout, 'node_modules/pino/pino.js'));

const productsFile = join(folder, 'products.yaml');
writeFileSync(
  productsFile,
  `products:
  - {name: shop, priority: high, channels: ["slack:#shop"]}
  - {name: plans, plan_approval: required}
  - {name: quest}
  - {name: broken}
  - {name: slow, resource_weight: 2}
  - {name: held, priority: low}
scheduling: {max_concurrent_sessions: 4, resource_budget: {max_memory_gb: 64}}
`,
);
// A worker of the simulator is no cheaper for being recorded: fast, but not so fast that no mail is seen.
process.env.OV_SIM_COST_USD = '0.25';
const say = (line: string) => console.log(line);
const runtime = await prepareRuntime(
  {
    real: false,
    projects: null,
    model: 'demo',
    port: 0,
    dashboardPort: null,
    productsFile,
    stateDir: folder,
  },
  join(checkout, 'dist'),
  say,
);
// Older commits have done it by now.
if ('prepareProducts' in runtime) {
  const { readRegistry } = await import(join(checkout, 'src/registry/index.ts'));
  const { products } = await readRegistry(productsFile, {
    workspaceRoot: runtime.workspaceRoot,
    projectsRoot: null,
  });
  await runtime.prepareProducts(products, await runtime.features(), {});
}
const sim = (product: string, name: string, value: unknown) => {
  mkdirSync(join(folder, 'workspace', product, '.overstory/sim'), { recursive: true });
  writeFileSync(join(folder, 'workspace', product, '.overstory/sim', name), JSON.stringify(value));
};
sim('broken', 'faults.json', [{ command: 'coordinator start', kind: 'fail', text: 'root-refused' }]);
sim('slow', 'settings.json', { speed: 0.02 });

const operatorSocket = join(folder, 'run/operator.sock');
mkdirSync(join(folder, 'run'), { recursive: true });
const fleetd = await runFleetd({
  productsFile,
  workspaceRoot: runtime.workspaceRoot,
  stateDir: join(folder, 'state'),
  operatorSocket,
  gatewaySocket: null,
  channel: runtime.channel,
  log: pino({ level: 'info' }, pino.destination({ dest: join(folder, 'fleetd.log'), sync: false })),
});

async function fleet(...args: string[]): Promise<string> {
  // fleetd lives in this process: it must not wait for its own client.
  const { execFile } = await import('node:child_process');
  return await new Promise((done) =>
    execFile(
      join(checkout, 'bin/fleet'),
      args,
      { env: { ...process.env, FLEET_SOCKET: operatorSocket } },
      (_, stdout, stderr) => {
        say(`$ fleet ${args.join(' ')}\n${stdout}${stderr}`);
        done(stdout);
      },
    ),
  );
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const giveUpMs = Date.now() + 180_000;
  while (!(await holds())) {
    if (Date.now() > giveUpMs) throw new Error(`Expected ${what} within three minutes.`);
    await sleep(500);
  }
}
const state = (objective: string, wanted: string) =>
  until(
    `${objective} ${wanted}`,
    async () => JSON.parse(await fleet('--json', 'objective', objective)).data.state === wanted,
  );
/** The number of the product's open gate, once there is one. */
async function gate(product: string): Promise<string> {
  let found: string | null = null;
  await until(`a gate of ${product}`, async () => {
    const { data } = JSON.parse(await fleet('--json', 'gates', product)) as { data: { n: number }[] };
    found = data[0] ? String(data[0].n) : null;
    return found !== null;
  });
  return String(found);
}

await fleet('start', '--accept', 'it says hello', 'shop', 'Add a greeting page');
await fleet('start', 'plans', 'Ship the login page');
await fleet('start', 'quest', 'Choose a database. ov-sim:question');
await fleet('start', 'broken', 'Never starts');
await fleet('start', 'slow', 'Refactor everything');
await fleet('start', '--needs', 'obj-1', 'shop', 'Announce the greeting page');
await state('obj-1', 'done');
await fleet('approve', await gate('plans'), 'go ahead');
await gate('quest');
await state('obj-4', 'failed');
await state('obj-2', 'done');
await state('obj-5', 'running');
await fleet('message', 'slow', 'keep the old names');
await fleet('cancel', 'obj-5');
await state('obj-5', 'cancelled');
await fleet('pause', 'held');
await fleet('start', 'held', 'Wait for better times');
await fleet('priority', 'quest', '90');
await fleet('cap', 'slow', 'memory', '2');
if (existsSync(join(checkout, 'src/verbs/every.ts'))) {
  await fleet(
    'every',
    '--tz',
    'Europe/Berlin',
    '--name',
    'minutely',
    '* * * * *',
    'shop',
    'Look at the shop',
  );
  await fleet('every', '--name', 'posts', '--missed', 'skip', '0 9 * * 1-5', 'plans', 'Daily posts');
  await fleet('recurring', 'pause', 'posts');
  await until('a run', async () => JSON.parse(await fleet('--json', 'recurring')).data[0].runs === 1);
  await fleet('recurring', 'pause', 'minutely');
  await state('obj-8', 'done');
}
await state('obj-6', 'done');
await fleet('start', 'slow', 'Left in the middle');
await until('it running', async () => (await fleet('--json', 'status', 'slow')).includes('"running"'));
await fleet('backup');
const backup = execFileSync('ls', [join(folder, 'state/backups')], { encoding: 'utf8' }).trim();
copyFileSync(join(folder, 'state/backups', backup), file);
await fleetd.close();
await runtime.close();
say(`${file} is written.`);
process.exit(0);
