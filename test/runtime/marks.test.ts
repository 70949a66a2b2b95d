// Nothing that the agent starts carries the marks of a Claude Code around it, nor does what goes through bin/unmarked.
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, expect, test } from 'vitest';
import { claudeMarks } from '../../src/runtime/agent/marks.ts';
import { connectRuntime, localChannel } from '../../src/runtime/index.ts';
import { agentFile } from './workspace.ts';

const unmarked = fileURLToPath(new URL('../../bin/unmarked', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'fleet-marks-'));
afterAll(() => rmSync(folder, { recursive: true }));
const marked = Object.fromEntries(claudeMarks.map((mark) => [mark, '1']));
const names = (environment: string) => environment.split('\n').map((line) => line.split('=')[0]);

test('bin/unmarked takes away what the agent takes away, and hands on words and exit', async () => {
  const script = readFileSync(unmarked, 'utf8');
  const taken = [...script.matchAll(/^unset (.+)$/gm)].flatMap(([, list = '']) => list.split(' '));
  expect(taken).toEqual([...claudeMarks]);
  const ran = await execa(unmarked, ['sh', '-c', 'env; exit $1', 'sh', '7'], {
    env: { ...marked, KEPT: '1' },
    reject: false,
  });
  expect(ran.exitCode).toBe(7);
  expect(names(ran.stdout)).toContain('KEPT');
  expect(names(ran.stdout).filter((name) => name !== undefined && name in marked)).toEqual([]);
});

test('the agent starts `ov` without them', async () => {
  const ov = join(folder, 'ov');
  const seen = join(folder, 'seen');
  writeFileSync(
    ov,
    `#!/bin/sh\nenv >'${seen}'\necho '{"name":"@os-eco/overstory-cli","version":"0.10.3","runtime":"bun","platform":"linux-x64"}'\n`,
  );
  chmodSync(ov, 0o755);
  const runtime = connectRuntime({
    channel: localChannel({
      argv: [process.execPath, agentFile],
      env: { ...process.env, ...marked, KEPT: '1', FLEET_WORKSPACE: folder, FLEET_OV: ov },
      cwd: folder,
    }),
  });
  await new Promise((resolve) => runtime.on('connected', resolve));
  await runtime.close();
  const environment = names(readFileSync(seen, 'utf8'));
  expect(environment).toContain('KEPT');
  expect(environment.filter((name) => name !== undefined && name in marked)).toEqual([]);
});
