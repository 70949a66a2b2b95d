// The `fleet` command: words to a verb, text to standard output, errors to standard error with the exit
// code of their class (src/common/errors.ts). With --json everything is one document on standard output.
import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { createFleetClient } from '../client/client.ts';
import { endOnBrokenOutput } from '../common/broken-output.ts';
import { questionsOf } from '../common/questions.ts';
import type { Form } from '../verbs/form.ts';
import { failure, parseWords, perform, type VerbResult } from '../verbs/index.ts';
import { openInBrowser } from './browser.ts';
import { asLines, candidates } from './complete.ts';
import { keysOf } from './keys.ts';
import { checkedFile, portFinding, socketFinding } from './local-checks.ts';
import { readText } from './read.ts';
import { saveFile } from './save.ts';
import { colourOn, columnsOf, outputTo, progress } from './screen.ts';
import { findSocket } from './socket.ts';

/** How long a human waits behind a Tab for what fleetd knows. */
const completeWithinMs = 2_000;

/** @returns the exit code */
export async function fleet(words: string[]): Promise<number> {
  const { stdout, env } = process;
  const stderr = endOnBrokenOutput(
    stdout,
    'the answer',
    ' What you asked for may have been done: look before you ask again, e.g. with `fleet status`.',
  );
  if (words[0] === '--version') {
    stdout.write(`${packageJson.version}\n`);
    return 0;
  }
  if (words[0] === 'complete' && words[1] === '--') {
    const client = createFleetClient(
      { socketPath: () => findSocket(null, env, process.cwd()) },
      { timeoutMs: completeWithinMs, believes: true },
    );
    stdout.write(asLines(await candidates(words.slice(2), client)));
    return 0;
  }
  // until the words are understood, their wish for JSON is taken as it stands
  const look = {
    surface: 'cli' as const,
    form:
      words.includes('--json') || /--output[ =]json\b/.test(words.join(' '))
        ? ('json' as const)
        : ('text' as Form),
    now: Date.now,
    columns: columnsOf(stdout, env),
    colour: colourOn(stdout, env),
  };
  try {
    const parsed = parseWords(words);
    look.form = parsed.form;
    // Looked for when it is asked: help is said without fleetd.
    const socketPath = () => findSocket(parsed.socket, env, process.cwd());
    const grows =
      parsed.options.follow === true || parsed.options.watch === true || parsed.verb.lasts === true;
    const done = grows || parsed.form !== 'text' ? () => {} : progress(stderr);
    const result = await perform(parsed, {
      ...look,
      client: createFleetClient({ socketPath }, { believes: true }),
      get source() {
        return { via: 'cli' as const, sender: userName(), thread: null };
      },
      output: outputTo(stdout),
      read: readText,
      save: saveFile,
      open: openInBrowser,
      local: { socket: () => socketFinding(socketPath()), port: portFinding, registry: checkedFile },
      products: {
        open: async (...asked) =>
          (await import('./products-file.ts')).productsFileOf(process.cwd(), env).open(...asked),
      },
      get questions() {
        return questionsOf(process.stdin, stdout);
      },
      program: ownProgram,
      get keys() {
        return process.stdin.isTTY && stdout.isTTY ? () => keysOf(process.stdin, stdout) : undefined;
      },
    });
    done();
    return tell(result);
  } catch (error) {
    return tell(await failure(error, look));
  }

  function tell(result: VerbResult): number {
    const stream = result.error && look.form !== 'json' && look.form !== 'yaml' ? stderr() : stdout;
    if (result.text !== '') stream.write(`${result.text}\n`);
    return result.exitCode;
  }
}

/** bin/fleet beside what was built, or beside the sources */
const ownProgram = (): string | undefined =>
  ['..', '../..'].map((up) => join(import.meta.dirname, up, 'bin/fleet')).find(existsSync);

/** null where the user has no name (a container's bare uid) */
function userName(): string | null {
  try {
    return userInfo().username;
  } catch {
    return null;
  }
}
