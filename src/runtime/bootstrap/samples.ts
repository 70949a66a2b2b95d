// Small plausible repositories for a first look, where the human has mounted none of their own.
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import type { Product } from '../../registry/index.ts';

/** By type of product: path → content. */
const files: Record<string, Record<string, string>> = {
  code: {
    'package.json': `{
  "name": "short-links",
  "version": "0.3.0",
  "type": "module",
  "scripts": { "test": "node --test" }
}
`,
    'src/store.js': `// Links live in memory; a restart forgets them.
const links = new Map();

export function save(slug, url) {
  if (links.has(slug)) throw new Error(\`slug taken: \${slug}\`);
  links.set(slug, { url, hits: 0 });
}

export function follow(slug) {
  const link = links.get(slug);
  if (!link) return null;
  link.hits += 1;
  return link.url;
}
`,
    'src/server.js': `import { createServer } from 'node:http';
import { follow } from '../prepare/store.js';

export const server = createServer((request, response) => {
  const url = follow(request.url.slice(1));
  response.writeHead(url ? 302 : 404, url ? { location: url } : {});
  response.end();
});
`,
    'test/store.test.js': `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { follow, save } from '../src/store.js';

test('a saved link is followed', () => {
  save('docs', 'https://example.com/docs');
  assert.equal(follow('docs'), 'https://example.com/docs');
});

test('an unknown slug leads nowhere', () => {
  assert.equal(follow('nope'), null);
});
`,
    'TODO.md': `- links should survive a restart
- count hits per day, not only in total
- refuse URLs that are not http or https
`,
  },
  marketing: {
    'calendar.md': `| week | channel | topic | state |
|---|---|---|---|
| 1 | blog | why we built short links | published |
| 2 | newsletter | three customer stories | draft |
| 3 | social | launch of the public API | idea |
`,
    'blog/why-short-links.md': `# Why we built short links

Long addresses break in mails, on slides and over the phone. We wanted one that can be said aloud.
`,
    'newsletter/draft.md': `Subject: three teams, three ways to share a link

Write two paragraphs per team. Keep the tone plain; no superlatives.
`,
    'voice.md': `Plain words, short sentences, one claim per paragraph, every number with its source.
`,
  },
  support: {
    'tickets/1041.md': `From: dana@example.com
Subject: link gone after the weekend

Our link /spring worked on Friday and is a 404 today. Nothing was changed on our side.
`,
    'tickets/1042.md': `From: lee@example.com
Subject: how many people clicked?

Can I see clicks per day somewhere, or only the total?
`,
    'macros/lost-link.md': `Thank you for writing. Links are kept in memory at present and are lost when the service restarts.
`,
    'triage.md': `1. reproduce; 2. label bug, question or request; 3. answer within one working day; 4. tell the code team of bugs.
`,
  },
};

/** Made beside its place and renamed, so that half a sample never passes for a product. */
export async function createSample({
  name,
  type,
  description,
  root,
}: Pick<Product, 'name' | 'type' | 'description' | 'root'>): Promise<void> {
  await mkdir(dirname(root), { recursive: true });
  const draft = await mkdtemp(join(dirname(root), '.sample-'));
  try {
    const content = {
      'README.md': `# ${name}\n\n${description ?? `A sample product of type ${type}.`}\n\nMade by the meta-coordinator for a first look: delete it when you bring your own.\n`,
      ...files[type],
    };
    for (const [path, text] of Object.entries(content)) {
      await mkdir(dirname(join(draft, path)), { recursive: true });
      await writeFile(join(draft, path), text);
    }
    const git = (...args: string[]) =>
      execa('git', [
        '-C',
        draft,
        '-c',
        'user.name=overstory',
        '-c',
        'user.email=overstory@localhost',
        ...args,
      ]);
    await git('init', '--quiet', '--initial-branch=main');
    await git('add', '--all');
    await git('commit', '--quiet', '--message', 'Sample product');
    await rename(draft, root);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}
