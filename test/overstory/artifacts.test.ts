// Which files a final report names.
import { describe, expect, it } from 'vitest';
import { artifactsIn } from '../../src/overstory/artifacts.ts';
import { dispatchText } from '../../src/overstory/dispatch.ts';

describe('artifactsIn', () => {
  it.each<[string, string, string[]]>([
    ['none', 'Done. Merged.', []],
    ['a list', 'Done.\n\nArtifacts:\n- shots/login.png\n- post.md', ['shots/login.png', 'post.md']],
    ['bare lines', 'Artifacts:\nshots/login.png\npost.md\n', ['shots/login.png', 'post.md']],
    ['markdown', '## **Artifacts:**\n\n* `a b.png`\n1. c.md\n', ['a b.png', 'c.md']],
    ['as Windows writes it', 'Done.\r\nArtifacts:\r\n- a.png\r\n', ['a.png']],
    ['until an empty line', 'Artifacts:\n- a.png\n\nAll tests pass.', ['a.png']],
    ['the last of two lists', 'Artifacts:\n- a.png\n\nArtifacts:\n- b.png', ['b.png']],
    ['each once', 'Artifacts:\n- a.png\n- `a.png`', ['a.png']],
    ['the word none', 'Artifacts:\n- None.', []],
    ['the word in a sentence', 'Artifacts: see the branch.\n- a.png', []],
    ['control characters', 'Artifacts:\n- a\u0000\u001b[31m.png', ['a[31m.png']],
    [
      'hostile names, as names',
      'Artifacts:\n- ../x\n- /etc/passwd\n- $(id)',
      ['../x', '/etc/passwd', '$(id)'],
    ],
  ])('%s', (_, report, paths) => {
    expect(artifactsIn(report)).toEqual(paths);
  });

  it('cuts what is longer than any path, and takes a long report in no time', () => {
    const startedMs = performance.now();
    const [first, ...others] = artifactsIn(
      `Artifacts:\n${' '.repeat(200_000)}${'x'.repeat(200_000)}\n${'y \n'.repeat(50_000)}z${' '.repeat(60_000)}z`,
    );
    expect(first?.length).toBe(1024);
    expect(others).toEqual(['y', `z${' '.repeat(1023)}`]);
    expect(performance.now() - startedMs).toBeLessThan(2_000);
  });

  it('understands what a coordinator is told to write', () => {
    const { body } = dispatchText({
      objectiveId: 'obj-7',
      messageNumber: 1,
      text: 'Make it green',
      acceptance: null,
      source: { via: 'slack', sender: 'ana' },
      workerBudget: null,
      planApproval: 'none',
    });
    const from = body.indexOf('\nArtifacts:\n');
    expect(artifactsIn(body.slice(0, body.indexOf('\n', from + 12)))).toEqual(['path/of/file.png']);
  });
});
