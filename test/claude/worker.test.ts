// A worker as overstory starts it: `claude -p` on streams, somewhere below a coordinator that is a Claude Code itself.
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectRuntime, localChannel } from '../../src/runtime/index.ts';
import { agentFile, fixtureOv } from '../runtime/workspace.ts';
import { until } from '../simulator/ov.ts';
import { type ClaudeLab, claudeAvailable, madeUpToken, openClaudeLab } from '../support/claude-lab.ts';
import { claudeProgram } from '../support/claude-program.ts';
import { type ModelServer, openModelServer } from '../support/model-server/server.ts';

/** As the image and the trial start it. */
const wrapped = [fileURLToPath(new URL('../../bin/overstory-claude', import.meta.url)), ...claudeProgram];
/** What Claude Code puts into the environment of every command that it runs. */
const marks = { CLAUDECODE: '1', CLAUDE_CODE_ENTRYPOINT: 'cli', CLAUDE_CODE_SSE_PORT: '12345' };

/** The environment that fleet-agent gives to `ov`, when it was started in this one. */
async function environmentOfOv(env: NodeJS.ProcessEnv): Promise<Record<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), 'ov-env-'));
  const ov = join(folder, 'ov');
  writeFileSync(ov, `#!/bin/sh\ncat /proc/$$/environ >'${folder}/env'\nexec node '${fixtureOv}' "$@"\n`);
  chmodSync(ov, 0o755);
  const runtime = connectRuntime({
    channel: localChannel({
      argv: [process.execPath, agentFile],
      env: { ...env, FLEET_WORKSPACE: folder, FLEET_OV: ov },
      cwd: folder,
    }),
  });
  try {
    await until(
      () => runtime.link().state,
      (state) => state === 'connected',
    );
    const pairs = readFileSync(join(folder, 'env'), 'utf8').split('\0').filter(Boolean);
    return Object.fromEntries(pairs.map((pair) => pair.split(/=(.*)/s).slice(0, 2)));
  } finally {
    await runtime.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

describe.runIf(claudeAvailable())('Claude Code as a worker', () => {
  let model: ModelServer;
  let lab: ClaudeLab;
  beforeAll(async () => {
    model = await openModelServer();
    lab = openClaudeLab(model.url);
    await lab.seed();
  });
  afterAll(async () => {
    await lab?.[Symbol.asyncDispose]();
    await model?.[Symbol.asyncDispose]();
  });

  it("does its turn in the environment that `ov` is given, under a coordinator's Bash tool", async () => {
    const env = await environmentOfOv({ ...lab.env, ...marks });
    for (const mark of Object.keys(marks)) expect(env).not.toHaveProperty(mark);
    expect(env).toMatchObject({ ANTHROPIC_BASE_URL: model.url, HOME: lab.home });
    // The coordinator that `ov` starts there gives each command its own marks.
    const { exit, said } = await lab.turn('hello worker', { ...env, ...marks });
    expect({ exit, said }).toMatchObject({ exit: 0, said: expect.stringContaining('"result":"Ready."') });
    expect(model.asked({ role: 'other' }).some(({ text }) => text.includes('hello worker'))).toBe(true);
  });

  it('is logged in by the token of a subscription, as a command of another that has it', async () => {
    const started = [...wrapped, '-p', 'hello below'].map((word) => `'${word}'`).join(' ');
    await using nested = await openModelServer({
      answer({ text, messages }) {
        if (!text.includes('hello above')) return { say: 'Ready.' };
        if (messages.some(({ role }) => role === 'assistant')) return { say: 'Done.' };
        return { tool: 'Bash', input: { command: started, description: 'starts a worker' } };
      },
    });
    const subscription = { ANTHROPIC_API_KEY: undefined, CLAUDE_CODE_OAUTH_TOKEN: madeUpToken };
    await using other = openClaudeLab(nested.url, subscription, wrapped);
    await other.seed();
    expect((await other.headless('hello above')).said).toContain('Done.');
    const below = nested.asked().filter(({ text }) => !text.includes('hello above'));
    expect(below.map(({ key }) => key)).toEqual([madeUpToken]);
  });
});
