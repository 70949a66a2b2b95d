// A coordinator acknowledges what the operator answers, as its own instructions order, and the reply inherits the type of
// the question. Seen on the real parts: six gates in two and a half minutes, each of them an acknowledgement.
import { describe, expect, it } from 'vitest';
import type { Mail } from '../../../src/contract/runtime/snapshot.ts';
import type { Source } from '../../../src/contract/source.ts';
import { product, registry, testFleet } from '../../support/fleet.ts';

const human: Source = { via: 'cli', sender: 'ana', thread: null };

/** alpha works on obj-1; its coordinator has asked, and a human has answered. */
async function answered(
  question: Partial<Mail> & { subject: string },
  verdict: 'approved' | 'rejected' | 'answered' = 'approved',
) {
  const t = testFleet({ registry: registry([product('alpha')]) });
  await t.clock.settle();
  t.start('alpha', 'ship auth');
  await t.clock.settle();
  t.fake.mailFrom('alpha', { id: 'msg-q', body: 'Shall I?', type: 'question', ...question });
  await t.clock.settle();
  t.fleet.gates.resolve(1, verdict, 'go on', human, 'operator');
  await t.clock.advance(5_000);
  return t;
}

const plan = { subject: 'PLAN [obj-1] add hello.txt', body: 'One lead, one builder, file hello.txt.' };
const reply = (body: string, more: Partial<Mail> = {}) => ({
  subject: 'Re: Re: PLAN [obj-1] add hello.txt',
  type: 'question',
  threadId: 'msg-q',
  body,
  ...more,
});
const open = (t: Awaited<ReturnType<typeof answered>>) =>
  t.fleet.gates.list(null, false).map(({ kind, subject }) => `${kind}: ${subject}`);

describe('a reply in the thread of an answered gate', () => {
  it.each([
    ['a word of thanks', reply('Understood, going on.')],
    ['the fixed form', reply('Active leads: none\nCompleted: none\nBlockers: none\nNext actions: go on')],
    [
      'the question quoted',
      reply('Thank you. Going on.\n\nOn Sunday operator wrote:\n> Shall I?\n> A or B?'),
    ],
    ['code and a link', reply('Reading `a?.b` and https://example.org/?x=1 now.')],
  ])('is a message: %s', async (_, mail) => {
    const t = await answered(plan);
    t.fake.mailFrom('alpha', mail);
    await t.clock.advance(60_000);
    expect(open(t)).toEqual([]);
    expect(t.fleet.gates.list(null, true)).toHaveLength(1);
    expect(t.fleet.commands.inbox('alpha').mail[0]).toMatchObject({ subject: mail.subject });
  });

  it.each(['error', 'escalation'])('is a message where it acknowledges the answer to an %s', async (type) => {
    const t = await answered({ subject: '[obj-1] no access', type }, 'answered');
    t.fake.mailFrom('alpha', reply('I have the access now; going on.', { type, priority: 'urgent' }));
    await t.clock.advance(60_000);
    expect(open(t)).toEqual([]);
  });

  it('does not begin the round that was seen: acknowledged again and again, one gate stays one', async () => {
    const t = await answered(plan);
    for (let n = 1; n <= 6; n++) {
      t.fake.mailFrom(
        'alpha',
        reply(`Understood (${n}).`, { subject: `${'Re: '.repeat(2 * n)}PLAN [obj-1]` }),
      );
      await t.clock.advance(20_000);
    }
    expect(t.fleet.gates.list(null, true)).toHaveLength(1);
  });

  it.each([
    ['a question', reply('Understood. Which database shall it be?')],
    ['options', reply('Two ways are open:\nA) sqlite\nB) postgres')],
    ['options in the payload', reply('Choose.', { payload: '{"options":["A","B"]}' })],
    ['a plan of its own', reply('Smaller now.', { subject: 'PLAN [obj-1] add hello.txt, revised' })],
    ['a critical escalation', reply('severity: critical. All is lost.', { type: 'escalation' })],
  ])('is a gate when it asks anew: %s', async (_, mail) => {
    const t = await answered(plan, 'rejected');
    t.fake.mailFrom('alpha', mail);
    await t.clock.settle();
    expect(open(t)).toHaveLength(1);
    // What asked anew was answered too, in its own thread: it is acknowledged like the first.
    t.fleet.gates.resolve(2, 'answered', 'the first', human, 'operator');
    await t.clock.advance(5_000);
    t.fake.mailFrom('alpha', reply('Thank you.', { type: mail.type }));
    await t.clock.settle();
    expect(open(t)).toEqual([]);
  });

  it('is a gate while nobody has answered: it belongs to what is being asked', async () => {
    const t = testFleet({ registry: registry([product('alpha')]) });
    await t.clock.settle();
    t.start('alpha', 'ship auth');
    await t.clock.settle();
    t.fake.mailFrom('alpha', { id: 'msg-q', type: 'question', ...plan });
    await t.clock.settle();
    t.fake.mailFrom('alpha', reply('Without a question mark: two builders, not one.'));
    await t.clock.settle();
    expect(t.fleet.gates.list(null, false).at(-1)?.text).toContain('two builders');
  });
});

it('a plan that was rejected is sent again as a mail of its own, and the coordinator is told so', async () => {
  const t = await answered(plan, 'rejected');
  const said = t.fake.product('alpha').received.find(({ subject }) => subject.startsWith('[gate-1.1]'));
  expect(said?.body).toContain('A revised plan is a new mail');
  t.fake.mailFrom('alpha', { ...plan, id: 'msg-q2', type: 'question', body: 'Revised plan.' });
  await t.clock.settle();
  expect(open(t)).toEqual(['plan: PLAN [obj-1] add hello.txt']);
});
