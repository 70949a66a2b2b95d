// The real Claude Code of the lock file in a terminal: its first run, and what its screen says.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readScreen } from '../../src/overstory/screen.ts';
import { until } from '../simulator/ov.ts';
import {
  type ClaudeLab,
  claudeAvailable,
  madeUpToken,
  openClaudeLab,
  type Terminal,
} from '../support/claude-lab.ts';
import { faults } from '../support/model-server/faults.ts';
import { type ModelServer, openModelServer } from '../support/model-server/server.ts';

const ready = /bypass permissions on/;

describe.runIf(claudeAvailable())('Claude Code in a terminal', () => {
  let model: ModelServer;
  let lab: ClaudeLab;
  let terminal: Terminal;
  beforeAll(async () => {
    model = await openModelServer();
    lab = openClaudeLab(model.url);
  });
  afterAll(async () => {
    await lab?.[Symbol.asyncDispose]();
    await model?.[Symbol.asyncDispose]();
  });

  it('starts in a seeded home at its prompt, without a question, and answers', async () => {
    await lab.seed();
    terminal = await lab.terminal();
    const screen = await terminal.shows(ready, 60_000);
    expect(readScreen(screen, Date.now())).toMatchObject({ busy: false, problem: null });
    await terminal.say('are you there');
    await terminal.shows(/● Ready\./);
    expect(model.asked({ role: 'other' })[0]).toMatchObject({ model: expect.stringContaining('opus') });
  });

  // All but the root: in a bare home it looks for its maker's servers before it asks anything.
  it('asks whether to trust a root that was not seeded, which is told as a dialog', async () => {
    await using other = openClaudeLab(model.url);
    await other.seed([]);
    const screen = await (await other.terminal()).shows(/trust/, 25_000);
    expect(readScreen(screen, Date.now()).problem).toMatchObject({ code: 'CLAUDE_DIALOG' });
  });

  it('shows that it works as long as its model does', async () => {
    const hold = model.hold({ role: 'other' });
    await terminal.say('think about it');
    const screen = await terminal.shows(/esc to interrupt/);
    expect(readScreen(screen, Date.now())).toMatchObject({ busy: true });
    hold.end();
    await terminal.shows(/think about it\s+● Ready\./);
  });

  it.each([
    { fault: 'overloaded', text: /API Error/, code: 'CLAUDE_API_ERROR' },
    { fault: 'unauthorised', text: /Invalid API key|Please run\s+\/login/, code: 'CLAUDE_LOGGED_OUT' },
  ] as const)('shows $code when the API says $fault', async ({ fault, text, code }) => {
    const failing = model.fail({ role: 'other' }, faults[fault]());
    await terminal.say(`now ${fault}`);
    const screen = await terminal.shows(text);
    expect(readScreen(screen, Date.now()).problem).toMatchObject({ code });
    failing.end();
  });

  it('shows nothing of an error that is over', async () => {
    await terminal.say('and once more');
    const screen = await terminal.shows(/and once more\s+● Ready\./);
    expect(readScreen(screen, Date.now())).toMatchObject({ state: 'idle', problem: null });
  });

  it('hides behind a status line that it can be interrupted, and is known as busy all the same', async () => {
    await using other = openClaudeLab(model.url);
    await other.seed();
    other.write('.claude/settings.json', '{"statusLine":{"type":"command","command":"echo my line"}}');
    const own = await other.terminal();
    await own.shows(ready, 25_000);
    const hold = model.hold({ role: 'other' });
    await own.say('think about it');
    await until(hold.held, (held) => held > 0);
    const screen = await until(
      own.screen,
      (seen) => readScreen(seen, Date.now()).busy && /my line/.test(seen),
    );
    // `fleet doctor` warns of it where it is hidden.
    expect(screen.includes('esc to interrupt')).toBe(/v2\.1\.332\b/.test(screen));
    hold.end();
  });

  it("shows a subscription's limit and when it ends, and what comes of it: a menu, or that it goes on by itself", async () => {
    const token = { ANTHROPIC_API_KEY: undefined, CLAUDE_CODE_OAUTH_TOKEN: madeUpToken };
    await using subscribed = openClaudeLab(model.url, token);
    await subscribed.seed();
    const other = await subscribed.terminal();
    await other.shows(ready, 25_000);
    // A whole hour: the screen says no minutes of it.
    const resetAtS = (Math.floor(Date.now() / 3_600_000) + 2) * 3_600;
    model.fail({ key: madeUpToken }, faults.usageLimit(resetAtS));
    await other.say('go on');
    const screen = await other.shows(/hit your limit/);
    expect(readScreen(screen, Date.now())).toMatchObject({
      state: 'limited',
      limit: { resetsAtMs: resetAtS * 1000 },
    });
    // Up to 2.1.112 a menu opens over the prompt; 2.1.332 goes on by itself.
    const after = await other.shows(/What do you want to do|continue automatically/);
    const { acceptsText, limit } = readScreen(after, Date.now());
    expect(/continue automatically/.test(after) ? limit?.continuesByItself : !acceptsText).toBe(true);
  });

  it('says how much of a window is used once much of it is', { timeout: 90_000 }, async () => {
    const resetAtS = (Math.floor(Date.now() / 3_600_000) + 1) * 3_600;
    await using told = await openModelServer({
      headers: () => ({
        'anthropic-ratelimit-unified-status': 'allowed_warning',
        'anthropic-ratelimit-unified-representative-claim': 'five_hour',
        'anthropic-ratelimit-unified-reset': String(resetAtS),
        'anthropic-ratelimit-unified-5h-utilization': '0.93',
        'anthropic-ratelimit-unified-5h-surpassed-threshold': '0.9',
        'anthropic-ratelimit-unified-5h-reset': String(resetAtS),
      }),
    });
    const token = { ANTHROPIC_API_KEY: undefined, CLAUDE_CODE_OAUTH_TOKEN: madeUpToken };
    await using subscribed = openClaudeLab(told.url, token);
    await subscribed.seed();
    const other = await subscribed.terminal();
    await other.shows(ready, 25_000);
    await other.say('are you there');
    // Notices take turns: that of a missing network comes first.
    const screen = await other.shows(/You've used 93%/, 60_000);
    expect(readScreen(screen, Date.now())).toMatchObject({
      state: 'idle',
      acceptsText: true,
      shares: [{ window: 'session', usedPercent: 93, resetsAtMs: resetAtS * 1000 }],
    });
  });
});
