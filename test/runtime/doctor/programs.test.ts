// Programs whose version `fleet doctor` asks for: slow, broken, missing and unfit ones each have their own words.
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { pairOf, pairs, recommendedClaude } from '../../../src/overstory/pairs.ts';
import { ask } from '../../../src/runtime/agent/doctor/check.ts';
import { claude } from '../../../src/runtime/agent/doctor/machine.ts';
import { statusLine } from '../../../src/runtime/agent/doctor/status-line.ts';
import { createOv } from '../../../src/runtime/agent/ov.ts';

let folder: string;
let path: string | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleet-programs-'));
  path = process.env.PATH;
  process.env.PATH = `${folder}:/usr/bin:/bin`;
});
afterEach(() => {
  process.env.PATH = path;
  rmSync(folder, { recursive: true });
});
function program(name: string, script: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, name), 0o755);
}
async function look(overstory: string, script: string | null) {
  program('ov', `echo '{"name":"x","version":"${overstory}","runtime":"bun","platform":"linux-x64"}'`);
  if (script !== null) program('claude', script);
  return await claude.look({ workspaceRoot: folder, ov: createOv('ov', folder) }, false);
}
const says = (version: string) => `echo '${version} (Claude Code)'`;

describe('Claude Code', () => {
  it('of a pair that does not work is named, with what happens and how that is known', async () => {
    expect(await look('0.10.3', says('2.1.74'))).toMatchObject({
      state: 'failed',
      says: expect.stringMatching(
        /overstory 0\.10\.3, got 2\.1\.74 .*no headless worker starts.*Known from 2026-/,
      ),
      mend: expect.stringContaining(recommendedClaude),
    });
    // Its workers are in terminals, where overstory takes the mark away itself.
    expect(await look('0.9.4', says('2.1.74'))).toMatchObject({ state: 'ok' });
    expect(await look('0.10.3', says(recommendedClaude))).toMatchObject({
      state: 'ok',
      says: 'Claude Code 2.1.112, tried with overstory 0.10.3',
    });
    expect(await look('0.11.0', says('2.1.90'))).toMatchObject({
      state: 'ok',
      says: expect.stringContaining('not tried with overstory 0.11.0'),
    });
  });

  it('that is there but broken, and one that is not there, are told apart', async () => {
    expect(
      await look('0.10.3', "echo 'Error: claude native binary not installed.' >&2; exit 1"),
    ).toMatchObject({
      state: 'failed',
      says: expect.stringContaining('exit 1: Error: claude native binary not installed.'),
    });
    rmSync(join(folder, 'claude'));
    expect(await look('0.10.3', null)).toMatchObject({
      state: 'failed',
      says: expect.stringContaining('no claude on PATH'),
    });
  });
});

it('a status line of the human’s is warned of where it hides that a coordinator works', async () => {
  program('ov', `echo '{"name":"x","version":"0.11.0","runtime":"bun","platform":"linux-x64"}'`);
  const place = {
    workspaceRoot: folder,
    folder,
    product: { name: 'p', root: folder },
    ov: createOv('ov', folder),
    known: () => [],
    servePids: () => new Set<number>(),
    disk: { of: () => null },
  };
  const looked = () => statusLine.look(place, true);
  const settings = join(folder, '.claude/settings.json');
  vi.stubEnv('CLAUDE_CONFIG_DIR', join(folder, 'config'));
  expect(await looked()).toMatchObject({ state: 'ok', says: expect.stringContaining('none is configured') });
  for (const file of [join(folder, 'config/settings.json'), settings]) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, '{"statusLine":{"type":"command","command":"date"}}');
    program('claude', says('2.1.112'));
    expect(await looked()).toMatchObject({
      state: 'warning',
      says: expect.stringContaining(
        `CLAUDE_STATUS_LINE: Expected Claude Code's own status line, got one of ${file}: Claude Code 2.1.112`,
      ),
      mend: expect.stringContaining(file),
    });
    program('claude', says('2.1.332'));
    expect(await looked()).toMatchObject({ state: 'ok', says: expect.stringContaining(file) });
  }
  // Nothing of a human's is changed, nor of what is no JSON concluded.
  expect(readFileSync(settings, 'utf8')).toContain('statusLine');
  writeFileSync(settings, '{"statusLine":');
  rmSync(join(folder, 'config'), { recursive: true });
  expect(await looked()).toMatchObject({ state: 'ok', says: expect.stringContaining('none is configured') });
  vi.unstubAllEnvs();
});

it('a program that is slow is not called missing', async () => {
  program('claude', 'exec sleep 60');
  expect(await ask('claude', '--version', 300)).toEqual({
    problem: {
      state: 'warning',
      says: 'Expected `claude --version` to say its version, got no answer within 0.3 s: this machine is too busy to tell.',
      mend: expect.stringContaining('nothing is known to be wrong'),
    },
  });
});

it('each line of the table says how it is known', () => {
  for (const { evidence } of pairs) expect(evidence).toMatch(/^2026-\d\d-\d\d: /);
  expect(pairOf([0, 10, 3], [2, 1, 112])?.works).toBe(true);
  expect(pairOf([0, 10, 0], [2, 1, 75])).toBeNull();
});
