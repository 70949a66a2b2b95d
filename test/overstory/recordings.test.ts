// Contract with the real `ov`: every recorded call is read by its command, and the line that comes of it is
// compared with recordings.expected.txt, which was gone through by hand. A new recording needs a line there:
// `npm run --silent check:recordings -- test/fixtures/recordings > test/overstory/recordings.expected.txt`.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { describeFile, filesUnder } from '../../scripts/check-recordings.ts';
import { judgeRecording } from '../../scripts/judge-recording.ts';

const folder = join(import.meta.dirname, '../fixtures/recordings');
const files = filesUnder(folder);
const expected = readFileSync(join(import.meta.dirname, 'recordings.expected.txt'), 'utf8')
  .trim()
  .split('\n');
const temporary = mkdtempSync(join(tmpdir(), 'recordings-'));
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

describe('recorded calls', () => {
  it('read as they did when a human went through them', () => {
    expect(files.map((file) => `${file}  ${describeFile(join(folder, file)).line}`)).toEqual(expected);
  });

  it('have no defect of the client among them', () => {
    expect(files.filter((file) => describeFile(join(folder, file)).defect)).toEqual([]);
  });

  it.each([
    'init-again-json-no-yes',
    'nudge-worker',
    'nudge-busy-force',
    'sling-headless-crash',
    'run-show-x',
    'mail-read-missing',
  ])('%s is a failure although it exits 0 or answers in text', (name) => {
    const lines = expected.filter((line) => line.includes(`/${name}.json`));
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(line).toMatch(/ {2}OV_[A-Z_]+ {2}/);
  });

  it('know every failure of overstory 0.9.4 to 0.11.0 by its text', () => {
    expect(expected.filter((line) => line.includes('OV_FAILED'))).toEqual([]);
  });
});

const empty = {
  currentRunId: null,
  agents: [],
  worktrees: [],
  tmuxSessions: [],
  unreadMailCount: 0,
  mergeQueueCount: 0,
};
const line = (fields: object) => `${JSON.stringify({ success: true, command: 'status', ...fields })}\n`;
const call = (argv: unknown, fields: object = {}) => ({
  version: '0.11.0',
  argv,
  exit: 0,
  timedOut: false,
  stdout: line(empty),
  stderr: '',
  ...fields,
});

describe('judgeRecording', () => {
  it.each([
    [['ov', '--project', '/p', 'status', '--json']],
    [['ov', '--project=/p', '-q', 'status', '--json']],
    [['/usr/local/bin/ov', 'status', '--project', '/p', '--json']],
    [['docker', 'exec', '-u', '1000', '-w', '/p', 'c', 'ov', 'status', '--json']],
    [['timeout', '5', 'bun', 'run', '/opt/overstory/src/index.ts', 'status', '--json']],
    [['sh', '-c', 'cd /p && A=1 ov status --json 2>&1']],
    [['bash', '-lc', "echo 'ov mail list' ; exec ov status --json | cat"]],
    ['ov status --json'],
  ])('finds the command in %j', (argv) => {
    expect(judgeRecording(call(argv))).toMatchObject({ kind: 'ok', command: 'status', as: 'reply' });
  });

  it.each([
    ['a timeout', call(['ov', 'status', '--json'], { timedOut: true, exit: null, stdout: '' }), 'OV_TIMEOUT'],
    ['a kill', call(['ov', 'status', '--json'], { exit: null, stdout: '' }), 'OV_KILLED'],
    ['half a line', call(['ov', 'status', '--json'], { stdout: line(empty).slice(0, 40) }), 'OV_GARBAGE'],
    [
      'a failure behind a shell',
      call(['sh', '-c', 'ov status --json || true'], {
        stdout: '{"success":false,"command":"ov","error":"database is locked"}\n',
      }),
      'OV_DB_LOCKED',
    ],
    [
      'a text failure',
      call(['ov', 'status'], { exit: 1, stdout: '', stderr: 'Error: file is not a database\n' }),
      'OV_DB_CORRUPT',
    ],
    [
      'unknown words',
      call(['ov', 'watch', '--json'], { exit: 1, stdout: '', stderr: 'the moon is full\n' }),
      'OV_FAILED',
    ],
    [
      'failed checks',
      call(['ov', 'doctor', '--json'], {
        exit: 1,
        stdout: '{"success":true,"command":"doctor","checks":[]}\n',
      }),
      'OV_CHECKS_FAILED',
    ],
    ['success with exit 1', call(['ov', 'status', '--json'], { exit: 1 }), 'OV_FAILED'],
    [
      'an old bare reply',
      call(['ov', 'status', '--json'], { stdout: '{\n\t"agents": []\n}\n' }),
      'OV_UNSUPPORTED_VERSION',
    ],
  ])('reads %s as its code', (_what, recording, code) => {
    expect(judgeRecording(recording)).toMatchObject({ kind: 'failed', code });
  });

  it('calls a good reply that the client refuses unreadable', () => {
    const { agents: _, ...withoutAgents } = empty;
    const verdict = judgeRecording(call(['ov', 'status', '--json'], { stdout: line(withoutAgents) }));
    expect(verdict).toMatchObject({ kind: 'unreadable', command: 'status' });
    expect(verdict).toHaveProperty('why', expect.stringContaining('agents'));
  });

  it.each([
    [{ request: 'GET /api/runs', status: 200 }],
    [[{ n: 1 }]],
    [null],
    [{ note: 'x', results: [] }],
    [call(['git', 'log'])],
  ])('does not take %j for a call', (value) => {
    expect(judgeRecording(value)).toEqual({ kind: 'not a call' });
  });
});

describe('npm run check:recordings', () => {
  const script = join(import.meta.dirname, '../../scripts/check-recordings.ts');
  const run = (path: string) => spawnSync(process.execPath, [script, path], { encoding: 'utf8' });

  it('prints a line per file of every sub-folder and exits 0', () => {
    const good = join(temporary, 'good');
    mkdirSync(join(good, 'deep'), { recursive: true });
    writeFileSync(join(good, 'deep', 'a.json'), JSON.stringify(call(['ov', 'status', '--json'])));
    writeFileSync(join(good, 'b.txt'), 'frames');
    const output = execFileSync(process.execPath, [script, good], { encoding: 'utf8' });
    expect(output.split('\n')).toEqual([
      'b.txt  not a call',
      expect.stringMatching(/^deep\/a\.json {2}status {2}ok /),
      '',
    ]);
  });

  it.each([
    ['no exit', JSON.stringify({ argv: ['ov', 'status'], stdout: '' })],
    ['no JSON', '{"argv": ['],
    ['a good reply that the client refuses', JSON.stringify(call(['ov', 'errors', '--json']))],
  ])('exits 1 on %s', (name, content) => {
    const bad = join(temporary, name);
    mkdirSync(bad);
    writeFileSync(join(bad, 'x.json'), content);
    const { status, stdout } = run(bad);
    expect(stdout).toContain('UNREADABLE');
    expect(status).toBe(1);
  });

  it('exits 2 and names the mend when there is no such folder', () => {
    const { status, stderr } = run(join(temporary, 'nowhere'));
    expect(status).toBe(2);
    expect(stderr).toContain('Mend:');
  });
});
