// The long conversation in a chat, with OpenClaw's real plugin against a stand-in of it: asked in a thread, planned,
// approved and reported in it, over a restart of the gateway. The fleet is real but for what runs in it.
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { ChatKind } from '../../src/common/chats.ts';
import type { ChatOptions } from '../../src/openclaw/chats/chat.ts';
import { type DemoModel, startDemoModel } from '../../src/simulator/demo-model.ts';
import { product, registry, testFleet } from './fleet.ts';
import { openGateway, serveFleet, type TestGateway } from './gateway.ts';
import type { ChatPost, MockChat } from './mock-chat.ts';

export interface Conversation {
  kind: ChatKind;
  chat: MockChat;
  options: ChatOptions;
  /** of the gateway: its keys */
  env: Record<string, string>;
  /** into the gateway's state folder, before it starts */
  install?: (stateDir: string) => Promise<void>;
  /** who may talk and approve, who may talk, who may nothing */
  people: { approver: string; other: string; stranger: string };
  /** where it is asked */
  place: string;
  /** the same as products.yaml has it; default: its id */
  target?: string;
  thread: string;
  /** the session of that thread */
  session: string;
  /** who, as the bot writes them */
  mention: string;
  /** the session of a direct message of the approver, and where its answers are posted */
  direct: { place: string; session: string };
  /** a command as it stands in a post, in the chat's own markup */
  command(words: string): string;
}

/**
 * @param restart whether the gateway is restarted while a question waits
 * @param plain what is posted, without what its markup adds
 */
