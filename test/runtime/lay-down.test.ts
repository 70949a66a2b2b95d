// What `fleet init` lays down: overstory's own files, gates that run and judge, and nothing of a human's lost.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { layDown } from '../../src/runtime/agent/maintenance/templates/index.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});
function project(config: string): {
  folder: string;
  put(path: string, text: string): void;
  read(path: string): string;
} {
  const folder = mkdtempSync(join(tmpdir(), 'lay-down-'));
  folders.push(folder);
  const put = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  execFileSync('git', ['init', '-q', folder]);
  put('.overstory/config.yaml', config);
  put('.overstory/agent-defs/builder.md', '## workflow\n\nOverstory’s own words.\n');
  return { folder, put, read: (path) => readFileSync(join(folder, path), 'utf8') };
}
const plain = '# mine\nproject:\n  name: x # short\n  canonicalBranch: main\n';

describe.each(['marketing', 'support'] as const)('%s', (type) => {
  const [texts, fields] =
    type === 'marketing'
      ? ['content', 'channel: blog\nsource: README']
      : ['tickets', 'status: new\nseverity: low'];

  it('adds to the agent definitions, sets gates as overstory has them, and keeps comments', async () => {
    const { folder, read } = project(plain);
    const { done } = await layDown({ folder }, type);
    expect(done).toEqual(
      expect.arrayContaining(['.overstory/agent-defs/builder.md', '.overstory/config.yaml']),
    );
    const builder = read('.overstory/agent-defs/builder.md');
    expect(builder).toMatch(
      new RegExp(`^## workflow\\n\\nOverstory’s own words\\.\\n[\\s\\S]*## ${type}-work`),
    );
    const config = read('.overstory/config.yaml');
    expect(config).toContain('# mine');
    expect(config).toContain('name: x # short');
    // as overstory 0.11.0 checks them: three texts, none empty
    for (const gate of parse(config).project.qualityGates)
      expect(gate).toEqual({
        name: expect.stringMatching(/./),
        command: expect.stringMatching(/./),
        description: expect.stringMatching(/./),
      });
    expect(read(`.overstory/specs/sample-${type}.md`)).toContain('## Acceptance');
    expect((await layDown({ folder }, type)).done).toEqual([]);
  });

  it('its gates pass what is well, and fail each thing that they name', async () => {
    const { folder, put, read } = project(plain);
    await layDown({ folder }, type);
    const gates: { name: string; command: string }[] = parse(read('.overstory/config.yaml')).project
      .qualityGates;
    const failing = () =>
      gates.filter(({ command }) => spawnSync('sh', ['-c', command], { cwd: folder }).status !== 0).length;
    expect(failing()).toBe(0);
    put(`${texts}/one.md`, `${fields}\n\nA text.\n`);
    expect(failing()).toBe(0);
    put(`${texts}/one.md`, `${fields}\n\nTODO\n`);
    expect(failing()).toBe(1);
    put(`${texts}/one.md`, 'A text.\n');
    expect(failing()).toBe(2);
  });
});

it('leaves gates of your own, replaces those made for code, and changes its section when the type does', async () => {
  const own = project(
    `${plain}  qualityGates:\n    - {name: Mine, command: make check, description: mine}\n`,
  );
  expect((await layDown({ folder: own.folder }, 'support')).left).toEqual([
    '.overstory/config.yaml has quality gates of its own: they stay',
  ]);
  const code = project(`${plain}  qualityGates:\n    - {name: Tests, command: bun test, description: all}\n`);
  await layDown({ folder: code.folder }, 'support');
  expect(code.read('.overstory/config.yaml')).not.toContain('bun test');
  await layDown({ folder: code.folder }, 'marketing');
  const builder = code.read('.overstory/agent-defs/builder.md');
  expect(builder).toContain('## marketing-work');
  expect(builder).not.toContain('support-work');
});

it('is refused where overstory is not', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lay-down-'));
  folders.push(folder);
  await expect(layDown({ folder }, 'support')).rejects.toMatchObject({ code: 'OV_NOT_INITIALISED' });
});
