// One real `ov` per file, one fleet per test, and the proof that a test leaves nothing alive.
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { until } from '../simulator/ov.ts';
import { openRealFleet, type RealFleet } from '../support/real-fleet.ts';
import { openRealOv, type RealOv, type RealOvOptions } from '../support/real-ov.ts';

export const by = { via: 'cli', sender: 'tester', thread: null } as const;

type Options = Partial<Parameters<typeof openRealFleet>[0]> & {
  /** what is done to the product before the fleet sees it */
  prepare?: (root: string) => void | Promise<void>;
};

/** @param options  asked once, before all */
export function withRealOv(options: () => RealOvOptions | Promise<RealOvOptions> = () => ({})) {
  let real: RealOv;
  let fleet: RealFleet | null = null;
  beforeAll(async () => {
    real = await openRealOv(await options());
  });
  afterEach(async () => {
    await fleet?.[Symbol.asyncDispose]();
    fleet = null;
  });
  afterAll(() => real?.[Symbol.asyncDispose]());

  /** Closed after the test. */
  const openFleet = async (options: Omit<Parameters<typeof openRealFleet>[0], 'workspace'>) => {
    fleet = await openRealFleet({ ...options, workspace: real.workspace });
    return fleet;
  };
  return {
    real: () => real,
    openFleet,
    async open(
      name: string,
      { prepare, ...more }: Options = {},
    ): Promise<{ fleet: RealFleet; root: string }> {
      const { root } = await real.product(name);
      await prepare?.(root);
      return { fleet: await openFleet({ channel: real.channel(), products: [name], ...more }), root };
    },
    /** No process of the product, no tmux session but the keeper. */
    async expectNothingLeft(name: string): Promise<void> {
      const { runtime } = fleet?.fleetd.fleet.loop.context ?? {};
      const report = await runtime?.footprint([{ name, root: `${real.workspace}/${name}` }]);
      expect(report?.products[0]?.processes).toEqual([]);
      expect(await real.tmux('list-sessions', '-F', '#{session_name}')).toBe('keeper');
    },
    /** Resolves when it is neither queued nor starting any more. */
    running: (id: string) =>
      until(
        () => fleet?.objective(id).state,
        (state) => state !== 'queued' && state !== 'starting',
        60_000,
      ),
    async handedOver(name: string, id: string) {
      if (fleet === null) throw new Error('Expected an open fleet, got none');
      await fleet.handedOver(name, id, 60_000);
    },
    trouble: (name: string) => fleet?.fleetd.fleet.status(name).products[0]?.error?.code ?? null,
    notices: () => fleet?.fleetd.fleet.outbox.due(0).map(({ kind, text }) => `${kind}: ${text}`) ?? [],
  };
}
