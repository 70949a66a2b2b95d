// The runtime's container killed while a session starts in it, on the stack that bundle.test.ts shares.
import { expect, test } from 'vitest';
import type { ObjectiveView } from '../../src/contract/objectives.ts';
import type { FleetStatus } from '../../src/contract/status.ts';
import type { ComposeStack } from '../support/compose.ts';

const minutes = 60_000;

export function runtimeStops(shared: { stack: () => ComposeStack }): void {
  const fleet = async <T>(...argv: string[]): Promise<T> =>
    JSON.parse(await shared.stack().exec('fleetd', ['fleet', ...argv, '--json'])).data as T;

  test(
    'says so, goes on when the runtime is back, and hands the objective over once',
    async () => {
      const stack = shared.stack();
      const sim = '/workspace/product-b/.overstory/sim';
      await stack.exec('overstory-runtime', [
        'sh',
        '-c',
        `mkdir -p ${sim} && echo '{"startMs":8000}' > ${sim}/settings.json`,
      ]);
      const { id } = await fleet<ObjectiveView>('start', 'product-b', 'Survive the loss of the runtime');
      const state = async () => (await fleet<ObjectiveView>('objective', id)).state;
      await expect.poll(state, { timeout: minutes, interval: 200 }).toBe('starting');
      await stack.compose('kill', 'overstory-runtime');
      const lost = async () => (await fleet<FleetStatus>('status')).runtime;
      await expect.poll(async () => (await lost()).state, { timeout: minutes }).not.toBe('connected');
      const { error } = await lost();
      expect(error?.code).toMatch(/^RUNTIME_/);
      expect(error?.mend).not.toBe('');
      await stack.compose('start', 'overstory-runtime');
      await expect.poll(state, { timeout: 2 * minutes, interval: 500 }).toBe('done');
      const dispatches = await stack.exec('overstory-runtime', [
        'sh',
        '-c',
        'cd product-b && ov mail list --json --from operator',
      ]);
      const { messages } = JSON.parse(dispatches) as { messages: { subject: string }[] };
      expect(messages.filter(({ subject }) => subject.includes(`[${id}.`))).toHaveLength(1);
    },
    6 * minutes,
  );
}
