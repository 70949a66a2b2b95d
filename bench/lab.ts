// A throw-away workspace of many products with an `ov` that counts its starts, real agents on it, and fleetd
// as a process of its own. With a container the agent and every `ov` run inside it, on the same paths.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { createFleetClient, type FleetClient } from '../src/client/client.ts';
import type { ProductRef } from '../src/contract/runtime/protocol.ts';
import { cloneFolder } from '../src/runtime/checkout/make.ts';
import {
  agentArgv,
  type Channel,
  connectRuntime,
  dockerChannel,
  localChannel,
  type Runtime,
} from '../src/runtime/index.ts';
import { type Build, bundleOf, programOf, thisBuild } from './build.ts';
import type { Container } from './container.ts';
import type { LocalFleetdOptions, WayState } from './local-fleetd.ts';
import { ask } from './rest.ts';

export const dist = join(thisBuild.root, 'dist');

export interface FleetdProcess {
  /** of this build's contract: an older fleetd is asked by rest.ts */
  client: FleetClient;
  socket: string;
  pid: number;
  /** of its one agent; with machines: of any of them */
  agentPid: number;
  /** Cuts the way to a machine in silence, or mends it. */
  way(machine: string, state: WayState): void;
  /** ms from spawn until it answered */
  readyMs: number;
  close(): Promise<void>;
}

export interface FleetdStart {
  /** the first so many products; default: all */
  count?: number;
  stateDir?: string;
  dashboard?: LocalFleetdOptions['dashboard'];
  /** Each of the lab's machines is a runtime of its own, so far away in each direction, ms; left out: one runtime has all */
  farMs?: number;
}

export interface Lab extends AsyncDisposable {
  folder: string;
  env: NodeJS.ProcessEnv;
  /** path of `ov`, which notes each start in a file */
  ov: string;
  products: ProductRef[];
  /** the starts of `ov` so far: folder and words */
  calls(): string[];
  callsFile: string;
  channel(): Channel;
  /** The machines and their products, where it was opened with some: product n is on the one of number n modulo theirs. */
  machines: { name: string; folder: string; products: ProductRef[] }[];
  /** To an agent of one machine. */
  channelTo(machine: string): Channel;
  /** A new agent; its pid is the local one's. */
  connect(): Promise<{ runtime: Runtime; agentPid: number }>;
  /** Resolves when each of its products was looked at once. */
  fleetd(options?: FleetdStart): Promise<FleetdProcess>;
  /** Resolves when no `ov` was started for `ms`. */
  quiet(ms?: number): Promise<void>;
  /** Its next agent knows of no look before it, as on the first day. */
  forgetLooks(): void;
}

/** How `ov` is started here: argv. */
export function ovArgv(): { argv: string[]; real: string | null } {
  const { OVERSTORY_SRC: source, BUN: bun = 'bun' } = process.env;
  return source
    ? { argv: [bun, join(source, 'src/index.ts')], real: source }
    : { argv: ['node', join(dist, 'ov-sim.cjs')], real: null };
}

/** What the container of fleetd sets for it. */
function imageEnv({ root }: Build): Record<string, string> {
  const file = readFileSync(join(root, 'containers/Dockerfile'), 'utf8');
  const target = /^FROM base AS fleetd\n(.*?)(?=^FROM )/ms.exec(file)?.[1] ?? '';
  const env = [...target.matchAll(/^ENV (NODE_OPTIONS|MALLOC_\w+)=(\S+)$/gm)];
  return Object.fromEntries(env.map(([, name, value]) => [name, value]));
}

/** How that build starts its agent. */
async function agentOf(build: Build, node: string): Promise<[string, ...string[]]> {
  const { agentArgv } = (await import(join(build.root, 'src/runtime/channel.ts'))) as Partial<
    typeof import('../src/runtime/channel.ts')
  >;
  const program = programOf(build, 'agent.js');
  return agentArgv?.(node, program) ?? [node, program];
}

/**
 * @param products  how many
 * @param machines  how many share the products, each with a workspace of its own; default: all are in one
 * @param cloned  each is a clone of a human's folder, as products are unless products.yaml says otherwise
 * @param ov  argv that stands for `ov`
 * @param build  whose fleetd and agent; `ov` is this one's for all
 * @param container  started by container.ts, with `folder` mounted
 */