export function aConversationIn(
  open: () => Promise<Conversation>,
  { restart, plain = (text) => text }: { restart: boolean; plain?: (text: string) => string },
): void {
  const opened = new AsyncDisposableStack();
  let talk: Conversation;
  let fleet: ReturnType<typeof testFleet>;
  let model: DemoModel;
  let gateway: TestGateway;
  let gate = 0;

  const posts = () => talk.chat.posts;
  const posted = async (holds: (post: ChatPost) => boolean, timeout = 60_000): Promise<ChatPost> => {
    let found: ChatPost | undefined;
    await expect
      .poll(
        async () => {
          await fleet.clock.advance(500);
          found = posts().find((post) => holds({ ...post, text: plain(post.text) }));
          return found === undefined ? posts().map(({ text }) => text.slice(0, 300)) : 'found';
        },
        { timeout, interval: 100 },
      )
      .toBe('found');
    return found as ChatPost;
  };
  /** A chat is joined after the gateway says that it is ready. */
  const joined = () => vi.waitUntil(() => talk.chat.listens(), { timeout: 60_000 });
  const inThread = () => ({ place: talk.place, thread: talk.thread });
  const say = (user: string, text: string) => talk.chat.say({ user, ...inThread(), text });
  const gates = () => fleet.fleet.gates.list('product-a', true);

  beforeAll(async () => {
    talk = await open();
    opened.defer(() => talk.chat.close());
    fleet = opened.adopt(
      testFleet({
        registry: {
          ...registry([
            product('product-a', { planApproval: 'required' }),
            product('product-b', { channels: [{ kind: talk.kind, target: talk.target ?? talk.place }] }),
          ]),
          gateApprovers: [`${talk.kind}:${talk.people.approver}`],
        },
      }),
      ({ crash }) => crash(),
    );
    await fleet.clock.settle();
    const { socketPath } = opened.use(await serveFleet(fleet.fleet));
    model = opened.adopt(await startDemoModel({ port: 0 }), ({ close }) => close());
    const { kind, options, env, install } = talk;
    gateway = opened.use(
      await openGateway({ fleetd: socketPath, model: model.url, chats: { [kind]: options }, env, install }),
    );
    await joined();
    // A plugin is installed first: minutes on a busy machine.
  }, 900_000);
  afterAll(() => opened.disposeAsync(), 60_000);

  it('what is asked becomes an objective that knows who asked and where', async () => {
    say(talk.people.stranger, 'ship the stolen feature on product-a');
    say(talk.people.approver, 'ship the auth feature on product-a');
    const answer = await posted(({ text }) => text.includes('obj-1'));
    expect(answer).toMatchObject(inThread());
    expect(fleet.fleet.commands.objective('obj-1')).toMatchObject({
      product: 'product-a',
      text: expect.stringContaining('auth'),
      source: { via: 'model', sender: talk.people.approver, thread: talk.session },
    });
  });

  it('progress and plan come to the thread, the question with its command and its buttons', async () => {
    expect(await posted(({ text }) => text.includes('obj-1 on product-a is under way'))).toMatchObject(
      inThread(),
    );
    const turns = model.requests();
    fleet.fake.mailFrom('product-a', {
      subject: 'PLAN [obj-1] auth',
      body: 'Three streams: api, ui, tests.',
      type: 'question',
    });
    const question = await posted(({ text }) => text.includes('PLAN [obj-1]'));
    expect(question).toMatchObject(inThread());
    gate = Number(/fleet approve (\d+)/.exec(question.text)?.[1]);
    expect(question.text).toContain(talk.command(`approve ${gate}`));
    if (question.buttons.length > 0)
      expect(question.buttons.map(({ label }) => label)).toEqual(['Approve', 'Reject']);
    expect(model.requests()).toBe(turns);
  });

  it.runIf(restart)(
    'over a restart of the gateway the question is still there, and asked once',
    async () => {
      await gateway.restart('SIGTERM');
      await joined();
      expect(gates().find(({ n }) => n === gate)).toMatchObject({ state: 'open', objective: 'obj-1' });
      expect(posts().filter(({ text }) => plain(text).includes('PLAN [obj-1]'))).toHaveLength(1);
    },
    200_000,
  );

  it('a stranger gets no answer; one who may talk but not approve is refused, by text and by button', async () => {
    const { approver, other, stranger } = talk.people;
    const question = await posted(({ text }) => text.includes('PLAN [obj-1]'));
    const before = posts().length;
    say(stranger, `/fleet approve ${gate}`);
    say(other, `/fleet approve ${gate}`);
    await posted(({ text }) => text.includes('NOT_APPROVER'));
    if (question.buttons.length > 0) {
      talk.chat.press(stranger, question, 'Approve');
      talk.chat.press(other, question, 'Approve');
      await expect
        .poll(() => posts().filter(({ text }) => plain(text).includes('NOT_APPROVER')).length, {
          timeout: 60_000,
        })
        .toBe(2);
    }
    say(approver, '/fleet gates');
    await posted(({ text, id }) => text.includes(`Gate ${gate} on product-a`) && id !== question.id);
    expect(gates().find(({ n }) => n === gate)).toMatchObject({ state: 'open' });
    expect(
      posts()
        .slice(before)
        .filter(({ text }) => text.includes('is approved') || text.includes(stranger)),
    ).toEqual([]);
  });

  it('a rejection and an approval, by button and by text, are told where they were given', async () => {
    const question = await posted(({ text }) => text.includes('PLAN [obj-1]'));
    if (question.buttons.length > 0) talk.chat.press(talk.people.approver, question, 'Reject');
    else say(talk.people.approver, `/fleet reject ${gate} smaller`);
    const told = await posted(({ text }) => text.includes(`Gate ${gate} on product-a is rejected`));
    expect(told).toMatchObject(inThread());
    if (question.buttons.length > 0) expect(plain(told.text)).toContain(talk.mention);
    fleet.fake.mailFrom('product-a', {
      subject: 'PLAN [obj-1] auth, again',
      body: `Two streams.\n\`\`\`\n${'const answer = 42; // of many\n'.repeat(120)}\`\`\`\nlast line`,
      type: 'question',
    });
    await posted(({ text }) => text.includes('auth, again'));
    const next = gate + 1;
    await posted(({ text }) => text.includes(talk.command(`approve ${next}`)));
    say(talk.people.approver, `/fleet approve ${next} mind the tests`);
    expect(await posted(({ text }) => text.includes(`Gate ${next} on product-a is approved`))).toMatchObject(
      inThread(),
    );
    expect(gates().find(({ n }) => n === next)).toMatchObject({
      state: 'approved',
      resolution: { via: talk.kind, text: 'mind the tests', by: talk.people.approver.toLowerCase() },
    });
  });

  it('the report comes to the thread, and no notice was told twice', async () => {
    fleet.fake.mailFrom('product-a', { subject: 'Run complete: [obj-1]', body: 'auth has shipped' });
    const report = await posted(({ text }) => text.includes('obj-1 on product-a is done'));
    expect(report).toMatchObject(inThread());
    expect(report.text).toContain('auth has shipped');
    const told = posts().flatMap(({ text }) => /\(notices? ([\d, ]+)\)/.exec(text)?.[1] ?? []);
    expect(new Set(told).size).toBe(told.length);
  });

  it('what nobody asked for in it comes to the product’s channel, at its own top', async () => {
    fleet.start('product-b', 'tidy up');
    await fleet.clock.advance(1_000);
    fleet.fake.mailFrom('product-b', { subject: 'A or B?', body: 'Which?', type: 'question' });
    expect(await posted(({ text }) => text.includes('A or B?'))).toMatchObject({
      place: talk.place,
      thread: null,
    });
  });

  it('a direct message is answered there, and a command without the model', async () => {
    talk.chat.say({
      user: talk.people.approver,
      place: talk.direct.place,
      text: 'ship the docs on product-a',
    });
    const answer = await posted(({ text, place }) => text.includes('obj-3') && place === talk.direct.place);
    expect(answer).toMatchObject({ thread: null });
    expect(fleet.fleet.commands.objective('obj-3').source.thread).toBe(talk.direct.session);
    const turns = model.requests();
    talk.chat.say({ user: talk.people.approver, place: talk.direct.place, text: '/fleet queue' });
    await posted(
      ({ text, place }) => text.includes('obj-3') && place === talk.direct.place && text !== answer.text,
    );
    expect(model.requests()).toBe(turns);
  });
}
