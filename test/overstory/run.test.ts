// Real processes: an `ov` written for each case.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { readProjectName } from '../../src/overstory/config.ts';
import { featuresOf } from '../../src/overstory/features.ts';
import { runOv } from '../../src/overstory/run.ts';

const folder = mkdtempSync(join(tmpdir(), 'run-ov-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const features = featuresOf({ version: '0.11.0' });

let made = 0;
/** A program that stands for `ov`; `script` is JavaScript. */
function fakeOv(script: string): string[] {
  made += 1;
  const path = join(folder, `ov-${made}.mjs`);
  writeFileSync(path, script);
  return [process.execPath, path];
}
const options = (ov: string[]) => ({ cwd: folder, features, ov });
const reply = (fields: string) => `console.log(JSON.stringify({success: true, ${fields}}));`;

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A killed process stays as a zombie until whoever is PID 1 reaps it.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

describe('runOv', () => {
  it('passes text as it is, in one argument, through no shell', async () => {
    const ov = fakeOv(
      `import fs from 'node:fs'; fs.writeFileSync('argv.json', JSON.stringify(process.argv.slice(2))); ${reply("id: 'm', nudged: true")}`,
    );
    const body = '$(touch pwned) `id` "quoted" \'x\' && ov stop\nsecond line';
    expect(await runOv('coordinator.send', { subject: 'a;b', body }, options(ov))).toEqual({
      id: 'm',
      nudged: true,
    });
    expect(JSON.parse(readFileSync(join(folder, 'argv.json'), 'utf8'))).toEqual([
      'coordinator',
      'send',
      '--json',
      '--subject=a;b',
      `--body=${body}`,
    ]);
    expect(existsSync(join(folder, 'pwned'))).toBe(false);
  });

  it('gives a spec on standard input, of any length', async () => {
    const ov = fakeOv(
      `let n = 0; for await (const part of process.stdin) n += part.length; console.log(JSON.stringify({success: true, taskId: 't', path: String(n)}));`,
    );
    expect(
      await runOv('spec.write', { taskId: 't', body: `\u0003${'x'.repeat(1_000_000)}` }, options(ov)),
    ).toEqual({ taskId: 't', path: '1000000' });
  });

  it('runs in the folder, with the environment given and without OVERSTORY_PROJECT_ROOT', async () => {
    vi.stubEnv('OVERSTORY_PROJECT_ROOT', '/elsewhere');
    const ov = fakeOv(
      `console.log(JSON.stringify({name: [process.cwd(), process.env.OVERSTORY_PROJECT_ROOT ?? 'unset', process.env.GIVEN].join(' '), version: '0.11.0'}));`,
    );
    const { name } = await runOv('version', {}, { ...options(ov), env: { GIVEN: 'yes' } });
    vi.unstubAllEnvs();
    expect(name).toBe(`${folder} unset yes`);
  });

  it.each([
    ['garbage', `console.log('Segmentation fault?');`, 'OV_GARBAGE'],
    ['nothing', '', 'OV_GARBAGE'],
    [
      'a failure',
      `console.log(JSON.stringify({success: false, command: 'ov', error: 'database is locked'})); process.exit(1)`,
      'OV_DB_LOCKED',
    ],
    ['a signal', `process.kill(process.pid, 'SIGKILL'); setInterval(() => {}, 1000)`, 'OV_KILLED'],
    ['33 MiB', `process.stdout.write('x'.repeat(33 * 1024 * 1024))`, 'OV_OUTPUT_TOO_LARGE'],
  ])('turns %s into a code', async (_what, script, code) => {
    await expect(runOv('status', {}, options(fakeOv(script)))).rejects.toMatchObject({
      code,
      mend: expect.stringMatching(/\w/),
    });
  });

  it.each([
    ['timeout', 'OV_TIMEOUT'],
    ['abort', 'OV_CANCELLED'],
  ])(
    'ends the whole process group at a %s',
    async (how, code) => {
      const pidFile = join(folder, `${how}.pid`);
      const ov = fakeOv(
        `import fs from 'node:fs'; import {spawn} from 'node:child_process'; const child = spawn('sleep', ['600']); fs.writeFileSync(${JSON.stringify(pidFile)}, String(child.pid)); setInterval(() => {}, 1000);`,
      );
      const controller = new AbortController();
      const ended = runOv(
        'status',
        {},
        { ...options(ov), signal: controller.signal, ...(how === 'timeout' && { timeoutMs: 1_500 }) },
      );
      const settled = expect(ended).rejects.toMatchObject({ code });
      await vi.waitFor(() => expect(Number(readFileSync(pidFile, 'utf8'))).toBeGreaterThan(0), {
        timeout: 10_000,
      });
      if (how === 'abort') controller.abort();
      await settled;
      const pid = Number(readFileSync(pidFile, 'utf8'));
      await vi.waitFor(() => expect(alive(pid)).toBe(false), { timeout: 10_000 });
    },
    30_000,
  );

  it('names a missing program, a program that may not run and a missing folder', async () => {
    const notExecutable = join(folder, 'ov-text');
    writeFileSync(notExecutable, 'x');
    chmodSync(notExecutable, 0o644);
    await expect(runOv('status', {}, options([join(folder, 'no-such-ov')]))).rejects.toMatchObject({
      code: 'OV_MISSING',
    });
    await expect(runOv('status', {}, options([notExecutable]))).rejects.toMatchObject({ code: 'OV_MISSING' });
    await expect(
      runOv('status', {}, { ...options(['true']), cwd: join(folder, 'gone') }),
    ).rejects.toMatchObject({ code: 'OV_FOLDER_MISSING' });
  });

  it('starts nothing for arguments it refuses', async () => {
    const ov = fakeOv(`import fs from 'node:fs'; fs.writeFileSync('started', '');`);
    await expect(runOv('stop', { agent: '../x' }, options(ov))).rejects.toMatchObject({
      code: 'OV_BAD_ARGUMENT',
    });
    await expect(
      runOv('coordinator.send', { subject: 's', body: 'x'.repeat(200_000) }, options(ov)),
    ).rejects.toMatchObject({ code: 'OV_ARGUMENT_TOO_LARGE' });
    expect(existsSync(join(folder, 'started'))).toBe(false);
  });
});

describe('readProjectName', () => {
  const project = (name: string, files: Record<string, string>) => {
    const root = join(folder, name);
    mkdirSync(join(root, '.overstory'), { recursive: true });
    for (const [file, text] of Object.entries(files)) writeFileSync(join(root, '.overstory', file), text);
    return root;
  };

  it.each([
    ['plain', { 'config.yaml': 'project:\n  name: my app_v2\n' }, 'my app_v2'],
    ['overridden', { 'config.yaml': 'project: {name: a}', 'config.local.yaml': 'project: {name: b}' }, 'b'],
    ['local-without-name', { 'config.yaml': 'project: {name: a}', 'config.local.yaml': 'agents: {}' }, 'a'],
    ['broken', { 'config.yaml': 'project: [unclosed' }, null],
    ['other-shape', { 'config.yaml': 'just text' }, null],
    ['empty', { 'config.yaml': '' }, null],
    ['none', {}, null],
  ])('%s', async (name, files, expected) => {
    expect(await readProjectName(project(name, files))).toBe(expected);
  });
});
