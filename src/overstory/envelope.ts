// Reading a finished `ov`. The rule of the CLI: the last line of stdout that starts with { or [ is the reply,
// and it is a success only when the process exited 0 AND the reply says success: true. stderr alone is never
// a failure (`sling` warns there). The commands that break the rule say so in their own file.
import type { z } from 'zod';
import { FleetError } from '../common/errors.ts';
import type { OvRun } from './command.ts';
import { ovFailure, ovGarbage } from './errors.ts';

type Json = Record<string, unknown>;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Lines of log that begin like a list and follow the reply: more than `ov` ever prints after it. */
const maxTries = 200;

/** The reply in `stdout`; undefined when there is none or it is cut off. */
export function lastJson(stdout: string): unknown {
  // Once at most: output that is nothing but brackets would take for ever.
  let whole: { value: unknown } | null = null;
  const all = () => {
    whole ??= { value: parsed(stdout) };
    return whole.value;
  };
  let tries = 0;
  for (const line of stdout.split('\n').reverse()) {
    if (line.startsWith('{')) return parsed(line) ?? all();
    // A line of log may start with a bracket too; only one that is JSON ends the search.
    if (line.startsWith('[')) {
      tries += 1;
      if (tries > maxTries) return all();
      const value = parsed(line) ?? all();
      if (value !== undefined) return value;
    }
  }
  return undefined;
}

/**
 * Throws when the process did not finish by itself.
 * @throws OV_TIMEOUT, OV_OUTPUT_TOO_LARGE, OV_KILLED
 */
export function requireFinished(command: string, run: OvRun): void {
  if (run.timedOut)
    throw new FleetError({
      code: 'OV_TIMEOUT',
      message: `Expected \`ov\` (${command}) to finish in time, got no end to it.`,
      mend: 'It may still have happened: ask for status before you try again.',
    });
  if (run.truncated)
    throw new FleetError({
      code: 'OV_OUTPUT_TOO_LARGE',
      message: `Expected \`ov\` (${command}) to answer within the size cap, got more.`,
      mend: 'Narrow the question (unread mail only, a smaller limit) or clear old mail with `ov mail purge`.',
    });
  if (run.exit === null)
    throw new FleetError({
      code: 'OV_KILLED',
      message: `Expected \`ov\` (${command}) to exit, got killed by a signal.`,
      mend: "Look for a lack of memory in the runtime's log; ask for status before you try again.",
    });
}

/** Throws when a finished process says that it failed; for replies in text, exit and text decide. */
export function requireSuccess(command: string, run: OvRun): void {
  requireFinished(command, run);
  const json = lastJson(run.stdout);
  if (isObject(json) && json.success === false)
    throw ovFailure(typeof json.error === 'string' ? json.error : JSON.stringify(json));
  if (run.exit === 0) return;
  if (isObject(json) && Array.isArray(json.checks))
    throw new FleetError({
      code: 'OV_CHECKS_FAILED',
      message: 'Expected every check of `ov doctor` to pass, got at least one that failed.',
      mend: 'Read `ov doctor` in the runtime and mend what it names.',
    });
  // A reply that is JSON is not prose: the catalogue must not be searched in it.
  const said = run.stderr.trim() || (json === undefined ? run.stdout.trim() : '');
  throw ovFailure(said || `\`ov\` (${command}) exited ${run.exit} without a word.`);
}

/**
 * The success envelope of a finished process.
 * @throws OV_GARBAGE when there is none, OV_UNSUPPORTED_VERSION for the bare replies of overstory before 0.9,
 *   otherwise what `ov` said
 */
export function readEnvelope(command: string, run: OvRun): Json {
  requireSuccess(command, run);
  const json = lastJson(run.stdout);
  if (json === undefined) throw ovGarbage(command, 'one line of JSON', run.stdout);
  if (isObject(json) && json.success === true) return json;
  if (isObject(json) && 'success' in json)
    throw ovGarbage(command, 'success: true or false', JSON.stringify(json.success));
  throw unsupportedVersion(`a reply of \`ov\` (${command}) with success: true`, 'a bare one');
}

/** The reply of a finished process, checked; unknown fields are dropped, missing ones are OV_GARBAGE. */
export function readReply<Reply>(command: string, schema: z.ZodType<Reply>, run: OvRun): Reply {
  return checkReply(command, schema, readEnvelope(command, run));
}

/** Checks a value against a reply's schema. @throws OV_GARBAGE naming the field */
export function checkReply<Reply>(command: string, schema: z.ZodType<Reply>, value: unknown): Reply {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const field = issue?.path.join('.') || 'the reply';
  throw ovGarbage(command, `a usable field ${field}`, issue?.message ?? 'another shape');
}

export function unsupportedVersion(expected: string, got: string): FleetError {
  return new FleetError({
    code: 'OV_UNSUPPORTED_VERSION',
    message: `Expected ${expected}, got ${got}.`,
    mend: 'Install overstory 0.9.4 to 0.11.0 in the runtime.',
  });
}
