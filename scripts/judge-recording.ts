// Reads one recorded call of `ov` the way the client would, and checks the reading against a second,
// simpler judgement of the same recording: a failure must never read as success, nor the reverse.
import { basename } from 'node:path';
import { z } from 'zod';
import { FleetError } from '../src/common/errors.ts';
import type { OvCommand, OvRun } from '../src/overstory/command.ts';
import { type OvCommandName, ovCommands } from '../src/overstory/commands/index.ts';
import { lastJson, readEnvelope, requireFinished } from '../src/overstory/envelope.ts';
import { ovFailure } from '../src/overstory/errors.ts';
import { type OvWords, ovWordsOf } from './recorded-argv.ts';

const output = z
  .string()
  .nullish()
  .transform((text) => text ?? '');
const recordingSchema = z.object({
  argv: z.union([z.array(z.string()).min(1), z.string().transform((line) => ['sh', '-c', line])]),
  exit: z.number().nullable(),
  timedOut: z.boolean().default(false),
  truncated: z.boolean().default(false),
  stdout: output,
  stderr: output,
});

export type Verdict =
  | { kind: 'not a call' }
  /** it has an argv, and cannot be read as a call, or a good reply of it was refused */
  | { kind: 'unreadable'; command: string; why: string }
  | { kind: 'ok'; command: string; as: 'reply' | 'envelope' | 'text'; reply: unknown }
  | { kind: 'failed'; command: string; code: string; message: string }
  /** a defect of the client: an error without a code, or success where the call failed */
  | { kind: 'untyped' | 'misread'; command: string; why: string };

/** @param value the parsed content of a recording's file */
export function judgeRecording(value: unknown): Verdict {
  if (typeof value !== 'object' || value === null || !('argv' in value)) return { kind: 'not a call' };
  const recording = recordingSchema.safeParse(value);
  if (!recording.success)
    return { kind: 'unreadable', command: '?', why: z.prettifyError(recording.error).replace(/\s+/g, ' ') };
  const { argv, ...run } = recording.data;
  const words = ovWordsOf(argv);
  if (words === null && run.exit === 0) return { kind: 'not a call' };
  const command = words?.command ?? basename(argv[0] ?? '?');
  try {
    const { as, reply } = read(words, run);
    const why = failedAnyway(words, run);
    return why === null ? { kind: 'ok', command, as, reply } : { kind: 'misread', command, why };
  } catch (error) {
    if (!(error instanceof FleetError)) return { kind: 'untyped', command, why: String(error) };
    if (error.code === 'OV_GARBAGE' && words?.json && isCleanSuccess(run))
      return { kind: 'unreadable', command, why: error.message };
    return { kind: 'failed', command, code: error.code, message: error.message };
  }
}

function read(words: OvWords | null, run: OvRun): { as: 'reply' | 'envelope' | 'text'; reply: unknown } {
  const name = words === null ? null : clientCommand(words);
  if (name !== null) {
    const command = ovCommands[name] as unknown as OvCommand<unknown, unknown>;
    return { as: 'reply', reply: command.read(run) };
  }
  if (!words?.json || /^run (list|show)/.test(words.command)) return { as: 'text', reply: readText(run) };
  // The one command of 0.9 to 0.11 that answers without an envelope.
  const bare = lastJson(run.stdout);
  if (words.command === 'group list' && run.exit === 0 && Array.isArray(bare))
    return { as: 'envelope', reply: { groups: bare } };
  return { as: 'envelope', reply: readEnvelope(words.command, run) };
}

/** A call without --json (or with it where it does nothing): exit and words decide. */
function readText(run: OvRun): null {
  requireFinished('text', run);
  const said = run.stdout.trim() || run.stderr.trim();
  const refused = /^(Error\b|error:|✗|fatal:)|already initialized in this project/;
  if (run.exit !== 0) throw ovFailure(run.stderr.trim() || said);
  if (refused.test(said)) throw ovFailure(said);
  return null;
}

/** Commands whose words differ from the client's name by more than a dot. */
const renamed: Record<string, OvCommandName> = {
  '--version': 'version',
  'coordinator check-complete': 'coordinator.checkComplete',
  run: 'run.current',
};

function clientCommand({ command, json, rest }: OvWords): OvCommandName | null {
  if (command === 'mail read') return 'mail.read';
  if (command === 'run complete') return 'run.complete';
  if (!json) return null;
  // This one answers in another shape.
  if (command === 'merge')
    return rest.includes('--dry-run') && rest.includes('--all') ? 'merge.dryRun' : null;
  const name = renamed[command] ?? command.replace(' ', '.');
  return Object.hasOwn(ovCommands, name) ? (name as OvCommandName) : null;
}

/** The second judgement, of the raw reply: why this call failed, or null. */
function failedAnyway(words: OvWords | null, run: OvRun): string | null {
  if (run.timedOut) return 'timed out';
  if (run.exit !== 0) return `exit ${run.exit}`;
  if (!words?.json) return null;
  const reply = (lastJson(run.stdout) ?? {}) as Record<string, unknown>;
  if (reply.success === false) return 'success: false';
  if (reply.delivered === false) return 'delivered: false';
  if (reply.stopped === false) return 'stopped: false';
  const turn = reply.initialTurnFinalState;
  if (turn !== undefined && turn !== 'completed') return `first turn ended ${turn}`;
  return null;
}

function isCleanSuccess(run: OvRun): boolean {
  const reply = lastJson(run.stdout) as Record<string, unknown> | undefined;
  return run.exit === 0 && !run.timedOut && !run.truncated && reply?.success === true;
}