export async function openLab(options: {
  products: number;
  machines?: number;
  cloned?: boolean;
  ov?: string[];
  build?: Build;
  container?: (folder: string) => Promise<Container>;
}): Promise<Lab> {
  // Short: the path of a unix socket has 107 bytes at most.
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'fb-')));
  const path = (...parts: string[]) => join(folder, ...parts);
  for (const name of ['bin', 'home', 'tmux', 'w', 'p']) mkdirSync(path(name));
  const callsFile = path('calls.log');
  writeFileSync(callsFile, '');
  const quoted = (words: string[]) => words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  const ov = path('bin', 'ov');
  writeFileSync(
    ov,
    `#!/bin/sh\necho "$PWD $*" >> '${callsFile}'\nexec ${quoted(options.ov ?? ['node', join(dist, 'ov-sim.cjs')])} "$@"\n`,
  );
  chmodSync(ov, 0o755);
  const env: NodeJS.ProcessEnv = {
    PATH: [path('bin'), dirname(process.execPath), process.env.PATH].join(':'),
    HOME: path('home'),
    TMUX_TMPDIR: path('tmux'),
    LANG: 'C.UTF-8',
    FLEET_WORKSPACE: path('w'),
    GIT_CONFIG_GLOBAL: path('home', '.gitconfig'),
    // Sessions of the simulator that are there to be looked at, and do nothing by themselves.
    OV_SIM_START_MS: '100',
    OV_SIM_POLL_MS: '60000',
  };
  writeFileSync(
    env.GIT_CONFIG_GLOBAL ?? '',
    '[user]\nname = Bench\nemail = bench@example.invalid\n[init]\ndefaultBranch = main\n[safe]\ndirectory = *\n',
  );
  const tmux = (...args: string[]) => {
    try {
      execFileSync('tmux', ['-L', 'overstory', ...args], { env, stdio: 'ignore' });
    } catch {
      // it is gone already, or there is no tmux: then nothing here needs it
    }
  };
  tmux('new-session', '-d', '-s', 'keeper', 'sleep', 'infinity');
  const machines = Array.from({ length: options.machines ?? 0 }, (_, n) => ({
    name: `machine-${n}`,
    folder: path('w', `machine-${n}`),
    products: [] as ProductRef[],
  }));
  for (const { folder: machine } of machines) mkdirSync(machine);
  const laid = layProducts(
    (n) => machines[n % machines.length]?.folder ?? path(options.cloned ? 'p' : 'w'),
    options.products,
    ov,
    env,
  );
  for (const [n, product] of laid.entries()) machines[n % machines.length]?.products.push(product);
  const products = options.cloned ? await cloneEach(laid, path('w')) : laid;
  const container = (await options.container?.(folder)) ?? null;

  const { build = thisBuild } = options;
  const localAgent = await agentOf(build, process.execPath);
  const image = imageEnv(build);
  const closers: (() => Promise<void>)[] = [];
  const calls = () => readFileSync(callsFile, 'utf8').split('\n').slice(0, -1);
  const lab: Lab = {
    folder,
    env,
    ov,
    products,
    calls,
    callsFile,
    machines,
    channelTo(machine) {
      const workspace = path('w', machine);
      return localChannel({ argv: localAgent, env: { ...env, FLEET_WORKSPACE: workspace }, cwd: workspace });
    },
    channel: () =>
      container === null
        ? localChannel({ argv: localAgent, env, cwd: path('w') })
        : dockerChannel({
            project: container.project,
            argv: agentArgv('node', join(dist, 'agent.js')),
            workingDir: path('w'),
            env: ['PATH', 'HOME', 'FLEET_WORKSPACE', 'GIT_CONFIG_GLOBAL'].map(
              (name) => `${name}=${container.env[name] ?? env[name]}`,
            ),
          }),
    async connect() {
      const runtime = connectRuntime({ channel: lab.channel() });
      closers.push(() => runtime.close());
      const agentPid = await new Promise<number>((resolve, reject) => {
        runtime.on('connected', ({ pid }) => resolve(pid));
        runtime.on('lost', ({ message }) => reject(new Error(message)));
      });
      return { runtime, agentPid };
    },
    async fleetd(start = {}) {
      const { count = products.length, stateDir = path(`state-${closers.length}`), dashboard = null } = start;
      const productsFile = path(`products-${closers.length}.yaml`);
      const some = products.slice(0, count);
      const apart = start.farMs !== undefined;
      // Each fleetd of a new state is another fleet, and the lease of the one before would hold for eleven minutes.
      for (const { folder: machine } of machines)
        rmSync(join(machine, '.fleet'), { recursive: true, force: true });
      writeFileSync(productsFile, apart ? placedYaml(some, machines) : productsYaml(some, path('w')));
      const program = path('fleetd.mjs');
      if (!existsSync(program)) bundleOf(build, 'bench/local-fleetd.ts', program);
      const socket = path(`${closers.length}.sock`);
      const settings: LocalFleetdOptions = {
        productsFile,
        workspaceRoot: path('w'),
        stateDir,
        operatorSocket: socket,
        dashboard,
        agentArgv: localAgent,
        ...(start.farMs !== undefined && {
          far: {
            oneWayMs: start.farMs,
            workspaces: Object.fromEntries(machines.map((m) => [m.name, m.folder])),
          },
        }),
        ...(options.cloned && {
          projects: {
            folder: path('p'),
            publisherArgv: [process.execPath, programOf(build, 'publisher.js')] as const,
          },
        }),
      };
      const started = performance.now();
      const child = spawn(process.execPath, [program, JSON.stringify(settings)], {
        env: { ...env, LOG_LEVEL: process.env.LOG_LEVEL, ...image },
        stdio: ['ignore', 'inherit', 'inherit', ...(apart ? (['ipc'] as const) : [])],
      });
      const close = () => ended(child);
      closers.push(close);
      const client = createFleetClient({ socketPath: socket });
      await until(
        () =>
          ask(socket, 'GET', '/health').then(
            () => true,
            () => false,
          ),
        60_000,
        10,
      );
      const readyMs = performance.now() - started;
      await until(async () => {
        const { products } = (await ask(socket, 'GET', '/status')) as {
          products: { ageMs: number | null }[];
        };
        return products.every(({ ageMs }) => ageMs !== null);
      }, 300_000);
      const way = (machine: string, state: WayState) => void child.send({ machine, state });
      return { client, socket, pid: child.pid ?? 0, agentPid: childOf(child.pid ?? 0), way, readyMs, close };
    },
    async quiet(ms = 1_000) {
      for (let before = -1, now = calls().length; now !== before; now = calls().length) {
        before = now;
        await sleep(ms);
      }
    },
    forgetLooks() {
      for (const workspace of [path('w'), ...machines.map(({ folder: machine }) => machine)])
        rmSync(join(workspace, '.fleet/looks'), { recursive: true, force: true });
    },
    async [Symbol.asyncDispose]() {
      await Promise.allSettled(closers.map((close) => close()));
      tmux('kill-server');
      await container?.remove();
      rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    },
  };
  return lab;
}

