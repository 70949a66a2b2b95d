// What a command of `ov` is to this project: data. Building argv and reading the reply are pure, so the
// same definition serves the agent (which runs it), fleetd (which checks the reply again), the simulator
// and the recordings. Conventions and traps of the CLI: docs/overstory.md.
import type { z } from 'zod';

/** Feature flags by `ov --version --json`; see features.ts. */
export interface OvFeatures {
  /** e.g. `0.10.3` */
  version: string;
  /** `mail list --type` (>= 0.10) */
  mailTypeFilter: boolean;
  /** `ov serve` exists (>= 0.10) */
  serve: boolean;
  /** workers are headless unless told otherwise (>= 0.10) */
  headlessDefault: boolean;
  /** `coordinator start --accept-existing-watchdog` (>= 0.11) */
  acceptWatchdog: boolean;
  /** `--body --help` is taken as a body (>= 0.10); we always write `--body=` */
  bodyTakesDashes: boolean;
  /** `sling --recover` (>= 0.10) */
  slingRecover: boolean;
}

/** The outcome of one process, before anything is read into it. */
export interface OvRun {
  exit: number | null;
  stdout: string;
  stderr: string;
  timedOut: boolean;
  /** stdout was longer than the cap and was cut off */
  truncated: boolean;
}

export interface OvCommand<Args, Reply> {
  /** e.g. `coordinator.start`; the closed list is in commands/index.ts */
  name: string;
  /** Validates arguments that may come from far away; sanitising happens in argv(). */
  args: z.ZodType<Args>;
  reply: z.ZodType<Reply>;
  /** Words after `ov`. Never a shell string. */
  argv(args: Args, features: OvFeatures): string[];
  /** Text for the process's standard input, when the command takes some. */
  stdin?(args: Args): string;
  /** Kind of call decides it: queries 15 s, send and nudge 20 s, start 75 s (docs/overstory.md). */
  timeoutMs: number;
  /**
   * Reads a finished process. Throws FleetError with a code of errors.ts; never returns a failure as success.
   * `args`, when given, lets a command apply what an old `ov` cannot (mail list by type before 0.10).
   */
  read(run: OvRun, args?: Args): Reply;
}
