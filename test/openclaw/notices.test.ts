// The sink of notices over a made-up fleetd and made-up channels: where each goes, what is folded, what is told again.
import { describe, expect, it } from 'vitest';
import type { FleetClient } from '../../src/client/client.ts';
import {
  type ChannelKind,
  channelPattern,
  chatKinds,
  isChatKind,
  splitChannel,
} from '../../src/common/chats.ts';
import type { GateView } from '../../src/contract/gates.ts';
import type { NoticeView } from '../../src/contract/notices.ts';
import { batches, deliverNotices, markOf } from '../../src/openclaw/notices.ts';
import { channelOf, type Destination, destinations, type Reach } from '../../src/openclaw/places.ts';

const main = 'agent:meta-coordinator:main';
const thread = 'agent:meta-coordinator:slack:channel:c1:thread:1700000000.000100';

const notice = (n: number, changes: Partial<NoticeView> = {}): NoticeView => ({
  n,
  at: '2026-01-05T09:00:00.000Z',
  kind: 'failed',
  severity: 'error',
  product: 'alpha',
  objective: 'obj-1',
  gate: null,
  text: `text ${n}`,
  quote: null,
  channels: [{ kind: 'slack', target: 'C1' }],
  thread: null,
  ...changes,
});

const gate = (changes: Partial<GateView> = {}): GateView => ({
  n: 3,
  product: 'alpha',
  objective: 'obj-1',
  kind: 'plan',
  severity: 'error',
  state: 'open',
  subject: 'PLAN [obj-1] auth',
  text: 'Three streams. <!channel> `x`',
  digest: '0',
  options: [],
  deadline: null,
  asker: 'coordinator',
  surface: 'any',
  askedAt: '2026-01-05T09:00:00.000Z',
  resolution: null,
  withdrawn: null,
  delivery: null,
  deliveredAt: null,
  ...changes,
});

/** A gateway with these on. */
const reaching = (on: ChannelKind[] = ['webchat', ...chatKinds]): Reach => ({
  isOn: (kind) => on.includes(kind),
  recorded: (sessionKey) =>
    sessionKey.includes(':matrix:') ? { to: 'room:!AbC:example.org', thread: '$EvT' } : null,
  env: { DISCORD_CHANNELS: '10001/20001#dev, 10001/20002' },
});

/** Runs the sink until it has nothing more to do; `fails` says for which sends the channel fails. */
async function deliver(
  due: NoticeView[],
  {
    fails = () => false,
    reason = 'the channel is away',
    shown = [],
    on,
  }: {
    fails?: (to: Destination, attempt: number) => boolean;
    reason?: string;
    shown?: NoticeView[];
    on?: ChannelKind[];
  } = {},
) {
  const stop = new AbortController();
  const sent: { to: Destination; text: string; buttons: string[] }[] = [];
  const receipts: number[] = [];
  let attempt = 0;
  const client = {
    notices: async () => {
      const open = due.filter(({ n }) => !receipts.includes(n));
      if (open.length === 0) stop.abort();
      return open;
    },
    noticeSent: async (n: number) => {
      receipts.push(n);
      return { n };
    },
  } as unknown as FleetClient;
  await deliverNotices(
    {
      connect: () => client,
      mainSession: main,
      log: () => {},
      pause: async () => {},
      channels: {
        reach: async () => reaching(on),
        told: async () => shown.map(markOf),
        async send(to, text, buttons) {
          attempt += 1;
          if (fails(to, attempt)) throw new Error(reason);
          sent.push({ to, text, buttons: buttons.map(({ label }) => label) });
        },
      },
    },
    stop.signal,
  );
  return { sent, receipts };
}

