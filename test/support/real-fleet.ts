// The whole fleetd over a channel to a real fleet-agent, on a products.yaml of its own.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { Direct } from '../../src/contract/objectives.ts';
import type { Tuning } from '../../src/fleet/tuning.ts';
import { type Fleetd, runFleetd } from '../../src/fleetd/run.ts';
import type { RuntimeEntry } from '../../src/registry/registry.ts';
import type { Engine } from '../../src/runtime/engine/engine.ts';
import type { Channel } from '../../src/runtime/index.ts';
import type { LeaseLengths } from '../../src/runtime/lease-terms.ts';
import { until } from '../simulator/ov.ts';

export interface RealFleet extends AsyncDisposable {
  fleetd: Fleetd;
  /** the operator's */
  socket: string;
  sockets: { operator: string; gateway: string };
  /** @returns the objective's id */
  start(product: string, text: string, direct?: Direct): string;
  objective(id: string): ReturnType<Fleetd['fleet']['commands']['objective']>;
  /** Waits until the objective is in one of these states. */
  reaches(id: string, ...states: string[]): Promise<ReturnType<RealFleet['objective']>>;
  /** Waits until the objective was sent to the product's coordinator. @param ms until's own unless given */
  handedOver(product: string, id: string, ms?: number): Promise<unknown>;
  /** The sentences of the events on this product, in order. */
  said(product: string): string[];
  events(kind: string): {
    at: string;
    data: Record<string, unknown>;
    text: string;
    product: string | null;
  }[];
}

const source = { via: 'cli', sender: 'tester', thread: null } as const;

export async function openRealFleet(options: {
  channel: Channel;
  /** to another runtime of products.yaml */
  channelOf?: (entry: RuntimeEntry) => Channel;
  /** what makes a place for each product of one; default: by its kind */
  engineOf?: (entry: RuntimeEntry) => Engine | null;
  workspace: string;
  /** kept by whoever gives it: the journal of a fleetd that goes on in the next one */
  stateDir?: string;
  /** folder of a human's repositories, and what takes branches into them */
  projects?: { folder: string; publisher: Channel };
  /** brings branches to remotes and forges */
  deliverer?: Channel;
  products: string[];
  /** path of a products.yaml that says all of it */
  productsFile?: string;
  tuning?: Partial<Tuning>;
  /** of the leases of the runtimes in `sections` */
  lease?: LeaseLengths;
  /** one more line per product, e.g. `plan_approval: required` */
  extra?: string | ((product: string) => string);
  /** further sections of products.yaml */
  sections?: string;
  maxWorkers?: number;
  /** 4 unless given */
  maxSessions?: number;
  /** on a free port, with a token that is made */
  dashboard?: boolean;
  /** how long `reaches` waits, in ms; 90 s unless given */
  patienceMs?: number;
}): Promise<RealFleet> {
  const folder = mkdtempSync(join(tmpdir(), 'fl-'));
  const file = options.productsFile ?? join(folder, 'products.yaml');
  const extra = (name: string) =>
    typeof options.extra === 'function' ? options.extra(name) : (options.extra ?? '');
  const entries = options.products.map(
    (name) =>
      `  - name: ${name}\n    path: ${name}\n    type: code\n    overstory: true\n    priority: medium\n    resource_weight: 1\n${extra(name) ? `    ${extra(name)}\n` : ''}`,
  );
  const workers = options.maxWorkers ? `\n  max_workers_per_session: ${options.maxWorkers}` : '';
  if (options.productsFile === undefined)
    writeFileSync(
      file,
      `${options.sections ?? ''}products:\n${entries.join('')}scheduling:\n  max_concurrent_sessions: ${options.maxSessions ?? 4}${workers}\n`,
    );
  const sockets = { operator: join(folder, 'operator.sock'), gateway: join(folder, 'gateway.sock') };
  const fleetd = await runFleetd({
    productsFile: file,
    workspaceRoot: options.workspace,
    ...(options.projects && {
      projectsRoot: options.projects.folder,
      publisher: options.projects.publisher,
    }),
    ...(options.deliverer && { deliverer: options.deliverer }),
    stateDir: options.stateDir ?? join(folder, 'state'),
    operatorSocket: sockets.operator,
    gatewaySocket: sockets.gateway,
    dashboard: options.dashboard ? { port: 0, host: '127.0.0.1', token: null } : null,
    channel: options.channel,
    ...(options.channelOf && { channelOf: options.channelOf }),
    ...(options.engineOf && { engineOf: options.engineOf }),
    ...(options.lease && { lease: options.lease }),
    log: pino({ level: process.env.TEST_LOG ?? 'silent' }),
    tuning: { sweepLiveMs: 1_500, ...options.tuning },
  });
  const { commands, loop } = fleetd.fleet;
  await until(
    () => loop.context.runtime.link().state,
    (state) => state === 'connected',
  );
  const said = (product: string) =>
    commands
      .eventsAfter(0, 10_000)
      .filter((event) => event.product === product)
      .map((event) => event.text);
  return {
    fleetd,
    socket: join(folder, 'operator.sock'),
    sockets,
    start: (product, text, direct) =>
      commands.start({ product, text, acceptance: null, needs: [], source, idempotencyKey: null, direct }).id,
    objective: (id) => commands.objective(id),
    reaches: (id, ...states) =>
      until(
        () => commands.objective(id),
        (seen) => states.includes(seen.state),
        options.patienceMs ?? 90_000,
      ),
    handedOver: (product, id, ms) =>
      until(
        () => said(product),
        (seen) => seen.includes(`${id}.1 was sent.`),
        ms,
      ),
    said,
    events: (kind) => commands.eventsAfter(0, 10_000).filter((event) => event.kind === kind),
    async [Symbol.asyncDispose]() {
      await fleetd.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}
