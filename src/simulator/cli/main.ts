// One call of the simulated CLI: finds the command, lets faults strike, prints as overstory prints.
import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Fault, faultText, takeFault } from '../faults.ts';
import { coordinatorSessionName, gitRoot, openProject, type Project } from '../project.ts';
import { ovVersion, versionReply } from '../version.ts';
import { parseArguments } from './arguments.ts';
import type { Call, Outcome, OvSimCommand } from './command.ts';
import { OvFailure, ParseFailure } from './failure.ts';

/**
 * @param words argv after the program
 * @returns exit code, or null for a command that goes on (serve)
 */
export async function ovMain(
  words: string[],
  commands: Record<string, OvSimCommand>,
): Promise<number | null> {
  const { name, rest, overridden, jsonFirst } = route(words, commands);
  if (name === '--version') {
    print(rest.includes('--json') || jsonFirst ? `${JSON.stringify(versionReply)}\n` : `${ovVersion}\n`);
    return 0;
  }
  const command = commands[name];
  if (command === undefined) {
    printError(
      name === ''
        ? `Usage: ov <command> [options]\n`
        : `Unknown command: ${name}\nRun 'ov --help' for usage.\n`,
    );
    return name === '' ? 0 : 1;
  }
  const json = rest.includes('--json');
  const startedMs = Date.now();
  try {
    const { values, positionals } = parseArguments(command, rest);
    const project = () => openProject(overridden ?? text(values.get('project')));
    const call: Call = {
      json: values.has('json'),
      quiet: words.includes('-q') || words.includes('--quiet'),
      positionals,
      has: (option) => values.has(option),
      value: (option) => text(values.get(option)),
      project,
    };
    const struck = await strike(project, name);
    if (struck !== null) return struck;
    const outcome = await command.run(call);
    const after = takeFault(rootOf(project), name, ['crash-after']);
    if (after !== null) return fail(new OvFailure(faultOf(after, project)), call.json);
    show(outcome, call.json, command.envelope ?? name);
    if (values.has('timing')) printError(`Done in ${Date.now() - startedMs}ms\n`);
    return name === 'serve' ? null : (outcome.exit ?? 0);
  } catch (error) {
    return fail(error, json, name);
  }
}

function route(words: string[], commands: Record<string, OvSimCommand>) {
  let at = 0;
  let overridden: string | undefined;
  let jsonFirst = false;
  for (; words[at]?.startsWith('-'); at++) {
    if (words[at] === '--version' || words[at] === '-v')
      return { name: '--version', rest: words.slice(at + 1), overridden, jsonFirst };
    if (words[at] === '--project') overridden = words[++at];
    // Before the subcommand --json is taken and lost: the command then prints its human text.
    if (words[at] === '--json') jsonFirst = true;
  }
  const [first = '', second = ''] = words.slice(at);
  const nested = `${first} ${second}`;
  if (commands[nested] !== undefined)
    return { name: nested, rest: words.slice(at + 2), overridden, jsonFirst };
  return { name: first, rest: words.slice(at + 1), overridden, jsonFirst };
}

/** Faults that replace or delay a command. @returns the exit code when the command must not run */
async function strike(project: () => Project, name: string): Promise<number | null> {
  const root = rootOf(project);
  const slow = takeFault(root, name, ['slow']);
  if (slow !== null) await sleep(slow.ms ?? 1000);
  const fault = takeFault(root, name, ['fail', 'garbage', 'silent', 'hang', 'huge']);
  if (fault === null) return null;
  if (fault.kind === 'fail') throw new OvFailure(faultOf(fault, project), 'AGENT_ERROR');
  if (fault.kind === 'garbage') print(fault.text ?? '\u0000\u001b[31m{"success":tru\u0007\n}}not json\n');
  if (fault.kind === 'huge')
    print(`{"success":true,"padding":"${'x'.repeat(fault.bytes ?? 64 * 1024 * 1024)}"}\n`);
  if (fault.kind === 'hang') await sleep(fault.ms ?? 2 ** 31 - 1);
  return 0;
}

function faultOf(fault: Fault, project: () => Project): string {
  return faultText(fault, rootOf(project) === null ? 'coordinator' : coordinatorSessionName(project()));
}

function rootOf(project: () => Project): string | null {
  try {
    return project().root;
  } catch {
    return gitRoot(process.cwd());
  }
}

function show(outcome: Outcome, json: boolean, envelope: string): void {
  if (outcome.stderr) printError(outcome.stderr);
  if (outcome.raw) print(outcome.raw);
  if (json && outcome.fields)
    print(`${JSON.stringify({ success: true, command: envelope, ...outcome.fields })}\n`);
  else if (outcome.text) print(`${outcome.text}\n`);
}

function fail(error: unknown, json: boolean, name = ''): number {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof ParseFailure) {
    printError(`${message}\n`);
    if (!json || !name.startsWith('mail')) return 1;
  }
  if (json) print(`${JSON.stringify({ success: false, command: 'ov', error: message })}\n`);
  else if (error instanceof OvFailure && error.code !== null)
    printError(`Error [${error.code}]: ${message}\n`);
  else printError(`Error: ${message}\n`);
  return 1;
}

function text(value: string | true | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

// Synchronous: process.exit must not cut a long answer short when stdout is a pipe.
function print(output: string): void {
  write(1, output);
}

function printError(output: string): void {
  write(2, output);
}

function write(descriptor: number, output: string): void {
  const bytes = Buffer.from(output);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(descriptor, bytes, at);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'EPIPE') return;
      if (code !== 'EAGAIN') throw error;
    }
  }
}
