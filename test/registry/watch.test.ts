import { execFileSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type OpenRegistry, openRegistry, readRegistry } from '../../src/registry/index.ts';

const workspaceRoot = '/workspace';
const one = 'products:\n  - name: one\n';
const two = 'products:\n  - name: two\n';
const bad = 'products:\n  - name: one\n    priority: urgent\n';

let folder: string;
let file: string;
let open: OpenRegistry | undefined;
const onChange = vi.fn();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleet-registry-'));
  file = join(folder, 'products.yaml');
  onChange.mockReset();
});
afterEach(() => {
  open?.close();
  open = undefined;
  rmSync(folder, { recursive: true, force: true });
});

/** A clock that moves only when told to; `run` does the tasks due, one at a time. */
function manualClock() {
  let waiting: { ms: number; task: () => void }[] = [];
  return {
    waiting: () => waiting.map(({ ms }) => ms),
    after(ms: number, task: () => void) {
      const entry = { ms, task };
      waiting.push(entry);
      return () => {
        waiting = waiting.filter((other) => other !== entry);
      };
    },
    run(ms: number) {
      const due = waiting.filter((entry) => entry.ms === ms);
      waiting = waiting.filter((entry) => entry.ms !== ms);
      for (const { task } of due) task();
      return due.length;
    },
  };
}
const pollMs = 5000;

const names = () => open?.current().products.map((product) => product.name);
const seen = (expected: string[]) => vi.waitFor(() => expect(names()).toEqual(expected), { timeout: 20_000 });

describe('read', () => {
  test('a missing file says where it was looked for and what to do', async () => {
    await expect(readRegistry(file, { workspaceRoot })).rejects.toMatchObject({
      code: 'REGISTRY_MISSING',
      class: 'not-found',
      message: `Expected a registry of products at ${file}, got no such file.`,
      mend: expect.stringContaining('products.yaml'),
    });
  });

  test('a folder in its place names what Docker does', async () => {
    mkdirSync(file);
    await expect(readRegistry(file, { workspaceRoot })).rejects.toMatchObject({
      code: 'REGISTRY_UNREADABLE',
      mend: expect.stringContaining('Docker makes an empty folder'),
    });
  });

  test('a named pipe does not hang it', async () => {
    execFileSync('mkfifo', [file]);
    await expect(readRegistry(file, { workspaceRoot })).rejects.toMatchObject({
      code: 'REGISTRY_UNREADABLE',
    });
  });

  test('a huge file is refused without reading all of it', async () => {
    writeFileSync(file, Buffer.alloc(3_000_000, '#'));
    await expect(readRegistry(file, { workspaceRoot })).rejects.toMatchObject({
      code: 'REGISTRY_INVALID',
      problems: [{ file, expected: 'at most 1048576 bytes', got: 'more' }],
    });
  });
});

