// What a human can say in chat is known to the model: by a tool of its own, or by the line that the human types.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { verbs } from '../../src/verbs/index.ts';

const skill = readFileSync(
  fileURLToPath(new URL('../../skills/overstory/SKILL.md', import.meta.url)),
  'utf8',
);
/** Told by the answer to `/fleet` itself, or another word for what a tool gives. */
const byItself = ['help', 'ask'];

it('the skill names each verb of chat, and stays short', () => {
  const named = (verb: string) => new RegExp(`fleet[_ ]${verb}\\b|\`${verb}\``).test(skill);
  const unknown = verbs
    .filter(({ surfaces, name }) => surfaces.includes('chat') && !byItself.includes(name))
    .map(({ name }) => name)
    .filter((name) => !named(name));
  expect(unknown).toEqual([]);
  expect(Buffer.byteLength(skill)).toBeLessThan(9 * 1024);
});
