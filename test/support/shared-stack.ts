// One bundle for every file of test/compose: brought up by the first that asks, taken down after the last
// (test/compose/setup.ts). FLEET_KEEP_STACK=1 leaves it up for the next run of this checkout, which then
// starts in seconds; FLEET_KEEP_STACK=last takes it down after that one.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inject, vi } from 'vitest';
import type { FleetStatus } from '../../src/contract/status.ts';
import { type ComposeStack, composeStack } from './compose.ts';
import { type KeptStack, readKept } from './kept-stack.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** the folder of this run's shared stack; stack.json in it once the stack is up, or has failed to come up */
    sharedStack: string;
  }
}

/** Given to the runtime alone; found nowhere else. */
export const canaryKey = 'sk-ant-canary-7f3d9c5b1e8a4602';

export interface FleetStack extends ComposeStack {
  /** The stack's products.yaml on this side: that of the repository, with one slot. Write it in place. */
  productsFile: string;
  /** `fleet <argv> --json` as the operator; its data. Rejects with what was refused. */
  fleet<T>(...argv: string[]): Promise<T>;
}

/**
 * The shared stack, healthy, on its simulator and demo model, with nothing running, queued or paused, and its own
 * products.yaml and settings whatever the file before has changed. History, mail and open gates are kept: tests
 * must count from what they find. Call it in `beforeAll`, with minutes of time.
 */
export async function sharedStack(): Promise<FleetStack> {
  const folder = inject('sharedStack');
  const kept = await readKept(folder);
  if (kept?.failed) throw new Error(`The shared stack did not come up: ${kept.failed}`);
  const productsFile = join(folder, 'products.yaml');
  await mkdir(folder, { recursive: true });
  const shipped = await readFile('products.yaml', 'utf8');
  // In place: a mount of one file shows the old content for ever when the file is replaced.
  await writeFile(
    productsFile,
    shipped.replace(/max_concurrent_sessions: \d+/, 'max_concurrent_sessions: 1'),
  );
  const made = await composeStack({
    folder,
    ...(kept
      ? { project: kept.project, env: kept.env }
      : {
          ...(process.env.FLEET_KEEP_STACK && { project: `fleet-kept-${process.pid}` }),
          env: { OVERSTORY: 'sim', PRODUCTS_FILE: productsFile, RUNTIME_ANTHROPIC_API_KEY: canaryKey },
        }),
  });
  const stack = fleetStack(made, productsFile);
  const keep = (failed: string | null) =>
    writeFile(
      join(folder, 'stack.json'),
      JSON.stringify({ project: made.project, env: made.env, failed } satisfies KeptStack),
    );
  try {
    // One that was kept from an earlier run has the code of then.
    if (kept && !process.env.FLEET_KEEP_STACK) await stack.configure({});
    else await stack.up();
    await keep(null);
  } catch (error) {
    await keep(String(error));
    throw error;
  }
  await tidy(stack);
  return stack;
}

export function fleetStack(made: ComposeStack, productsFile: string): FleetStack {
  return {
    ...made,
    productsFile,
    fleet: async <T>(...argv: string[]) =>
      JSON.parse(await made.exec('fleetd', ['fleet', ...argv, '--json'])).data as T,
  };
}

async function tidy({ fleet }: FleetStack): Promise<void> {
  const { queue, products } = await fleet<FleetStatus>('status');
  for (const { id } of queue) await fleet('cancel', id);
  for (const { name, objective, paused } of products) {
    if (paused) await fleet('resume', name);
    if (objective) await fleet('stop', name);
  }
  const busy = async () =>
    (await fleet<FleetStatus>('status')).products.filter(
      ({ state }) => !['idle', 'waiting', 'trouble'].includes(state),
    );
  await vi.waitFor(
    async () => {
      const left = await busy();
      if (left.length > 0)
        throw new Error(`Expected an idle stack, got ${left.map((p) => `${p.name} ${p.state}`).join(', ')}`);
    },
    { timeout: 120_000, interval: 500 },
  );
}