describe('where', () => {
  it('a thread of Slack, a direct message and WebChat are found again by their session', () => {
    const where = (session: string) =>
      destinations([notice(1, { channels: [], thread: session })], main, reaching());
    expect(where(thread)).toEqual([{ kind: 'slack', to: 'channel:C1', thread: '1700000000.000100' }]);
    expect(where('agent:meta-coordinator:slack:direct:u1')).toEqual([
      { kind: 'slack', to: 'user:U1', thread: null },
    ]);
    expect(where(main)).toEqual([{ kind: 'webchat', to: main, thread: null }]);
    expect(channelOf('agent:meta-coordinator:slack:direct:u1')).toBe('slack');
    expect(channelOf(main)).toBe('webchat');
  });

  it.each([
    ['telegram:group:-1001:topic:7', { kind: 'telegram', to: '-1001', thread: '7' }],
    ['telegram:group:-1001', { kind: 'telegram', to: '-1001', thread: null }],
    ['telegram:direct:111', { kind: 'telegram', to: '111', thread: null }],
    ['discord:channel:30001', { kind: 'discord', to: 'channel:30001', thread: null }],
    ['discord:slash:111', { kind: 'discord', to: 'user:111', thread: null }],
    ['discord:direct:111', { kind: 'discord', to: 'user:111', thread: null }],
    ['whatsapp:direct:+4915112345678', { kind: 'whatsapp', to: '+4915112345678', thread: null }],
    ['whatsapp:group:1203@g.us', { kind: 'whatsapp', to: '1203@g.us', thread: null }],
    // A session key keeps no capitals; OpenClaw's own record of the session does.
    [
      'matrix:channel:!abc:example.org:thread:$evt',
      { kind: 'matrix', to: 'room:!AbC:example.org', thread: '$EvT' },
    ],
  ])('so is %s', (key, place) => {
    const session = `agent:meta-coordinator:${key}`;
    expect(destinations([notice(1, { channels: [], thread: session })], main, reaching())).toEqual([place]);
    expect(channelOf(session)).toBe(place.kind);
  });

  const guid = '0a1b2c3d-0000-4000-8000-000000000000';
  it.each([
    ['slack:U0123', { to: 'user:U0123', thread: null }],
    ['telegram:-1001:topic:7', { to: '-1001', thread: '7' }],
    ['discord:#dev', { to: 'channel:20001', thread: null }],
    ['discord:#none', { to: 'channel:#none', thread: null }],
    ['discord:user:30001', { to: 'user:30001', thread: null }],
    ['whatsapp:+4915112345678', { to: '+4915112345678', thread: null }],
    ['matrix:#dev:example.org', { to: 'room:#dev:example.org', thread: null }],
    ['matrix:@ana:example.org', { to: 'user:@ana:example.org', thread: null }],
    ['msteams:19:abc@thread.tacv2', { to: 'conversation:19:abc@thread.tacv2', thread: null }],
    [`msteams:${guid}`, { to: `user:${guid}`, thread: null }],
  ])('%s of products.yaml is what the chat takes', (text, place) => {
    const { kind, target } = splitChannel(text);
    if (!isChatKind(kind)) throw new Error(`Expected a chat, got ${kind}`);
    expect(text).toMatch(channelPattern);
    const channels: NoticeView['channels'] = [{ kind, target }];
    expect(destinations([notice(1, { channels })], main, reaching())).toEqual([{ kind, ...place }]);
  });

  it('a chat that is off is named in WebChat, which stands in for it', async () => {
    const channels: NoticeView['channels'] = [{ kind: 'telegram', target: '-1001' }];
    const { sent } = await deliver([notice(1, { channels })], { on: ['webchat', 'slack'] });
    expect(sent).toEqual([
      {
        to: { kind: 'webchat', to: main, thread: null },
        text: expect.stringMatching(/\n\(Not told in telegram:-1001: Telegram is off in this gateway\.\)$/),
        buttons: [],
      },
    ]);
    expect((await deliver([notice(1)])).sent[0]?.text).not.toContain('Not told');
  });

  it('a thread in the product’s channel is told once; without Slack, WebChat is', () => {
    expect(destinations([notice(1, { thread })], main, reaching())).toHaveLength(1);
    expect(destinations([notice(1, { thread })], main, reaching(['webchat']))).toEqual([
      { kind: 'webchat', to: main, thread: null },
    ]);
  });
});

describe('what is folded', () => {
  it('what is due together of one product and place, never a question, and each product in its order', () => {
    const waits = gate();
    const folded = batches([
      notice(1),
      notice(2, { product: 'beta' }),
      notice(3),
      notice(4, { gate: waits }),
      notice(5),
      notice(6, { severity: 'critical' }),
      notice(7, { product: 'beta' }),
      notice(8, { thread }),
    ]).map((batch) => batch.map(({ n }) => n));
    expect(folded).toEqual([[1, 3], [2, 7], [4], [5], [6], [8]]);
  });

  it('nothing joins an earlier message past one that goes elsewhere', () => {
    const folded = batches([
      notice(1),
      notice(2, { thread }),
      notice(3, { severity: 'warning' }),
      notice(4),
      notice(5),
      notice(6, { severity: 'warning' }),
    ]).map((batch) => batch.map(({ n }) => n));
    // The digest has no place in the order.
    expect(folded).toEqual([[1], [2], [3, 6], [4, 5]]);
  });

  it('warnings are one digest, questions in it named with where to look', async () => {
    const { sent } = await deliver([
      notice(1, { severity: 'warning', kind: 'queued-long' }),
      notice(2, { severity: 'warning', gate: gate({ severity: 'warning' }), text: 'Gate 3: A or B?' }),
    ]);
    expect(sent).toHaveLength(1);
    expect(sent[0]?.text).toMatch(
      /^Digest of alpha: 2 warnings\.[\s\S]*Gate 3[\s\S]*@bot \/fleet gates alpha/,
    );
  });
});

