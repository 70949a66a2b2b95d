// Text that leads to what has a page, and hangs nobody.
import { expect, it } from 'vitest';
import { Linked } from '../../src/dashboard/pages/linked.tsx';

const files = new Map([
  ['src/a.ts', '#a'],
  ['README.md', '#readme'],
]);
const shown = (text: string) => String(Linked({ text, files }));

it('leads to objectives, their branches, gates and files that are known', () => {
  expect(shown('obj-7, fleet/obj-8; gate 3')).toBe(
    '<a class="ref name" href="/objectives/obj-7">obj-7</a>, <a class="ref name" href="/objectives/obj-8">fleet/obj-8</a>; <a class="ref name" href="/gates/3">gate 3</a>',
  );
  expect(shown('See `src/a.ts:3` (README.md), not b/c.ts or xREADME.md.')).toBe(
    'See `<a class="ref" href="#a">src/a.ts</a>:3` (<a class="ref" href="#readme">README.md</a>), not b/c.ts or xREADME.md.',
  );
});

it.each(['a', '-', '.', 'a/', './', 'obj-1', '//a', 'gate 1a'])(
  'is drawn at once, however long a mail of nothing but %s is',
  (word) => {
    const startedMs = performance.now();
    shown(word.repeat(65_536 / word.length));
    expect(performance.now() - startedMs).toBeLessThan(2_000);
  },
);
