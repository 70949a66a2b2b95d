// Finds the words of `ov` in a recorded argv, whatever stands before them: env, timeout, docker exec, bun,
// a shell and its -c string, options of `ov` that come before the subcommand.
import { basename } from 'node:path';

export interface OvWords {
  /** subcommand, e.g. `coordinator start`, `run`, `--version`; "" when there is none */
  command: string;
  /** --json stands where `ov` heeds it: after the subcommand */
  json: boolean;
  /** everything after the subcommand */
  rest: string[];
}

const programs = new Set(['ov', 'overstory', 'ov-sim', 'ov.js', 'ov-sim.cjs']);
/** Subcommands that have subcommands of their own. */
const groups = new Set([
  'coordinator',
  'orchestrator',
  'monitor',
  'supervisor',
  'mail',
  'spec',
  'run',
  'group',
  'agents',
  'worktree',
  'hooks',
]);
/** Null when no `ov` is called. */
export function ovWordsOf(argv: readonly string[]): OvWords | null {
  const words = wordsAfterOv(argv) ?? scriptWords(argv);
  if (words === null) return null;
  const start = subcommandAt(words);
  const first = words[start];
  if (first === undefined) {
    const version = words.some((word) => word === '--version' || word === '-v' || word === '-V');
    return { command: version ? '--version' : '', json: version && words.includes('--json'), rest: [] };
  }
  const second = words[start + 1];
  const grouped = groups.has(first) && second !== undefined && !second.startsWith('-');
  const rest = words.slice(start + (grouped ? 2 : 1));
  return { command: grouped ? `${first} ${second}` : first, json: rest.includes('--json'), rest };
}

function wordsAfterOv(argv: readonly string[]): string[] | null {
  const at = argv.findIndex(
    (word, index) =>
      programs.has(basename(word)) ||
      (/(^|\/)src\/index\.ts$/.test(word) && argv.slice(0, index).some(isBun)),
  );
  return at === -1 ? null : argv.slice(at + 1);
}

function isBun(word: string): boolean {
  return basename(word) === 'bun';
}

/** The last call of `ov` in the string of a `sh -c`, `bash -lc`, `su -c`. */
function scriptWords(argv: readonly string[]): string[] | null {
  const flag = argv.findIndex((word) => /^-[a-z]*c$/.test(word));
  const script = argv[flag + 1];
  if (flag === -1 || script === undefined) return null;
  return (
    simpleCommands(script)
      .map(wordsAfterOv)
      .findLast((words) => words !== null) ?? null
  );
}

/** Splits a shell string at its operators; quotes hold words together, nothing is expanded. */
function simpleCommands(script: string): string[][] {
  const commands: string[][] = [[]];
  const tokens = /(\d*[<>]+(?:&[\d-])?|[;&|()\n]+)|(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s;&|<>()'"\\])+/g;
  for (const [token, operator] of script.matchAll(tokens)) {
    if (operator !== undefined) commands.push([]);
    else commands.at(-1)?.push(token.replace(/'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)/g, '$1$2$3'));
  }
  return commands;
}

function subcommandAt(words: readonly string[]): number {
  let at = 0;
  while (words[at]?.startsWith('-')) at += words[at] === '--project' ? 2 : 1;
  return at;
}