describe('what it looks like', () => {
  it('Slack gets the command it understands and buttons, WebChat its own', async () => {
    const { sent } = await deliver([
      notice(1, {
        gate: gate(),
        channels: [
          { kind: 'slack', target: 'C1' },
          { kind: 'webchat', target: null },
        ],
      }),
    ]);
    const [slack, webchat] = sent;
    expect(slack).toMatchObject({ buttons: ['Approve', 'Reject'] });
    expect(slack?.text).toContain('`@bot /fleet approve 3`');
    expect(webchat?.text).toContain('`/fleet approve 3`');
    expect(webchat?.text).not.toContain('@bot');
  });

  it('what workers wrote rings nobody, and does not leave its fence', async () => {
    const { sent } = await deliver([
      notice(1, { gate: gate() }),
      notice(2, { kind: 'done', quote: '```\n<!channel> <@U1> <https://x|y> if (a < b) /fleet approve 3' }),
    ]);
    for (const { text } of sent) expect(text).not.toMatch(/<[!@]|<https/);
    expect(sent[1]?.text).toContain('if (a < b)');
    expect(sent[1]?.text.match(/```/g)).toHaveLength(2);
  });

  it('an answer that chat may not give is not offered there', async () => {
    const { sent } = await deliver([notice(1, { gate: gate({ surface: 'dashboard' }) })]);
    expect(sent[0]).toMatchObject({ buttons: [], text: expect.stringContaining('on the dashboard') });
    expect(sent[0]?.text).not.toContain('/fleet approve');
  });

  it('a decision offers its options', async () => {
    const { sent } = await deliver([notice(1, { gate: gate({ kind: 'decision', options: ['A', 'B'] }) })]);
    expect(sent[0]?.buttons).toEqual(['A', 'B']);
  });
});

describe('again', () => {
  it('a channel that was away gets it later, the other one not twice, and the receipt comes last', async () => {
    const channels: NoticeView['channels'] = [
      { kind: 'webchat', target: null },
      { kind: 'slack', target: 'C1' },
    ];
    const { sent, receipts } = await deliver([notice(1, { channels })], {
      fails: ({ kind }, n) => kind === 'slack' && n < 4,
    });
    expect(sent.map(({ to }) => to.kind)).toEqual(['webchat', 'slack']);
    expect(receipts).toEqual([1]);
  });

  it('a channel that is away, or that nobody made, holds up no other, and is told of in WebChat in the end', async () => {
    const there: NoticeView['channels'] = [{ kind: 'slack', target: 'C2' }];
    const due = [notice(1), notice(2, { product: 'beta', channels: there })];
    const away = await deliver(due, { fails: ({ to }) => to === 'channel:C1' });
    expect(away.sent.map(({ to }) => to.to)).toEqual(['channel:C2', main]);
    expect(away.sent[1]?.text).toMatch(
      /text 1[\s\S]*channel:C1 in Slack did not take it: the channel is away/,
    );
    expect(away.receipts).toEqual([2, 1]);
    const missing = await deliver(due, {
      fails: ({ to }) => to === 'channel:C1',
      reason: 'channel_not_found',
    });
    expect(missing.sent.map(({ to }) => to.to)).toEqual([main, 'channel:C2']);
  });

  it('killed between the send and the receipt, the next sink says it again under the same number', async () => {
    const due = [notice(7)];
    const first = await deliver(due);
    const second = await deliver(due);
    expect(second.sent).toEqual(first.sent);
    expect(second.sent[0]?.text).toContain('(notice 7)');
  });

  it('what WebChat shows already is not told there again in a larger message', async () => {
    const channels: NoticeView['channels'] = [{ kind: 'webchat', target: null }];
    const due = [1, 2, 3].map((n) => notice(n, { channels }));
    const { sent, receipts } = await deliver(due, { shown: due.slice(0, 2) });
    expect(sent.map(({ text }) => text)).toEqual([expect.stringContaining('(notice 3)')]);
    expect(receipts).toEqual([1, 2, 3]);
  });

  it('a number that a restored journal gives again hides nothing, whatever WebChat shows', async () => {
    const channels: NoticeView['channels'] = [{ kind: 'webchat', target: null }];
    const before = notice(1, { channels, at: '2026-01-05T08:00:00.000Z' });
    const { sent } = await deliver([notice(1, { channels })], { shown: [before] });
    expect(sent).toHaveLength(1);
  });
});
