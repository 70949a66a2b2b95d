// What a simulated command is: its shape for the parser and a function from a call to what it prints.

import type { Project } from '../project.ts';
import type { CommandShape } from './arguments.ts';

export interface Call {
  json: boolean;
  quiet: boolean;
  positionals: string[];
  has(option: string): boolean;
  value(option: string): string | undefined;
  /** Throws OvFailure outside a project. */
  project(): Project;
}

/** What a command prints. With --json: the envelope around `fields`, unless `raw` says something else. */
export interface Outcome {
  fields?: Record<string, unknown>;
  /** Without --json. */
  text?: string;
  /** Printed on stdout as it is, before everything else, --json or not. */
  raw?: string;
  stderr?: string;
  exit?: 0 | 1;
}

export interface OvSimCommand extends CommandShape {
  /** `command` of the envelope when it is not the words of the command line (`spec-write`). */
  envelope?: string;
  run(call: Call): Promise<Outcome> | Outcome;
}
