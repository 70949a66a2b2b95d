// `import`: what is asked of fleetd, from a terminal and from chat, and that titles of strangers stay words.
import { expect, it } from 'vitest';
import type { FleetClient } from '../../src/client/client.ts';
import type { ImportReply } from '../../src/contract/objectives.ts';
import { runVerb } from '../../src/verbs/index.ts';
import { nowMs } from '../support/views.ts';

const url = 'https://github.com/acme/shop/issues/7';
const reply: ImportReply = {
  ...{ product: 'shop', label: 'agent', known: [], skipped: [], left: 3 },
  taken: [{ number: 7, url, title: 'Ping <!channel> \u001b[31m', objective: 'obj-1', state: 'queued' }],
};

async function say(line: string, surface: 'chat' | 'cli') {
  const asked: unknown[] = [];
  const client = {
    importIssues: async (...words: unknown[]) => {
      asked.push(words);
      return reply;
    },
  } as unknown as FleetClient;
  const source = { via: surface === 'chat' ? 'slack' : 'cli', sender: 'ada', thread: null } as const;
  const words = surface === 'chat' ? line : line.split(' ');
  const said = await runVerb(words, { client, source, surface, now: () => nowMs, columns: 100 });
  return { ...said, asked, source };
}

it('asks with a label or without, and says what came of it', async () => {
  const { asked, text, source } = await say('import shop', 'cli');
  expect(asked).toEqual([['shop', { label: null, source }]]);
  expect(text).toContain('Issues of shop labelled agent: 1 taken now, 0 there already, 0 not taken, 3 left.');
  expect(text).toContain('For those that are left say `fleet import shop` again.');
  const labelled = await say('import --label agent shop', 'chat');
  expect(labelled.asked).toEqual([['shop', { label: 'agent', source: labelled.source }]]);
  expect(labelled.text).toContain('/fleet import shop');
});

it('a title moves no terminal and pings nobody', async () => {
  expect((await say('import shop', 'cli')).text).not.toContain('\u001b[31m');
  const { text } = await say('import shop', 'chat');
  expect(text).not.toContain('<!channel>');
});
