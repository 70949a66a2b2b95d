// Views of fleetd for tests of what shows them.

import type { ObjectiveView } from '../../src/contract/objectives.ts';
import type { ProductView } from '../../src/contract/products.ts';
import type { Worker } from '../../src/contract/runtime/snapshot.ts';
import type { FleetStatus } from '../../src/contract/status.ts';

export const nowMs = Date.parse('2026-11-20T12:00:00Z');
export const ago = (seconds: number) => new Date(nowMs - seconds * 1000).toISOString();

export const objectiveView = (fields: Partial<ObjectiveView> = {}): ObjectiveView => ({
  id: 'obj-6',
  product: 'product-a',
  text: 'Explore the codebase structure and write down what you find',
  state: 'running',
  condition: null,
  why: null,
  position: null,
  source: { via: 'cli', sender: 'ada', thread: null },
  createdAt: ago(800),
  startedAt: ago(740),
  endedAt: null,
  ...fields,
});

export const worker = (name: string, state: string, fields: Partial<Worker> = {}): Worker => ({
  name,
  state,
  capability: name.replace(/-\d+$/, ''),
  taskId: 'task-1',
  parent: null,
  depth: 1,
  branch: `overstory/${name}/task-1`,
  worktree: `/projects/product-a/.overstory/worktrees/${name}`,
  startedAt: ago(600),
  lastActivity: ago(20),
  ...fields,
});

export const productView = (name: string, fields: Partial<ProductView> = {}): ProductView => ({
  name,
  type: 'code',
  description: null,
  priority: 50,
  overstory: true,
  planApproval: 'none',
  review: 'none',
  channels: [],
  state: 'idle',
  ageMs: 4_000,
  stale: false,
  error: null,
  objective: null,
  queued: 0,
  workers: [],
  unreadMail: 0,
  gates: 0,
  paused: null,
  footprint: null,
  parkedBranches: [],
  report: null,
  ...fields,
});

export const fleetStatus = (products: ProductView[], fields: Partial<FleetStatus> = {}): FleetStatus => ({
  at: new Date(nowMs).toISOString(),
  products,
  capacity: {
    slotsUsed: products.filter(({ state }) => state === 'running').length,
    slots: 1,
    liveSessions: products.filter(({ state }) => state === 'running').length,
    maxLiveSessions: 2,
    memoryBytes: 1.2 * 1024 ** 3,
    maxMemoryBytes: 4 * 1024 ** 3,
    cpuCores: 0.8,
    maxCpuCores: 2,
    container: null,
    spentTodayUsd: null,
    maxCostUsdPerDay: null,
    today: { sessions: 0, turns: 0, unpriced: 0, tokens: null },
  },
  queue: [],
  overrides: [],
  runtime: {
    state: 'connected',
    description: 'docker exec into overstory-runtime',
    ovVersion: '0.10.3',
    simulated: false,
    error: null,
  },
  registry: { file: '/config/products.yaml', problems: [] },
  journal: { error: null },
  ...fields,
});

/** What a busy afternoon looks like: one runs, one waits for it, one wants an answer, one is only listed. */
export function busyFleet(): FleetStatus {
  const running = objectiveView();
  const queued = objectiveView({
    id: 'obj-7',
    product: 'product-c',
    state: 'queued',
    text: 'Fix the login page:\n- the button does nothing\n- the error is shown twice',
    why: 'waits for a slot, 1 of 1 used by product-a (obj-6)',
    position: 1,
    createdAt: ago(180),
    startedAt: null,
  });
  return fleetStatus(
    [
      productView('product-a', {
        description: 'The web shop: storefront, basket and payment',
        priority: 80,
        state: 'running',
        objective: running,
        workers: [
          worker('scout-1', 'working'),
          worker('builder-2', 'stalled'),
          worker('scout-0', 'completed'),
        ],
        unreadMail: 1,
        footprint: { memoryBytes: 612 * 1024 ** 2, cpuCores: 0.8 },
        channels: ['slack:#product-a-dev'],
      }),
      productView('product-b', {
        description: 'Marketing pages and the newsletter',
        type: 'marketing',
        state: 'waiting',
        planApproval: 'required',
        gates: 1,
        objective: objectiveView({
          id: 'obj-5',
          product: 'product-b',
          text: 'Write the launch post',
          condition: 'waiting on a human',
          why: 'plan of lead-1 needs approval (gate-3)',
        }),
      }),
      productView('product-c', { description: 'Login service', queued: 1 }),
      productView('product-d', {
        overstory: false,
        state: 'unknown',
        ageMs: null,
        type: 'support',
        priority: 20,
      }),
    ],
    { queue: [queued] },
  );
}
