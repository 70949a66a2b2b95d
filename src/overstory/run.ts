// Starts `ov`, once, and reads what came of it. The only file of this folder with an effect on processes.
import { statSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';
import { execa } from 'execa';
import { FleetError } from '../common/errors.ts';
import type { OvCommand, OvFeatures, OvRun } from './command.ts';
import { type ArgsOf, type OvCommandName, ovCommands, type ReplyOf } from './commands/index.ts';
import { checkReply } from './envelope.ts';
import { badArgument } from './errors.ts';

/** Characters of output kept; 8000 mails of 2 kB are 17.6 million. */
const maxOutput = 32 * 1024 * 1024;

export interface RunOvOptions {
  /** the product's git root */
  cwd: string;
  features: OvFeatures;
  /** on top of this process's environment */
  env?: Record<string, string | undefined>;
  signal?: AbortSignal;
  /** instead of the command's own timeout */
  timeoutMs?: number;
  /** behind what else wants the machine: what only watches */
  behind?: boolean;
  /** argv that stands for `ov`, e.g. `['node', 'ov-sim.cjs']` */
  ov?: readonly string[];
}

/**
 * Runs one command of the closed list and reads its reply.
 *
 * argv only, never a shell. At the command's timeout, or when `signal` fires, its whole process group is
 * ended. When this process ends, a running `ov` is left to finish: observe again.
 * @throws FleetError OV_BAD_ARGUMENT, OV_ARGUMENT_TOO_LARGE, OV_FOLDER_MISSING, OV_MISSING (nothing was
 *   started); OV_CANCELLED, OV_TIMEOUT, OV_KILLED, OV_OUTPUT_TOO_LARGE, OV_GARBAGE (it may have happened);
 *   or the code of what `ov` said
 */
export async function runOv<N extends OvCommandName>(
  name: N,
  args: ArgsOf<N>,
  options: RunOvOptions,
): Promise<ReplyOf<N>> {
  const command = commandOf(name);
  const checked = readOvArgs(name, args);
  const [program = 'ov', ...before] = options.ov ?? ['ov'];
  const run = await start(
    name,
    program,
    [...before, ...command.argv(checked, options.features)],
    command.stdin?.(checked),
    options.timeoutMs ?? command.timeoutMs,
    options,
  );
  return command.read(run, checked);
}

/** Arguments that came over a wire. @throws OV_BAD_ARGUMENT naming the field */
export function readOvArgs<N extends OvCommandName>(name: N, value: unknown): ArgsOf<N> {
  const result = commandOf(name).args.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const field = issue?.path.join('.');
  throw badArgument(`${name}${field ? `.${field}` : ''}: ${issue?.message ?? 'expected other arguments'}`);
}

/** A reply that came over a wire: whoever relayed it may have changed it. @throws OV_GARBAGE naming the field */
export function readOvReply<N extends OvCommandName>(name: N, value: unknown): ReplyOf<N> {
  return checkReply(name, commandOf(name).reply, value);
}

/** The list is a union of commands; for one name the pair of args and reply belongs together. */
function commandOf<N extends OvCommandName>(name: N): OvCommand<ArgsOf<N>, ReplyOf<N>> {
  return ovCommands[name] as unknown as OvCommand<ArgsOf<N>, ReplyOf<N>>;
}

async function start(
  name: string,
  program: string,
  argv: string[],
  input: string | undefined,
  timeoutMs: number,
  { cwd, env, signal, behind = false }: RunOvOptions,
): Promise<OvRun> {
  // A missing folder and a missing program both end in ENOENT: tell them apart first.
  if (!statSync(cwd, { throwIfNoEntry: false })?.isDirectory())
    throw new FleetError({
      code: 'OV_FOLDER_MISSING',
      message: `Expected the project's folder at ${cwd}, got none.`,
      mend: "Correct the product's path in products.yaml, or put the repository there.",
    });
  const running = execa(program, argv, {
    cwd,
    // It would override cwd for every command.
    env: { ...process.env, ...env, OVERSTORY_PROJECT_ROOT: undefined },
    extendEnv: false,
    ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
    maxBuffer: maxOutput,
    timeout: timeoutMs,
    forceKillAfterDelay: 2_000,
    killDescendants: true,
    cleanup: false,
    cancelSignal: signal,
    stripFinalNewline: false,
    reject: false,
  });
  if (behind && running.pid !== undefined) letGoFirst(running.pid);
  const result = await running;
  if (result.isCanceled)
    throw new FleetError({
      code: 'OV_CANCELLED',
      message: `Expected \`ov\` (${name}) to finish, got cancelled.`,
      mend: 'It may still have happened: ask for status before you try again.',
    });
  if (result.code !== undefined && result.exitCode === undefined && !result.timedOut && !result.isMaxBuffer)
    throw notStarted(program, result.code, result.shortMessage ?? '');
  return {
    exit: result.exitCode ?? null,
    stdout: result.stdout,
    stderr: result.stderr,
    timedOut: result.timedOut,
    truncated: result.isMaxBuffer,
  };
}

/** As `nice -n 10`, without a program before it; never before the agent itself. */
function letGoFirst(pid: number): void {
  try {
    setPriority(pid, Math.max(10, getPriority()));
  } catch {
    // It has ended.
  }
}

function notStarted(program: string, code: string, message: string): FleetError {
  if (code === 'E2BIG')
    return new FleetError({
      code: 'OV_ARGUMENT_TOO_LARGE',
      message: 'Expected arguments that the system accepts, got too many bytes.',
      mend: 'Write the long text as a spec (spec.write takes it on standard input) and send its path.',
    });
  return new FleetError({
    code: 'OV_MISSING',
    message: `Expected to start \`${program}\`, got ${code}: ${message.split('\n')[0]}`,
    mend: 'Install overstory in the runtime and put `ov` (and bun) on its PATH.',
  });
}
