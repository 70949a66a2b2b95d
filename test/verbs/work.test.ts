// What an objective changed, as `diff` shows it: short in chat, whole in a terminal, harmless in both.
import { describe, expect, it } from 'vitest';
import type { FleetClient } from '../../src/client/client.ts';
import type { DiffFile } from '../../src/contract/runtime/diff.ts';
import type { DiffView } from '../../src/contract/work.ts';
import { runVerb } from '../../src/verbs/index.ts';
import { nowMs } from '../support/views.ts';

const commit = (n: number, agent: string | null, subject = `Step ${n}`) => ({
  id: n.toString(16).padStart(40, '0'),
  atMs: nowMs,
  author: 'agents',
  agent,
  subject,
});
const file = (path: string, more: Partial<DiffFile> = {}): DiffFile => ({
  path,
  from: null,
  status: 'changed',
  added: 2,
  deleted: 1,
  fold: null,
  patch: null,
  ...more,
});
const view = (files: DiffFile[], more: Partial<DiffView> = {}): DiffView => {
  const commits = [commit(1, 'builder-1'), commit(2, 'builder-2'), commit(3, 'builder-1')];
  const total = { files: files.length, added: 340, deleted: 22, commits: commits.length };
  const stretch = { base: 'a'.repeat(40), head: 'b'.repeat(40), files, commits, total };
  return {
    objective: 'obj-7',
    product: 'product-a',
    live: false,
    stretches: [stretch],
    total,
    unmerged: [],
    ...more,
  };
};

async function say(line: string, surface: 'chat' | 'cli', answer: DiffView) {
  const asked: unknown[] = [];
  const client = {
    diff: async (...words: unknown[]) => {
      asked.push(words);
      return answer;
    },
    diffBlueprint: async (...words: unknown[]) =>
      Promise.reject(new Error(`blueprint ${JSON.stringify(words)}`)),
  } as unknown as FleetClient;
  const source = { via: 'cli' as const, sender: 'ada', thread: null };
  const words = surface === 'chat' ? line : line.split(' ');
  const { text } = await runVerb(words, { client, source, surface, now: () => nowMs, columns: 100 });
  return { text, asked };
}

describe('diff', () => {
  const files = [
    file('src/shop/cart.ts', { patch: '@@ -1 +1,2 @@\n-old\n+new\n+more' }),
    file('logo.png', { added: null, deleted: null, fold: 'binary', status: 'added' }),
    file('b.ts', { from: 'a.ts', status: 'renamed', added: 0, deleted: 0, patch: '' }),
    file('.env', { fold: 'secret' }),
    file('.mulch/x.jsonl', { fold: 'overstory' }),
  ];

  it('says size, agents and files, and by which command the lines come', async () => {
    const { text, asked } = await say('diff 7', 'cli', view(files));
    expect(asked).toEqual([['obj-7', { patch: 'false', path: undefined }]]);
    expect(text).toBe(
      [
        'obj-7 on product-a: 5 files, +340 −22, 3 commits (builder-1 2, builder-2 1).',
        '',
        '0000000000  builder-1  Step 1',
        '0000000000  builder-2  Step 2',
        '0000000000  builder-1  Step 3',
        '',
        '+2 −1  src/shop/cart.ts',
        '       logo.png  (new, binary)',
        '+0 −0  a.ts → b.ts  (renamed)',
        '+2 −1  .env  (may hold secrets: not shown)',
        "and 1 file of overstory's own",
        '',
        'The lines: `fleet diff obj-7 --patch`, of one file or folder `fleet diff obj-7 <path>`.',
      ].join('\n'),
    );
  });

  it('with --patch or a path the changed lines', async () => {
    const { text, asked } = await say('diff obj-7 --patch', 'cli', view(files));
    expect(asked).toEqual([['obj-7', { patch: 'true', path: undefined }]]);
    expect(text).toContain('── src/shop/cart.ts\n@@ -1 +1,2 @@\n-old\n+new\n+more');
    const one = await say('diff obj-7 src/shop', 'chat', view(files));
    expect(one.asked).toEqual([['obj-7', { patch: 'true', path: 'src/shop' }]]);
    expect(one.text).toContain('+new');
  });

  it('of a thousand files and long lines fits a chat, which cuts at 4,000 characters', async () => {
    const many = Array.from({ length: 1_000 }, (_, n) =>
      file(`src/${'deep/'.repeat(30)}${n}.ts`, { patch: `+${'x'.repeat(500)}` }),
    );
    for (const line of ['diff obj-7', 'diff obj-7 --patch']) {
      const { text } = await say(line, 'chat', view(many));
      expect(text).toContain('… 988 more');
      expect(text.length).toBeLessThan(6_000);
    }
    expect((await say('diff obj-7', 'chat', view(many))).text.length).toBeLessThan(4_000);
  });

  it('says what is not in it, and what is not yet', async () => {
    const { text } = await say(
      'diff obj-7',
      'chat',
      view([], { live: true, total: { files: 0, added: 0, deleted: 0, commits: 0 } }),
    );
    expect(text).toBe('obj-7 on product-a has changed nothing yet.');
    const left = await say(
      'diff obj-7',
      'chat',
      view(files, { unmerged: ['overstory/builder-3/t'], live: true }),
    );
    expect(left.text).toContain('It is at work: this is so far.');
    expect(left.text).toContain('never merged: overstory/builder-3/t.');
  });

  it('moves no terminal, pings nobody and closes no fence', async () => {
    const evil = '\u001b]0;owned\u0007<!channel>\n```\n@everyone \u202e';
    const hostile = view([file(`a${evil}.ts`, { patch: `+${evil}` })], {
      unmerged: [`overstory/${evil}`],
    });
    (hostile.stretches[0] as { commits: unknown[] }).commits.push(commit(4, evil, evil));
    for (const surface of ['chat', 'cli'] as const) {
      const { text } = await say('diff obj-7 --patch', surface, hostile);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that none is there is what is shown
      expect(text).not.toMatch(/[\u0000-\u0008\u001b\u202e]/);
      if (surface === 'chat') {
        expect(text).not.toContain('<!channel>');
        expect(text.split('```').length % 2).toBe(1);
      }
    }
  });

  it('of a file or a draft is about a blueprint, as before', async () => {
    expect((await say('diff draft-3', 'chat', view([]))).text).toContain('blueprint [{"draft":3');
  });
});
