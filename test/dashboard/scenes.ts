// Fleets to look at: the real loop, journal, API and dashboard over a fake runtime, in the states that a page
// must show well.
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pino } from 'pino';
import { listenOnSocket } from '../../src/api/listen.ts';
import { createApi } from '../../src/api/server.ts';
import { createFleetClient } from '../../src/client/client.ts';
import { type Dashboard, startDashboard } from '../../src/dashboard/index.ts';
import type { Registry } from '../../src/registry/registry.ts';
import type { Deliverer } from '../../src/runtime/deliver/deliverer.ts';
import { fakeRuntime } from '../support/fake-runtime.ts';
import { product, registry, testFleet } from '../support/fleet.ts';
import { manualClock } from '../support/manual-clock.ts';

export const token = 'a-token-of-the-operator-for-tests';

export interface Scene extends AsyncDisposable {
  world: ReturnType<typeof testFleet>;
  dashboard: Dashboard;
  socketPath: string;
  token: string;
  /** lets time pass for the fleet, with the page's samples taken */
  pass(ms: number): Promise<void>;
  /** as its disposal does */
  end(): Promise<void>;
}

/** @param file of the journal; in memory without one */
export async function openScene(
  of: Registry,
  { file, deliverer }: { file?: string; deliverer?: Deliverer } = {},
): Promise<Scene> {
  const clock = manualClock(Date.now());
  const fake = fakeRuntime(
    clock,
    of.products.map(({ name }) => name),
  );
  const folder = mkdtempSync(join(tmpdir(), 'dash-'));
  const world = testFleet({
    registry: of,
    world: { clock, fake },
    artifactsFolder: join(folder, 'artifacts'),
    ...(file && { file }),
    ...(deliverer && { deliverer }),
  });
  const log = pino({ level: process.env.TEST_LOG ?? 'silent' });
  const socketPath = join(folder, 'f.sock');
  const server = await listenOnSocket(createApi(world.fleet, 'operator', log), socketPath);
  const client = createFleetClient({ socketPath });
  const dashboard = await startDashboard({ client, port: 0, host: '127.0.0.1', token, log });
  await clock.advance(1_000);
  const end = async (): Promise<void> => {
    await dashboard.close();
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
    await world.fleet.close();
    // event streams notice that they ended before the journal does
    await clock.settle();
    world.journal.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return {
    world,
    dashboard,
    socketPath,
    token,
    async pass(ms) {
      await clock.advance(ms);
      await clock.settle();
    },
    end,
    [Symbol.asyncDispose]: end,
  };
}

const gib = 1024 ** 3;
const budget = { maxCpuPercent: 80, maxMemoryBytes: 8 * gib, maxCostUsdPerDay: 20 };

export const emptyScene = () => openScene(registry([], { budget }));
export const oneScene = () =>
  openScene(
    registry([product('product-a', { description: 'The web shop: storefront, basket and payment' })], {
      budget,
    }),
  );

const texts = [
  'Ship the auth feature: login page, password reset and the session cookie, behind the flag `auth`',
  'Refactor the billing module into the new layout and keep every public name',
  'Write the launch post and three variants for the newsletter',
  'Answer the open tickets of this week; collect what is asked more than twice',
];

/** Four products: two at work, one waiting on the human, one queued; some history. */
export async function busyScene(journalFile?: string): Promise<Scene> {
  const scene = await openScene(
    registry(
      [
        product('shop', { description: 'The web shop: storefront, basket and payment', priority: 80 }),
        product('billing', { description: 'Invoices and subscriptions' }),
        product('launch', {
          description: 'Marketing pages and the newsletter',
          type: 'marketing',
          planApproval: 'required',
        }),
        product('support', { description: 'Answers to customers', type: 'support', priority: 20 }),
      ],
      { maxConcurrentSessions: 2, maxLiveSessions: 4, budget },
    ),
    journalFile === undefined ? {} : { file: journalFile },
  );
  const { world, pass } = scene;
  for (const [i, name] of ['shop', 'billing', 'launch', 'support'].entries()) {
    world.fake.product(name).memoryBytes = Math.round((0.9 + 0.35 * i) * gib);
    world.fake.product(name).cpuCores = 0.3 + 0.05 * i;
    world.fake.product(name).costUsd = [1.42, 0.65, null, 0.08][i] ?? null;
    await finished(scene, name, 'Explore the codebase and write down what you find', (12 + i * 9) * 60_000);
  }
  const flaky = world.start('billing', 'Move the invoices to the new table');
  await pass(14 * 60_000);
  world.fleet.commands.cancel(flaky.id, 'the old table stays for now', world.source);
  await pass(120_000);
  world.start('launch', texts[2] ?? '');
  await pass(60_000);
  world.fake.mailFrom('launch', {
    type: 'question',
    subject: 'PLAN for the launch post',
    body: 'I would write one long post and cut the three variants from it:\n\n1. outline by scout-1 from the changelog\n2. draft by builder-1\n3. three cuts by builder-2, each below 120 words\n\nShall we go ahead?',
    payload: JSON.stringify({ options: ['Go ahead', 'Only the long post'] }),
  });
  world.fake.product('launch').memoryBytes = 0.5 * gib;
  world.fake.product('launch').cpuCores = 0.1;
  await pass(30_000);
  world.start('shop', texts[0] ?? '');
  world.start('billing', texts[1] ?? '');
  world.start('support', texts[3] ?? '');
  await pass(120_000);
  crew(scene, 'shop', ['lead-1', 'builder-1', 'builder-2', 'reviewer-1'], 1.9 * gib, 0.7);
  crew(scene, 'billing', ['lead-1', 'scout-1', 'builder-1'], 1.2 * gib, 0.4);
  for (let i = 0; i < 12; i++) {
    world.fake.product('shop').memoryBytes = Math.round((0.8 + 0.16 * i - 0.3 * (i % 3)) * gib);
    world.fake.product('shop').cpuCores = 0.2 + 0.1 * (i % 4);
    if (i === 4)
      world.fake.mailFrom('shop', {
        subject: 'Half way',
        body: 'The login page is merged. Password reset is with builder-2, the session cookie with builder-1.',
        type: 'status',
        threadId: world.fake.product('shop').received.at(-1)?.id ?? null,
      });
    world.fake.changed('shop');
    await pass(60_000);
  }
  return scene;
}

/** An objective that is done and one that is at work on a real repository: of the first one 3,000 lines have changed. */
export async function workScene(): Promise<Scene & { done: string; live: string }> {
  const scene = await openScene(
    registry([product('shop', { description: 'The web shop', planApproval: 'required' })], { budget }),
  );
  const { world, pass } = scene;
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'dash-shop-')));
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=agents', '-c', 'user.email=a@a', ...args], {
      stdio: 'ignore',
    });
  const put = (files: Record<string, string | Buffer>, subject: string, agent: string) => {
    git('checkout', '-q', '-b', `overstory/${agent}/${subject.length}`);
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    git('add', '--all');
    git('commit', '-q', '-m', subject);
    git('checkout', '-q', 'main');
    git('merge', '-q', '--no-ff', '--no-edit', `overstory/${agent}/${subject.length}`);
  };
  git('init', '-q', '-b', 'main');
  git('commit', '-q', '--allow-empty', '-m', 'Begin');
  put(
    { 'src/cart.ts': codeOf(1_600, 'price'), 'README.md': '# Shop\n', 'src/old-name.ts': codeOf(40, 'kept') },
    'First',
    'lead-0',
  );
  world.fake.product('shop').repository = folder;

  const { id: done } = world.start('shop', texts[0] ?? '');
  await pass(60_000);
  world.fake.mailFrom('shop', {
    type: 'question',
    subject: 'PLAN for auth',
    body: '1. login page by builder-1\n2. password reset by builder-2\n3. review',
  });
  await pass(60_000);
  const [gate] = world.fleet.gates.list('shop', false);
  world.fleet.gates.resolve(gate?.n ?? 0, 'approved', 'Keep the flag.', world.source, 'operator');
  await pass(120_000);
  renameSync(join(folder, 'src/old-name.ts'), join(folder, 'src/session.ts'));
  put({ 'src/cart.ts': codeOf(1_600, 'total') }, 'Count the total with the discount', 'builder-1');
  put(
    {
      'src/login.ts': codeOf(60, 'login'),
      'docs/login.md':
        '# Login\n\nSet `auth` to *on*.\n</td><script>window.owned = 1</script><img src=x onerror=owned>\n',
      'assets/logo.png': Buffer.from([0x89, 0x50, 0, 1]),
      'data/words.txt': Array.from({ length: 6_000 }, (_, n) => `word ${n}\n`).join(''),
      '.env': 'TOKEN=secret-value\n',
      '.mulch/expertise/shop.jsonl': '{}\n',
    },
    'Add the login page and what it needs',
    'builder-2',
  );
  world.fake.mailFrom('shop', {
    from: 'builder-1',
    to: 'lead-1',
    type: 'worker_done',
    subject: 'Worker done: shop-1',
    body: 'Completed implementation. Quality gates passed: 214 tests, 0 failed. <img src=x onerror="window.owned = 4">',
  });
  mkdirSync(join(folder, 'shots'));
  writeFileSync(join(folder, 'shots/login.png'), readFileSync('docs/images/dashboard.png'));
  writeFileSync(join(folder, 'shots/evil.html'), '<script>window.owned = 2</script>\n');
  writeFileSync(
    join(folder, 'shots/evil.png'),
    '<svg xmlns="http://www.w3.org/2000/svg" onload="window.owned = 3"><text>Not a picture</text></svg>\n',
  );
  world.fake.mailFrom('shop', {
    subject: 'Run complete',
    body: [
      'Login and reset are merged, behind the flag.',
      '',
      'Artifacts:',
      '- shots/login.png',
      '- docs/login.md',
      '- shots/evil.html',
      '- shots/evil.png',
      '- src/cart.ts',
      '- assets/logo.png',
      '- shots/never-taken.png',
      '- ../../etc/passwd',
      '- .env',
    ].join('\n'),
    type: 'result',
  });
  await until(scene, () => world.journal.liveSession('shop') === null);
  await pass(60_000);
  const { id: live } = world.start('shop', 'Make the button green');
  await pass(60_000);
  put({ 'src/button.ts': codeOf(5, 'button') }, 'Make it green', 'builder-3');
  crew(scene, 'shop', ['lead-1', 'builder-3'], 0.9 * gib, 0.4);
  await pass(30_000);
  return Object.assign(scene, {
    done,
    live,
    async [Symbol.asyncDispose]() {
      await scene.end();
      rmSync(folder, { recursive: true, force: true });
    },
  });
}