describe('watch', () => {
  test('fails at open when the first read is invalid', async () => {
    writeFileSync(file, bad);
    await expect(openRegistry(file, { workspaceRoot, onChange })).rejects.toMatchObject({
      code: 'REGISTRY_INVALID',
      problems: [{ file, line: 3, column: 15, path: 'products[0].priority' }],
    });
  });

  test('a saved edit is read by itself, in place and by replacing the file', async () => {
    writeFileSync(file, one);
    open = await openRegistry(file, { workspaceRoot, onChange });
    writeFileSync(file, two);
    await seen(['two']);
    expect(onChange).toHaveBeenLastCalledWith(open.current());
    writeFileSync(`${file}.new`, one);
    renameSync(`${file}.new`, file);
    await seen(['one']);
    expect(open.problems()).toEqual([]);
  });

  test('a bad edit keeps the last good registry and says where it is wrong', async () => {
    writeFileSync(file, one);
    open = await openRegistry(file, { workspaceRoot, onChange });
    const good = open.current();
    writeFileSync(file, bad);
    await open.reload();
    expect(open.current()).toBe(good);
    expect(open.problems()).toEqual([
      `${file} was changed and cannot be used: the last good version stays in force.`,
      `${file} line 3, column 15: Expected high, medium, low or a whole number from 1 to 100, got "urgent" (products[0].priority).`,
    ]);
    expect(onChange).toHaveBeenCalledTimes(1);
    await open.reload();
    expect(onChange).toHaveBeenCalledTimes(1);
    writeFileSync(file, two);
    await open.reload();
    expect(open.problems()).toEqual([]);
    expect(names()).toEqual(['two']);
    expect(onChange).toHaveBeenCalledTimes(2);
  });

  test('a file that vanished keeps the last good registry until it is back', async () => {
    writeFileSync(file, one);
    open = await openRegistry(file, { workspaceRoot, onChange });
    unlinkSync(file);
    await open.reload();
    expect(names()).toEqual(['one']);
    expect(open.problems()).toEqual([
      expect.stringMatching(/got no such file\. The last good version stays in force\. Mend: /),
    ]);
    writeFileSync(file, one);
    await open.reload();
    expect(open.problems()).toEqual([]);
  });

  test('a change without an event is found by the poll', async () => {
    // the folder that is watched holds a symlink: nothing happens in it
    mkdirSync(join(folder, 'elsewhere'));
    writeFileSync(join(folder, 'elsewhere', 'real.yaml'), one);
    symlinkSync(join('elsewhere', 'real.yaml'), file);
    const clock = manualClock();
    open = await openRegistry(file, { workspaceRoot, onChange, clock });
    writeFileSync(join(folder, 'elsewhere', 'real.yaml'), two);
    expect(names()).toEqual(['one']);
    expect(clock.run(pollMs)).toBe(1);
    await seen(['two']);
    // an unchanged file is not read again, and the poll goes on
    await vi.waitFor(() => expect(clock.waiting()).toContain(pollMs), 20_000);
    clock.run(pollMs);
    await vi.waitFor(() => expect(clock.waiting()).toContain(pollMs), 20_000);
    expect(onChange).toHaveBeenCalledTimes(1);
  });

  test('the events of one save are read once, when they have settled', async () => {
    writeFileSync(file, one);
    const clock = manualClock();
    open = await openRegistry(file, { workspaceRoot, onChange, clock });
    writeFileSync(file, bad);
    writeFileSync(file, two);
    await vi.waitFor(() => expect(clock.waiting()).toHaveLength(2), 20_000);
    const settleMs = Math.min(...clock.waiting());
    expect(names()).toEqual(['one']);
    expect(clock.run(settleMs)).toBe(1);
    await seen(['two']);
    expect(onChange).toHaveBeenCalledTimes(1);
  });

  test('nothing happens after close', async () => {
    writeFileSync(file, one);
    const clock = manualClock();
    open = await openRegistry(file, { workspaceRoot, onChange, clock });
    open.close();
    expect(clock.waiting()).toEqual([]);
    writeFileSync(file, two);
    await open.reload();
    expect(names()).toEqual(['one']);
    expect(onChange).not.toHaveBeenCalled();
  });
});

/** What a file mounted alone into a container shows once the host's editor has replaced it. */
describe('a file replaced under its mount', () => {
  const sentence = (path: string) =>
    `${path} was replaced by a new file, and this container still sees the old one. Mend: docker compose restart fleetd.`;

  test.skipIf(process.platform !== 'linux')('a path that leads to an unlinked file', async () => {
    writeFileSync(file, one);
    const descriptor = openSync(file, 'r');
    const path = `/proc/self/fd/${descriptor}`;
    const clock = manualClock();
    open = await openRegistry(path, { workspaceRoot, onChange, clock });
    expect(open.problems()).toEqual([]);
    unlinkSync(file);
    clock.run(pollMs);
    await vi.waitFor(() => expect(open?.problems()).toEqual([sentence(path)]), 20_000);
    expect(names()).toEqual(['one']);
    expect(onChange).toHaveBeenCalledTimes(1);
    closeSync(descriptor);
  });

  test('a real bind mount', async ({ skip }) => {
    const mounted = join(folder, 'mounted.yaml');
    writeFileSync(file, one);
    writeFileSync(mounted, '');
    try {
      execFileSync('mount', ['--bind', file, mounted], { stdio: 'pipe' });
    } catch {
      skip('mount --bind is not permitted here (needs root)');
    }
    try {
      const clock = manualClock();
      open = await openRegistry(mounted, { workspaceRoot, onChange, clock });
      writeFileSync(file, two);
      clock.run(pollMs);
      await seen(['two']);
      expect(open.problems()).toEqual([]);
      writeFileSync(`${file}.new`, one);
      renameSync(`${file}.new`, file);
      await vi.waitFor(() => expect(clock.waiting()).toContain(pollMs), 20_000);
      clock.run(pollMs);
      await vi.waitFor(() => expect(open?.problems()).toEqual([sentence(mounted)]), 20_000);
      expect(names()).toEqual(['two']);
      open.close();
      // the same at a start without a new mount
      open = await openRegistry(mounted, { workspaceRoot, onChange, clock });
      expect(open.problems()).toEqual([sentence(mounted)]);
    } finally {
      execFileSync('umount', [mounted]);
    }
  });
});
