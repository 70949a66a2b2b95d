// Every verb, found by asking for help: what chat has the terminal has, and --json is one envelope with the exit code
// of its class. A verb that is added is tested here without another line.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFleetClient } from '../../src/client/client.ts';
import { type ErrorClass, errorClasses } from '../../src/common/errors.ts';
import { runVerb, type VerbContext } from '../../src/verbs/index.ts';
import { busyScene, type Scene } from '../dashboard/scenes.ts';
import { fakeFleetd } from '../support/fake-fleetd.ts';

const source = { via: 'cli' as const, sender: 'tester', thread: null };

async function verbsOf(surface: VerbContext['surface']): Promise<{ verb: string; usage: string }[]> {
  const context = { client: createFleetClient({ socketPath: '/nowhere' }), source, surface, now: Date.now };
  return (await runVerb(surface === 'cli' ? ['help'] : 'help', context)).data as never;
}

/** What stands for each operand that a usage asks for; what is in brackets is left out. */
const stands: Record<string, string> = {
  '<product>': 'shop',
  '<product|objective>': 'shop',
  '<product|fleet>': 'fleet',
  '<objective>': 'obj-1',
  '<gate>': '1',
  '<what>': 'slots',
  '<value>': '3',
  '<high|medium|low|1-100|before obj-n|after obj-n|default>': 'high',
  '"<cron>"': '0 9 * * 1',
  '<file|draft-n>': 'draft-1',
  '<lesson>': '1',
  '<proposal>': '1',
};
/** Whose usage does not say what is needed. */
const asks: Record<string, string[]> = { init: ['shop', '--type', 'marketing'] };
function wordsFor(verb: string, usage: string): string[] {
  if (asks[verb]) return [verb, ...asks[verb]];
  // An operand may have blanks in its brackets.
  const needed = usage.replaceAll(/\[[^\]]*\]/g, '').match(/<[^>]*>|\S+/g) ?? [];
  return [verb, ...needed.map((operand) => stands[operand] ?? 'words')];
}

const cli = await verbsOf('cli');
const chat = await verbsOf('chat');
/** Says what it says line by line, for as long as it is wanted. */
const streams = ['events'];

it('has every verb of chat', () => {
  const names = cli.map(({ verb }) => verb);
  expect(chat.map(({ verb }) => verb).filter((verb) => !names.includes(verb))).toEqual([]);
  expect(names).toEqual(
    expect.arrayContaining(['tree', 'logs', 'wait', 'result', 'attach', 'top', 'events']),
  );
});

describe('--json', () => {
  let scene: Scene;
  let folder: string;
  beforeAll(async () => {
    // `backup` writes beside it
    folder = mkdtempSync(join(tmpdir(), 'envelope-'));
    scene = await busyScene(join(folder, 'journal.db'));
  }, 60_000);
  afterAll(async () => {
    await scene?.[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  async function ask(words: string[], socketPath: string) {
    const lines: string[] = [];
    const result = await runVerb([...words, '--json'], {
      client: createFleetClient({ socketPath }),
      source,
      surface: 'cli',
      form: 'json',
      now: Date.now,
      output: { append: (line) => lines.push(line), replace: (line) => lines.push(line), size: () => null },
    });
    return { ...result, lines };
  }
  const codes = new Set(Object.values(errorClasses).map(({ exit }) => exit));

  it.each(cli)('of $verb is one document of a real fleetd', async ({ verb, usage }) => {
    const { text, exitCode, lines } = await ask(wordsFor(verb, usage), scene.socketPath);
    if (streams.includes(verb)) {
      expect(lines.length).toBeGreaterThan(0);
      for (const line of lines) expect(Object.keys(JSON.parse(line))).toEqual(['ok', 'data']);
      return;
    }
    expect(lines).toEqual([]);
    const document = JSON.parse(text);
    if (document.ok) {
      expect(Object.keys(document)).toEqual(['ok', 'data']);
      // 3: attach has nothing to attach to
      expect([0, 3]).toContain(exitCode);
    } else {
      expect(Object.keys(document)).toEqual(['ok', 'error']);
      expect(Object.keys(document.error).sort()).toEqual(['class', 'code', 'mend', 'message', 'product']);
      expect(exitCode).toBe(errorClasses[document.error.class as ErrorClass].exit);
      expect(codes).toContain(exitCode);
    }
  });

  it('of most verbs is data there, so that the test above is not of errors only', async () => {
    const asked = await Promise.all(
      [
        'status',
        'products',
        'queue',
        'why shop',
        'gates',
        'history',
        'tree',
        'inbox shop',
        'objective obj-1',
      ].map((words) => ask(words.split(' '), scene.socketPath)),
    );
    expect(asked.map(({ text }) => JSON.parse(text).ok)).toEqual(asked.map(() => true));
  });

  // A fleetd that refuses is what doctor finds: it says so, and is no error of its own. Check and completion ask none,
  // and who changes products.yaml looks for the file first.
  const others = ['help', 'top', 'doctor', 'check', 'add', 'edit', 'remove', 'completion'];
  it.each(cli.filter(({ verb }) => !others.includes(verb)))(
    'of $verb is the error when fleetd refuses, with the exit code of its class',
    async ({ verb, usage }) => {
      await using fleetd = await fakeFleetd();
      const { text, exitCode } = await ask(wordsFor(verb, usage), fleetd.socketPath);
      expect(JSON.parse(text)).toMatchObject({ ok: false, error: { class: 'not-found' } });
      expect(exitCode).toBe(errorClasses['not-found'].exit);
    },
  );
});
