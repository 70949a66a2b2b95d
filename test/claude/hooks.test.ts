// What of a hook's words the real Claude Code gives to its model. The product, the simulator and fake-claude stand on it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ClaudeLab, claudeAvailable, openClaudeLab } from '../support/claude-lab.ts';
import { readConversation } from '../support/model-server/conversation.ts';
import { bash, firstNotDone } from '../support/model-server/script/steps.ts';
import { type ModelServer, openModelServer } from '../support/model-server/server.ts';

const events = ['SessionStart', 'UserPromptSubmit', 'PreToolUse', 'PostToolUse', 'Stop'];

describe.runIf(claudeAvailable())('Claude Code and hooks', () => {
  let model: ModelServer;
  let lab: ClaudeLab;
  beforeAll(async () => {
    model = await openModelServer({
      answer: ({ messages }) =>
        firstNotDone([bash('echo one', 'One'), bash('echo two', 'Two')], readConversation(messages)) ?? {
          say: 'Done.',
        },
    });
    lab = openClaudeLab(model.url);
    await lab.seed();
  });
  afterAll(async () => {
    await lab?.[Symbol.asyncDispose]();
    await model?.[Symbol.asyncDispose]();
  });

  it('lets the model hear what a hook prints at the start and beside a prompt, and nothing that tool hooks print', async () => {
    const command = (event: string) => `echo ${event} >>ran.txt; echo WORD-OF-${event}`;
    const hooks = events.map((event) => [
      event,
      [{ matcher: '', hooks: [{ type: 'command', command: command(event) }] }],
    ]);
    lab.write('.claude/settings.local.json', JSON.stringify({ hooks: Object.fromEntries(hooks) }));
    expect(await lab.headless('do it')).toMatchObject({ exit: 0, said: expect.stringContaining('Done.') });
    const ran = lab.read('ran.txt');
    for (const event of events) expect(ran).toContain(event);
    const heard = events.filter((event) =>
      model.asked().some(({ text }) => text.includes(`WORD-OF-${event}`)),
    );
    expect(heard).toEqual(['SessionStart', 'UserPromptSubmit']);
  });
});
