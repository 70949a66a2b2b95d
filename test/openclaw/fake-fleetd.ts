// fleetd's API on a unix socket with answers that the test sets: what the plugin's client really talks to.
import { createServer } from 'node:http';
import { FleetError } from '../../src/common/errors.ts';
import type { ObjectiveView } from '../../src/contract/objectives.ts';
import type { ProductView } from '../../src/contract/products.ts';
import type { FleetStatus } from '../../src/contract/status.ts';

export interface Asked {
  method: string;
  path: string;
  body: unknown;
}

export interface FakeFleetd {
  asked: Asked[];
  close(): Promise<void>;
}

/** @param answer the data of the reply; throw a FleetError for an error reply */
export async function startFakeFleetd(
  socketPath: string,
  answer: (asked: Asked) => unknown,
): Promise<FakeFleetd> {
  const asked: Asked[] = [];
  const server = createServer(async (incoming, response) => {
    let raw = '';
    for await (const chunk of incoming) raw += chunk;
    const request = {
      method: incoming.method ?? '',
      path: incoming.url ?? '',
      body: raw ? JSON.parse(raw) : null,
    };
    // The services' long polls: there is nothing, and no test asked them.
    if (/^\/v1\/(notices|interventions)\b/.test(request.path)) return;
    asked.push(request);
    response.setHeader('content-type', 'application/json');
    try {
      response.end(JSON.stringify({ ok: true, data: answer(request) }));
    } catch (error) {
      response.statusCode = 400;
      response.end(JSON.stringify({ ok: false, error: FleetError.wrap(error) }));
    }
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  return {
    asked,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

export function objectiveView(fields: Partial<ObjectiveView> = {}): ObjectiveView {
  return {
    id: 'obj-1',
    product: 'product-a',
    text: 'explore',
    state: 'queued',
    condition: null,
    why: null,
    position: 1,
    source: { via: 'model', sender: null, thread: null },
    createdAt: '2026-11-20T10:00:00.000Z',
    startedAt: null,
    endedAt: null,
    ...fields,
  };
}

export function productView(fields: Partial<ProductView> = {}): ProductView {
  return {
    name: 'product-a',
    type: 'code',
    description: null,
    priority: 80,
    overstory: true,
    planApproval: 'none',
    review: 'none',
    channels: [],
    state: 'idle',
    ageMs: 1000,
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
    ...fields,
  };
}

export function fleetStatus(products: ProductView[]): FleetStatus {
  return {
    at: '2026-11-20T10:00:00.000Z',
    products,
    capacity: {
      slotsUsed: 0,
      slots: 2,
      liveSessions: 0,
      maxLiveSessions: 4,
      memoryBytes: null,
      maxMemoryBytes: null,
      cpuCores: null,
      maxCpuCores: null,
      container: null,
      spentTodayUsd: null,
      maxCostUsdPerDay: null,
      today: { sessions: 0, turns: 0, unpriced: 0, tokens: null },
    },
    queue: [],
    overrides: [],
    runtime: { state: 'connected', description: 'test', ovVersion: '0.10.3', simulated: true, error: null },
    registry: { file: 'products.yaml', problems: [] },
    journal: { error: null },
  };
}
