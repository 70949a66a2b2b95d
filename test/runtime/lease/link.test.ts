// A link whose stream stays open while nobody answers, as in a partition: with a lease it is lost soon.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectRuntime } from '../../../src/runtime/index.ts';
import { manualClock } from '../../support/manual-clock.ts';
import { createWorkspace, type Workspace } from '../workspace.ts';

let workspace: Workspace;
beforeAll(async () => {
  workspace = await createWorkspace();
});
afterAll(() => workspace.remove());

test.each([
  [true, 25_000],
  [false, 70_000],
])('lease: %s, lost after %i ms', async (leased, lostAfterMs) => {
  const clock = manualClock();
  const runtime = connectRuntime({
    channel: workspace.channel(),
    clock,
    ...(leased && { lease: { fleet: 'one', runtime: 'box', epoch: 1 } }),
  });
  const { pid } = await new Promise<{ pid: number }>((resolve) => runtime.on('connected', resolve));
  const endsMs = runtime.leaseEndsMs();
  process.kill(pid, 'SIGSTOP');
  try {
    await clock.advance(lostAfterMs - 1);
    expect(runtime.link().state).toBe('connected');
    const lost = new Promise<{ code: string }>((resolve) => runtime.on('lost', resolve));
    await clock.advance(1);
    expect((await lost).code).toBe('AGENT_TIMEOUT');
  } finally {
    process.kill(pid, 'SIGKILL');
  }
  // What was not answered gave no more time.
  expect(runtime.leaseEndsMs()).toBe(endsMs);
  if (leased) expect((endsMs ?? 0) - (clock.upMs?.() ?? 0)).toBeGreaterThan(600_000);
  else expect(endsMs).toBeNull();
  await runtime.close();
});
