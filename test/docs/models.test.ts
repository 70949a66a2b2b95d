import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { renderModels } from '../../scripts/models.ts';
import { providers } from '../../src/openclaw/providers.ts';

it('docs/models.md shows what was evaluated (mend: npm run docs -- models)', async () => {
  expect(await readFile('docs/models.md', 'utf8')).toBe(renderModels());
});

it('names each provider with its key, and so do .env.example and docker-compose.yaml', async () => {
  const [page = '', env = '', compose = ''] = await Promise.all(
    ['docs/models.md', '.env.example', 'docker-compose.yaml'].map((file) => readFile(file, 'utf8')),
  );
  for (const [name, { keys, example }] of Object.entries(providers)) {
    expect(page).toContain(`\`${name}/${example === 'my-model' ? '<model>' : example}\``);
    expect(env).toContain(name);
    for (const key of keys) expect(compose).toContain(`${key}: \${${key}:-}`);
    expect(env).toContain(`#${keys[0]}=`);
  }
});