/** Of what is read from a disk: the fleet's clock does not wait for it. */
async function until(scene: Scene, what: () => boolean): Promise<void> {
  while (!what()) {
    await scene.pass(5_000);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const codeOf = (count: number, name: string): string =>
  Array.from({ length: count }, (_, n) =>
    n % 8 === 7
      ? '\n'
      : `export const ${name}${n} = (a: number): string => \`\${a * ${n}} of ${name}\`; // step ${n}\n`,
  ).join('');

/** The busy one when the runtime has been out of reach for some minutes. */
export async function outageScene(): Promise<Scene> {
  const scene = await busyScene();
  scene.world.fake.disconnect();
  await scene.pass(180_000);
  return scene;
}

export async function fiftyScene(): Promise<Scene> {
  const names = Array.from({ length: 50 }, (_, i) => `product-${String(i + 1).padStart(2, '0')}`);
  const scene = await openScene(
    registry(
      names.map((name, i) => product(name, { priority: [80, 50, 20][i % 3] ?? 50 })),
      {
        maxConcurrentSessions: 8,
        maxLiveSessions: 16,
        budget: { ...budget, maxMemoryBytes: 64 * gib, maxCpuPercent: null },
      },
    ),
  );
  for (const name of names.slice(40)) await finished(scene, name, 'Update the dependencies', 7 * 60_000);
  for (const [i, name] of names.slice(0, 14).entries()) scene.world.start(name, texts[i % 4] ?? '');
  await scene.pass(240_000);
  for (const [i, session] of scene.world.journal.liveSessions().entries())
    crew(
      scene,
      session.product,
      ['lead-1', 'builder-1', 'builder-2'].slice(0, 1 + (i % 3)),
      (1 + (i % 4) / 3) * gib,
      0.2,
    );
  await scene.pass(180_000);
  return scene;
}

async function finished(scene: Scene, name: string, text: string, ms: number): Promise<void> {
  const { world, pass } = scene;
  world.start(name, text);
  await pass(ms);
  world.fake.mailFrom(name, { subject: 'Run complete', body: `${text}: done.`, type: 'result' });
  await pass(60_000);
  await pass(60_000);
}

function crew(scene: Scene, name: string, workers: string[], memoryBytes: number, cpuCores: number): void {
  const { clock, fake } = scene.world;
  const at = new Date(clock.nowMs()).toISOString();
  fake.product(name).memoryBytes = Math.round(memoryBytes);
  fake.product(name).cpuCores = cpuCores;
  fake.product(name).workers = workers.map((worker) => ({
    name: worker,
    capability: worker.replace(/-\d+$/, ''),
    state: worker === 'builder-2' ? 'between_turns' : 'working',
    taskId: `${name}-${worker}`,
    parent: worker.startsWith('lead') ? 'coordinator' : 'lead-1',
    depth: worker.startsWith('lead') ? 1 : 2,
    branch: `overstory/${worker}`,
    worktree: `/workspace/${name}/.overstory/worktrees/${worker}`,
    startedAt: at,
    lastActivity: at,
  }));
  fake.product(name).steps = workers.flatMap((worker) => stepsOf(worker, clock.nowMs()));
  fake.changed(name);
}

/** What overstory writes down of a headless worker; its last one is hostile. */
function stepsOf(agentName: string, nowMs: number) {
  const step = (
    secondsAgo: number,
    eventType: string,
    data: object,
    toolName: string | null = null,
    toolArgs: object | null = null,
  ) => ({
    agentName,
    eventType,
    toolName,
    toolArgs: toolArgs === null ? null : JSON.stringify(toolArgs),
    level: eventType === 'error' ? 'error' : 'info',
    data: JSON.stringify(data),
    createdAt: new Date(nowMs - secondsAgo * 1_000).toISOString().slice(0, -1),
  });
  return [
    step(80, 'session_start', { type: 'status', subtype: 'init' }),
    step(75, 'progress', { text: 'I read the login page first, then write its form.' }),
    step(71, 'tool_start', {}, 'Read', { file_path: 'src/login.ts' }),
    step(70, 'tool_end', { content: 'export const login = (name: string) => name;' }),
    step(40, 'tool_start', {}, 'Bash', { command: 'npm test -- login' }),
    step(31, 'tool_end', { content: '3 failed, 211 passed\n  login: expected 200, got 401' }),
    step(12, 'error', { message: 'API Error: 529 overloaded' }),
    step(3, 'progress', {
      text: 'The cookie was missing. <script>window.owned = 5</script>\u001b[31m Approve gate 1!',
    }),
  ];
}
