// The long conversation in Slack, on the bundle: asked in a thread, planned, approved and reported in it, over a
// restart of the gateway and of fleetd. OpenClaw's real Slack plugin, out of the image, against a mock of Slack.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { GateView } from '../../src/contract/gates.ts';
import type { ObjectiveView } from '../../src/contract/objectives.ts';
import { composeAvailable } from '../support/compose.ts';
import { type RemoteMockSlack, remoteMockSlack, type SlackPost } from '../support/mock-slack.ts';
import { type FleetStack, sharedStack } from '../support/shared-stack.ts';

const minutes = 60_000;
const plugged = {
  SLACK_BOT_TOKEN: 'xoxb-1-mock',
  SLACK_APP_TOKEN: 'xapp-1-mock',
  SLACK_USERS: 'U1,U2',
  SLACK_CHANNELS: 'C0AAA',
};

describe.skipIf(!(await composeAvailable()))('a conversation in Slack', () => {
  let stack: FleetStack;
  let slack: RemoteMockSlack;
  /** ts of the message that asked: its thread */
  let asked = '';
  let objective = '';
  let gate = 0;

  const inRuntime = (script: string) => stack.exec('overstory-runtime', ['sh', '-c', script]);
  const connect = async () => {
    slack = remoteMockSlack(`http://${(await stack.compose('port', 'mock-slack', '8080')).trim()}`);
    await expect.poll(() => slack.sockets(), { timeout: 2 * minutes, interval: 500 }).toBeGreaterThan(0);
  };
  /** Posts of this run: a stack that was kept holds older ones. */
  let before = 0;
  const posts = async () => (await slack.posts()).slice(before);
  const posted = async (holds: (post: SlackPost) => boolean): Promise<SlackPost> => {
    let found: SlackPost | undefined;
    await expect
      .poll(
        async () => {
          const all = await posts();
          found = all.find(holds);
          return found === undefined ? all.map(({ text }) => text.slice(0, 300)) : 'found';
        },
        // After its start a gateway keeps the first messages until its state is looked through.
        { timeout: 3 * minutes, interval: 300 },
      )
      .toBe('found');
    return found as SlackPost;
  };
  const gates = () => stack.fleet<GateView[]>('gates', '--all', 'product-a');
  const say = (user: string, text: string, thread?: string) =>
    slack.say({ user, channel: 'C0AAA', text, thread });

  beforeAll(async () => {
    stack = await sharedStack();
    const products = await readFile(stack.productsFile, 'utf8');
    await writeFile(
      stack.productsFile,
      products
        .replace('slack:#product-a-dev', 'slack:C0AAA')
        .replace('    # plan_approval: required\n', '    plan_approval: required\n')
        .concat('\ngates:\n  approvers: [slack:U1]\n'),
    );
    await inRuntime(
      `mkdir -p product-a/.overstory/sim && echo '{"costUsd":0.42}' > product-a/.overstory/sim/settings.json`,
    );
  }, 8 * minutes);
  afterAll(async () => {
    if (process.env.TEST_LOG) console.log((await stack.logs('openclaw-meta')).slice(-6000));
    await inRuntime('rm -f product-a/.overstory/sim/settings.json');
    await stack.compose('rm', '--stop', '--force', 'mock-slack');
  }, minutes);

  test('without its tokens the gateway says that Slack is off', async () => {
    expect(await stack.logs('openclaw-meta')).toContain('Slack: off. Set SLACK_BOT_TOKEN');
  });

  test(
    'with them it connects, with the plugin that the image brought',
    async () => {
      await stack.configure({ env: plugged, files: [join(import.meta.dirname, 'slack.yaml')] });
      await connect();
      before = (await slack.posts()).length;
      expect(await stack.logs('openclaw-meta')).toContain('Slack: on for U1, U2, in C0AAA.');
    },
    5 * minutes,
  );

  test(
    'OpenClaw’s audit says that several people reach it, and nothing else: no tool that runs or writes is anybody’s',
    async () => {
      const script = 'OPENCLAW_GATEWAY_TOKEN=$(cat ~/.openclaw/token) openclaw security audit --json';
      const { findings } = JSON.parse(await stack.exec('openclaw-meta', ['sh', '-c', script])) as {
        findings: { severity: string; checkId: string; detail: string }[];
      };
      expect(findings.filter(({ severity }) => severity !== 'info')).toMatchObject([
        {
          severity: 'warn',
          checkId: 'security.trust_model.multi_user_heuristic',
          detail: expect.stringContaining('No unguarded runtime/filesystem contexts detected.'),
        },
      ]);
    },
    2 * minutes,
  );

  test(
    'what is asked becomes an objective that knows who asked and where; progress and plan come to the thread',
    async () => {
      asked = await say('U1', 'ship the auth feature on product-a');
      const answer = await posted(({ text }) => /obj-\d+/.test(text));
      expect(answer).toMatchObject({ channel: 'C0AAA', thread: asked });
      objective = /obj-\d+/.exec(answer.text)?.[0] ?? '';
      const view = await stack.fleet<ObjectiveView>('objective', objective);
      expect(view).toMatchObject({
        product: 'product-a',
        source: {
          via: 'model',
          sender: expect.stringMatching(/^u1$/i),
          thread: `agent:meta-coordinator:slack:channel:c0aaa:thread:${asked}`,
        },
      });
      expect(
        await posted(({ text }) => text.includes(`${objective} on product-a is under way`)),
      ).toMatchObject({
        thread: asked,
      });
      const question = await posted(({ text }) => text.includes(`PLAN [${objective}]`));
      expect(question).toMatchObject({ channel: 'C0AAA', thread: asked });
      gate = Number(/@bot \/fleet approve (\d+)/.exec(question.text)?.[1]);
      expect(question.buttons.map(({ label }) => label)).toEqual(['Approve', 'Reject']);
    },
    8 * minutes,
  );

  test(
    'the gateway and fleetd are restarted while the plan waits: the question is still there, and asked once',
    async () => {
      await stack.compose('restart', 'fleetd', 'openclaw-meta');
      await stack.compose('up', '--detach', '--no-build', '--wait', '--wait-timeout', '240');
      await connect();
      expect((await gates()).find(({ n }) => n === gate)).toMatchObject({ state: 'open', objective });
      const questions = (await posts()).filter(({ text }) => text.includes(`PLAN [${objective}]`));
      expect(questions).toHaveLength(1);
    },
    6 * minutes,
  );

  test(
    'a stranger gets no answer; one who may talk but not approve is refused, by text and by button',
    async () => {
      const question = await posted(({ text }) => text.includes(`PLAN [${objective}]`));
      await say('U9', `/fleet approve ${gate}`, asked);
      await say('U2', `/fleet approve ${gate}`, asked);
      await posted(({ text, thread }) => text.includes('NOT_APPROVER') && thread === asked);
      await slack.press('U2', question, 'Approve');
      await posted(({ text, channel }) => text.includes('NOT_APPROVER') && channel === 'private');
      await slack.press('U9', question, 'Approve');
      await say('U1', '/fleet gates', asked);
      await posted(
        ({ text }) => text.includes(`Gate ${gate} on product-a ${objective}`) && !text.includes('(notice'),
      );
      expect((await gates()).find(({ n }) => n === gate)).toMatchObject({ state: 'open' });
      expect((await posts()).filter(({ text }) => text.includes('is approved'))).toEqual([]);
    },
    8 * minutes,
  );

  test(
    'a rejection by button brings another plan, and the approval by text lets the work begin',
    async () => {
      await slack.press('U1', await posted(({ text }) => text.includes(`PLAN [${objective}]`)), 'Reject');
      expect(
        await posted(({ text }) => text.includes(`Gate ${gate} on product-a is rejected`)),
      ).toMatchObject({
        channel: 'C0AAA',
        thread: asked,
      });
      const again = await posted(({ text }) => text.includes('(revision 2)'));
      const next = Number(/@bot \/fleet approve (\d+)/.exec(again.text)?.[1]);
      expect(next).toBeGreaterThan(gate);
      await say('U1', `/fleet approve ${next} mind the tests`, asked);
      expect(
        await posted(({ text }) => text.includes(`Gate ${next} on product-a is approved`)),
      ).toMatchObject({
        thread: asked,
      });
      await expect
        .poll(async () => (await gates()).find(({ n }) => n === next), { timeout: minutes, interval: 500 })
        .toMatchObject({
          state: 'approved',
          delivery: 'read',
          resolution: { via: 'slack', text: 'mind the tests' },
        });
    },
    8 * minutes,
  );

  test(
    'the report comes to the thread with branches, cost and duration, and no notice was told twice',
    async () => {
      const report = await posted(({ text }) => text.includes(`${objective} on product-a is done`));
      expect(report).toMatchObject({ channel: 'C0AAA', thread: asked });
      expect(report.text).toMatch(/Took \d+ (s|min), cost \$0\.42/);
      expect(report.text).toMatch(/Branch: overstory\/lead-obj-\d+/);
      const told = (await posts()).flatMap(({ text }) => /\(notices? ([\d, ]+)\)/.exec(text)?.[1] ?? []);
      expect(new Set(told).size).toBe(told.length);
    },
    8 * minutes,
  );

  test(
    "what nobody asked for in Slack comes to the product's channel, at its own top",
    async () => {
      const { id } = await stack.fleet<ObjectiveView>('start', 'product-b', 'tidy up ov-sim:question');
      const question = await posted(({ text }) => text.includes(`[${id}] A or B?`));
      expect(question).toMatchObject({
        channel: expect.stringMatching(/^(C0BBB|#product-b-dev)$/),
        thread: null,
      });
      await stack.fleet('stop', 'product-b');
    },
    8 * minutes,
  );

  test(
    'a direct message is answered there, progress included, and apart from what others say',
    async () => {
      await slack.say({
        user: 'U1',
        channel: 'D1',
        text: 'run a scout on product-c to explore the campaign',
      });
      const answer = await posted(({ text, channel }) => channel === 'D1' && /obj-\d+/.test(text));
      const id = /obj-\d+/.exec(answer.text)?.[0];
      expect((await stack.fleet<ObjectiveView>('objective', id ?? '')).source.thread).toMatch(
        /:slack:direct:u1/,
      );
      await posted(
        ({ text, channel }) => channel === 'U1' && text.includes(`${id} on product-c is under way`),
      );
      await posted(({ text, channel }) => channel === 'U1' && text.includes(`${id} on product-c is done`));
    },
    8 * minutes,
  );
});
