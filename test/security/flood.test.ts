// An `ov` that never stops talking: cut off with a typed error, in bounded memory. (Frames of 500 MB:
// test/runtime/hostile-agent.test.ts; replies of 500 MB: test/api/client.test.ts.)
import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { featuresOf } from '../../src/overstory/features.ts';
import { runOv } from '../../src/overstory/run.ts';

it.each(['stdout', 'stderr'])('500 MB on %s', async (stream) => {
  const script = `const part = 'x'.repeat(1 << 20); for (let n = 0; n < 500; n++) if (!process.${stream}.write(part)) await new Promise((r) => process.${stream}.once('drain', r));`;
  const before = process.memoryUsage().rss;
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss);
  }, 20);
  try {
    await expect(
      runOv(
        'status',
        {},
        {
          cwd: tmpdir(),
          features: featuresOf({ version: '0.10.3' }),
          ov: [process.execPath, '--input-type=module', '--eval', script, '--'],
        },
      ),
    ).rejects.toMatchObject({ code: 'OV_OUTPUT_TOO_LARGE', mend: expect.stringContaining('Narrow') });
  } finally {
    clearInterval(watch);
  }
  // 32 MiB of text is kept, as two bytes a character at worst, and joined once.
  expect((most - before) / 1024 ** 2).toBeLessThan(300);
});
