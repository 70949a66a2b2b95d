// Buttons under a review and under failed checks, over the real API and the real loop: what a press does is done once,
// whoever presses again, and whichever way the word came first.
import { afterEach, describe, expect, it } from 'vitest';
import { createFleetClient } from '../../src/client/client.ts';
import type { Source } from '../../src/contract/source.ts';
import { buttonsFor, gateButtons } from '../../src/openclaw/buttons.ts';
import { slack } from '../../src/openclaw/chats/slack.ts';
import { runVerb } from '../../src/verbs/index.ts';
import { testFleet } from '../support/fleet.ts';
import { serveFleet } from '../support/gateway.ts';
import { type WaitingWork, workToReview, workWithFailedChecks } from '../support/work-gates.ts';

let close = async (): Promise<void> => {};
afterEach(() => close());

async function waiting(work: WaitingWork) {
  const t = testFleet({ registry: work.registry, deliverer: work.deliverer });
  await work.until(t);
  const server = await serveFleet(t.fleet);
  close = async () => {
    await server[Symbol.asyncDispose]();
    await t.fleet.close();
  };
  const client = createFleetClient({ socketPath: server.socketPath });
  const posted: string[] = [];
  const { handler } = gateButtons(
    'slack',
    slack.pressed as NonNullable<typeof slack.pressed>,
    () => client,
    async (_, text) => void posted.push(text),
  );
  const shown = buttonsFor(t.fleet.gates.get(1));
  return {
    ...t,
    posted,
    shown,
    gate: () => t.fleet.gates.get(1),
    objectives: () => t.fleet.commands.objectives(20, null).map(({ id }) => id),
    judged: () => t.fleet.commands.objective('obj-1').judged,
    /** @returns what who pressed is told alone */
    async press(label: string, senderId = 'U1'): Promise<string[]> {
      const privately: string[] = [];
      const value = shown.find((button) => button.label === label)?.value ?? '';
      await handler({
        senderId,
        conversationId: 'C0AAA',
        auth: { isAuthorizedSender: true },
        interaction: { payload: value.replace(/^[^:]+:/, '') },
        respond: { reply: async ({ text }: { text: string }) => void privately.push(text) },
      });
      await t.clock.advance(5_000);
      return privately;
    },
    async say(line: string): Promise<string> {
      const source: Source = { via: 'slack', sender: 'u2', thread: null };
      const { text } = await runVerb(line, { client, source, surface: 'chat', now: Date.now });
      await t.clock.advance(5_000);
      return text;
    },
  };
}

describe('a review', () => {
  it('shows Approve and Reject, and is accepted and delivered by one press, pressed twice by two', async () => {
    const work = workToReview();
    const t = await waiting(work);
    expect(t.gate()).toMatchObject({ kind: 'review', state: 'open' });
    expect(t.shown.map(({ label }) => label)).toEqual(['Approve', 'Reject']);
    expect(work.delivered()).toEqual([]);
    expect(await t.press('Approve')).toEqual([]);
    expect(t.posted).toEqual([expect.stringContaining('<@U1>: Gate 1 on shop is approved')]);
    expect(t.judged()).toMatchObject({ verdict: 'accepted', by: 'u1' });
    expect(work.delivered()).toEqual(['fleet/obj-1']);
    // again, and by somebody else who saw the same buttons
    await t.press('Approve');
    await t.press('Approve', 'U9');
    expect(await t.press('Reject', 'U9')).toEqual([expect.stringContaining('GATE_CLOSED')]);
    expect(t.gate().resolution).toMatchObject({ by: 'u1', via: 'slack' });
    expect(t.journal.eventsOf('obj-1', 'work.accepted')).toHaveLength(1);
    expect([work.delivered(), t.objectives()]).toEqual([['fleet/obj-1'], ['obj-1']]);
    expect(buttonsFor(t.gate())).toEqual([]);
  });

  it('is sent back once by Reject, with words that ask what to change, and goes nowhere', async () => {
    const work = workToReview();
    const t = await waiting(work);
    expect(await t.press('Reject')).toEqual([]);
    expect(t.gate()).toMatchObject({ state: 'rejected', resolution: { by: 'u1' } });
    expect(t.objectives()).toEqual(['obj-2', 'obj-1']);
    expect(t.journal.objective('obj-2')?.text).toContain('ask what to change');
    await t.press('Reject', 'U9');
    expect(await t.press('Approve')).toEqual([expect.stringContaining('GATE_CLOSED')]);
    expect([work.delivered(), t.objectives()]).toEqual([[], ['obj-2', 'obj-1']]);
    expect(t.judged()).toMatchObject({ verdict: 'sent-back', by: 'u1', next: 'obj-2' });
  });

  it('sent back in typed words leaves its buttons nothing to answer', async () => {
    const work = workToReview();
    const t = await waiting(work);
    expect(await t.say('rework obj-1 the button is still blue')).toContain('obj-2');
    expect(t.journal.objective('obj-2')?.text).toContain('the button is still blue');
    expect(t.gate()).toMatchObject({ state: 'rejected', resolution: { text: 'the button is still blue' } });
    for (const label of ['Approve', 'Reject'])
      expect(await t.press(label)).toEqual([expect.stringContaining('GATE_CLOSED')]);
    expect([work.delivered(), t.objectives(), t.posted]).toEqual([[], ['obj-2', 'obj-1'], []]);
  });
});

describe('failed checks', () => {
  it('are sent back once by Approve, with what CI and reviewers say', async () => {
    const t = await waiting(workWithFailedChecks());
    expect(t.gate()).toMatchObject({ kind: 'checks', state: 'open' });
    expect(t.shown.map(({ label }) => label)).toEqual(['Approve', 'Reject']);
    expect(await t.press('Approve')).toEqual([]);
    expect(t.objectives()).toEqual(['obj-2', 'obj-1']);
    expect(t.journal.objective('obj-2')?.text).toContain('> failed: lint\n> ann on a.ts:3: Off by one.');
    expect(await t.press('Approve')).toEqual([]);
    expect(await t.press('Reject', 'U9')).toEqual([expect.stringContaining('GATE_CLOSED')]);
    expect([t.gate().resolution?.by, t.objectives()]).toEqual(['u1', ['obj-2', 'obj-1']]);
    expect(t.journal.eventsOf('obj-1', 'work.sent-back')).toHaveLength(1);
  });

  it('are left as they are by Reject, and asked about no more', async () => {
    const t = await waiting(workWithFailedChecks());
    expect(await t.press('Reject')).toEqual([]);
    expect(t.gate()).toMatchObject({ state: 'rejected', resolution: { by: 'u1' } });
    expect(await t.press('Approve', 'U9')).toEqual([expect.stringContaining('GATE_CLOSED')]);
    await t.clock.advance(3_600_000);
    expect([t.fleet.gates.list(null, false), t.objectives()]).toEqual([[], ['obj-1']]);
    expect(t.judged()).toBeUndefined();
  });

  it('sent back in typed words carry them, and their buttons send nothing more', async () => {
    const t = await waiting(workWithFailedChecks());
    expect(await t.say('approve 1 mend the lint first')).toContain('Gate 1 on shop is approved');
    expect(t.journal.objective('obj-2')?.text).toContain('mend the lint first');
    expect(await t.press('Approve')).toEqual([expect.stringContaining('GATE_CLOSED')]);
    expect(t.objectives()).toEqual(['obj-2', 'obj-1']);
  });
});