/** One is initialised by `ov`, the others are copies of it under names of their own. */
function layProducts(
  workspaceOf: (n: number) => string,
  count: number,
  ov: string,
  env: NodeJS.ProcessEnv,
): ProductRef[] {
  const products = Array.from({ length: count }, (_, n) => ({
    name: `product-${n}`,
    root: join(workspaceOf(n), `product-${n}`),
  }));
  const [first, ...others] = products;
  if (first === undefined) return [];
  mkdirSync(first.root);
  const run = (file: string, ...args: string[]) =>
    execFileSync(file, args, { cwd: first.root, env, stdio: 'pipe' });
  run('git', 'init', '--quiet');
  writeFileSync(join(first.root, 'index.js'), 'console.log(1)\n');
  run('git', 'add', '.');
  run('git', 'commit', '--quiet', '-m', 'start');
  run(
    ov,
    'init',
    '--yes',
    '--json',
    '--name',
    first.name,
    '--skip-mulch',
    '--skip-seeds',
    '--skip-canopy',
    '--skip-onboard',
  );
  // A mail box with something in it, all read: products that have worked before.
  run(
    ov,
    'mail',
    'send',
    '--to',
    'operator',
    '--subject',
    'hello',
    '--body=hello',
    '--from',
    'coordinator',
    '--json',
  );
  const sent = JSON.parse(String(run(ov, 'mail', 'list', '--to', 'operator', '--json'))) as {
    messages: { id: string }[];
  };
  for (const { id } of sent.messages) run(ov, 'mail', 'read', id);
  run(ov, 'status', '--json');
  for (const { name, root } of others) {
    cpSync(first.root, root, { recursive: true });
    const config = join(root, '.overstory/config.yaml');
    writeFileSync(
      config,
      readFileSync(config, 'utf8').replace(first.name, name).replaceAll(first.root, root),
    );
  }
  return products;
}

