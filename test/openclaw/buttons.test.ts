// A press of a button over a made-up fleetd: it types what a human would, as who pressed, and nothing else.
import { describe, expect, it } from 'vitest';
import type { FleetClient } from '../../src/client/client.ts';
import type { ChatKind } from '../../src/common/chats.ts';
import { FleetError } from '../../src/common/errors.ts';
import type { GateRequest, GateView } from '../../src/contract/gates.ts';
import { gateButtons } from '../../src/openclaw/buttons.ts';
import type { Press } from '../../src/openclaw/chats/chat.ts';
import { chatSetups } from '../../src/openclaw/chats/index.ts';
import type { Destination } from '../../src/openclaw/places.ts';

interface Changes {
  authorized?: boolean;
  refuse?: boolean;
  kind?: ChatKind;
  /** where it was pressed, as that chat says it */
  where?: Partial<Press>;
}

async function press(payload: string, { authorized = true, refuse, kind = 'slack', where }: Changes = {}) {
  const resolved: { n: number; asked: GateRequest }[] = [];
  const privately: string[] = [];
  const posted: { to: Destination; text: string }[] = [];
  const view = {
    ...{ n: 3, product: 'alpha', state: 'approved', delivery: 'pending', options: ['A', '--help'] },
    digest: 'abcdef012345678',
  };
  const client = {
    gate: async () => view as unknown as GateView,
    resolveGate: async (n: number, asked: GateRequest) => {
      if (refuse)
        throw new FleetError({ code: 'NOT_APPROVER', class: 'refused', message: 'Not you.', mend: 'Ask.' });
      resolved.push({ n, asked });
      return view as unknown as GateView;
    },
  } as unknown as FleetClient;
  const { pressed } = chatSetups[kind];
  if (pressed === null) throw new Error(`${kind} has no buttons`);
  const { handler } = gateButtons(
    kind,
    pressed,
    () => client,
    async (to, text) => void posted.push({ to, text }),
  );
  const outcome = await handler({
    senderId: 'U1',
    ...(kind === 'slack' && {
      conversationId: 'C0AAA',
      threadId: '1700000000.000100',
      interaction: { payload },
    }),
    auth: { isAuthorizedSender: authorized },
    respond: { reply: async ({ text }: { text: string }) => void privately.push(text) },
    ...where,
  });
  return { outcome, resolved, privately, posted };
}

/** The number of the question, and which it is. */
const gate = '3:abcdef012345';

describe('a press', () => {
  it('answers as who pressed, from where they pressed, and says so for all to see', async () => {
    const { resolved, posted, privately } = await press(`approve:${gate}`);
    expect(resolved).toEqual([
      {
        n: 3,
        asked: {
          verdict: 'approved',
          text: '',
          source: {
            via: 'slack',
            sender: 'u1',
            thread: 'agent:meta-coordinator:slack:channel:c0aaa:thread:1700000000.000100',
          },
        },
      },
    ]);
    expect(posted).toEqual([
      {
        to: { kind: 'slack', to: 'channel:C0AAA', thread: '1700000000.000100' },
        text: expect.stringContaining('Gate 3 on alpha is approved'),
      },
    ]);
    expect(privately).toEqual([]);
  });

  it('of an option answers with just its words, whatever they look like', async () => {
    expect((await press(`option:${gate}:0`)).resolved[0]?.asked).toMatchObject({
      verdict: 'answered',
      text: 'A',
    });
    expect((await press(`option:${gate}:1`)).resolved[0]?.asked).toMatchObject({ text: '--help' });
  });

  it('in a topic of a group of Telegram answers there, by the name that Telegram mentions', async () => {
    const payload = `approve:${gate}`;
    const { resolved, posted } = await press(payload, {
      kind: 'telegram',
      where: {
        senderId: '111',
        senderUsername: 'ana',
        conversationId: '-1001:topic:4',
        threadId: 4,
        isGroup: true,
        callback: { payload, chatId: '-1001' },
      },
    });
    expect(resolved[0]?.asked.source).toEqual({
      via: 'telegram',
      sender: '111',
      thread: 'agent:meta-coordinator:telegram:group:-1001:topic:4',
    });
    expect(posted).toEqual([
      { to: { kind: 'telegram', to: '-1001', thread: '4' }, text: expect.stringMatching(/^@ana: Gate 3/) },
    ]);
  });

  it('that is refused is told to nobody but who pressed', async () => {
    const { posted, privately } = await press(`reject:${gate}`, { refuse: true });
    expect(posted).toEqual([]);
    expect(privately).toEqual([expect.stringContaining('NOT_APPROVER')]);
  });

  it.each([
    [`approve:${gate}`, { authorized: false }],
    [`approve:${gate}; reject 4`, {}],
    ['approve', {}],
    ['approve:3', {}],
    // Of another question, which had that number in a journal that was replaced since.
    ['approve:3:012345abcdef', {}],
    [`option:${gate}:9`, {}],
    ['message:3', {}],
    ['', {}],
  ])('%j %j answers nothing, and is never handed to the model', async (payload, changes) => {
    const { outcome, resolved, posted, privately } = await press(payload, changes);
    expect(outcome).toEqual({ handled: true });
    expect(resolved).toEqual([]);
    expect(posted).toEqual([]);
    expect(privately).toHaveLength(1);
  });
});