async function cloneEach(folders: ProductRef[], workspace: string): Promise<ProductRef[]> {
  const clones = folders.map(({ name }) => ({ name, root: join(workspace, name) }));
  for (const [n, product] of clones.entries())
    await cloneFolder(
      { product: product.name, root: product.root, onProgress: () => {} },
      folders[n]?.root ?? '',
    );
  return clones;
}

const scheduling = 'scheduling:\n  max_concurrent_sessions: 8\n';
const entry = (name: string, path: string, more = '') =>
  `  - name: ${name}\n    path: ${path}\n    type: code\n    overstory: true\n    priority: medium\n    resource_weight: 1\n${more}`;

function productsYaml(products: ProductRef[], workspace: string): string {
  const entries = products.map(({ name, root }) => entry(name, relative(workspace, root)));
  return `products:\n${entries.join('')}${scheduling}`;
}

/** Each is pinned to the machine where it lies, and found there: nothing is cloned. */
function placedYaml(products: ProductRef[], machines: Lab['machines']): string {
  const entries = products.map(({ name }, n) =>
    entry(
      name,
      name,
      `    repo: https://git.invalid/${name}.git\n    runtime: ${machines[n % machines.length]?.name}\n`,
    ),
  );
  const runtimes = machines.map(({ name }) => `  - { name: ${name}, kind: ssh, host: ${name} }\n`);
  return `products:\n${entries.join('')}runtimes:\n${runtimes.join('')}${scheduling}`;
}

/** A write by somebody else, such as overstory makes all the time. */
export function touch({ root }: ProductRef): void {
  const database = new DatabaseSync(join(root, '.overstory/mail.db'));
  database.exec('CREATE TABLE IF NOT EXISTS bench (n); INSERT INTO bench VALUES (1)');
  database.close();
}

/** Unread mail to the operator, written as overstory writes it. @returns its id */
export function mailOperator(product: ProductRef, n: number): string {
  return writeMail(product, `msg-bench-${n}`, 'bench', 'status');
}

/** The same, as a question that a human must answer. @returns its subject, which no other has */
export function askOperator(product: ProductRef, n: number): string {
  const subject = `bench question ${n}?`;
  writeMail(product, `msg-question-${n}`, subject, 'question');
  return subject;
}

/**
 * A coordinator as overstory's books have it, over a tmux session that is there: overstory starts none for root, and
 * its own takes twelve seconds. It does nothing, and is ended with the lab's tmux server.
 */
export function liveCoordinator({ name, root }: ProductRef, env: NodeJS.ProcessEnv): void {
  const session = `overstory-${name}-coordinator`;
  const tmux = (...args: string[]) =>
    execFileSync('tmux', ['-L', 'overstory', ...args], { env, encoding: 'utf8' });
  tmux('new-session', '-d', '-s', session, '-c', root, 'sleep', 'infinity');
  const pid = Number(tmux('display-message', '-p', '-t', `=${session}:`, '#{pane_pid}'));
  const database = new DatabaseSync(join(root, '.overstory/sessions.db'));
  database
    .prepare(
      `INSERT INTO sessions (id, agent_name, capability, worktree_path, branch_name, task_id, tmux_session, state, pid,
         started_at, last_activity)
       VALUES (?, 'coordinator', 'coordinator', ?, 'main', 'coordinator', ?, 'working', ?, ?, ?)`,
    )
    .run(`session-bench-${name}`, root, session, pid, new Date().toISOString(), new Date().toISOString());
  database.close();
}

function writeMail({ root }: ProductRef, id: string, subject: string, type: string): string {
  const database = new DatabaseSync(join(root, '.overstory/mail.db'));
  database
    .prepare(
      `INSERT INTO messages (id, from_agent, to_agent, subject, body, type, priority, created_at)
       VALUES (?, 'coordinator', 'operator', ?, 'bench', ?, 'normal', ?)`,
    )
    .run(id, subject, type, new Date().toISOString());
  database.close();
  return id;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await gone;
  clearTimeout(timer);
}

function childOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]);
}

export async function until(
  holds: () => Promise<boolean> | boolean,
  ms = 20_000,
  everyMs = 50,
): Promise<void> {
  for (const deadline = Date.now() + ms; !(await holds()); await sleep(everyMs))
    if (Date.now() > deadline) throw new Error(`Expected ${holds} within ${ms} ms`);
}
