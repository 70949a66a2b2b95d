// What a verb is: its words, and what it asks of fleetd.
import type { Command } from 'commander';
import type { FleetClient } from '../client/client.ts';
import type { ChannelKind } from '../common/chats.ts';
import type { Questions } from '../common/questions.ts';
import type { Finding } from '../contract/doctor.ts';
import type { Source } from '../contract/source.ts';
import type { Surface } from '../text/index.ts';
import type { Table } from './columns.ts';
import type { Form } from './form.ts';
import type { LocalProducts } from './local-products.ts';

export interface VerbContext {
  client: FleetClient;
  /** who asks, recorded with what is asked */
  source: Source;
  surface: 'chat' | 'cli';
  /** chat only: where the answer is read. Default: webchat */
  channel?: ChannelKind;
  /** of the answer; text unless given */
  form?: Form;
  /** ms since epoch */
  now: () => number;
  /** width of the terminal; chat takes its own */
  columns?: number;
  /** terminal only */
  colour?: boolean;
  /** a file of whoever types; only where they sit before it. Throws FleetError FILE_UNREADABLE */
  read?: (path: string) => Promise<string>;
  /** writes a file into a folder of whoever types; only where they sit before it. Throws FleetError FILE_UNWRITABLE */
  save?: (folder: string, name: string, bytes: Uint8Array) => Promise<void>;
  /** opens an address of ours in the browser of whoever types; false: there is none. The terminal only */
  open?: (url: string) => Promise<boolean>;
  /** takes answers that grow or change; without it they are refused */
  output?: Output;
  /** ends an answer that grows or changes */
  signal?: AbortSignal;
  /** what `doctor` sees from where it is typed; the terminal only */
  local?: LocalChecks;
  /** products.yaml where it lies; the terminal only */
  products?: LocalProducts;
  /** asks whoever sits before the terminal; undefined: nobody does */
  questions?: Questions;
  /** the path by which this very `fleet` can be started again; the terminal only */
  program?: () => string | undefined;
  /** keys as they are pressed; only where somebody sits before it */
  keys?: () => AsyncIterable<string>;
}

export interface CheckedFile {
  file: string;
  products: string[];
  recurring: string[];
}

export interface LocalChecks {
  /** Throws FLEETD_UNREACHABLE when there is none. */
  socket(): Finding;
  /** @param port of the dashboard, as fleetd says; null: off */
  port(port: number | null): Promise<Finding>;
  /** @throws FleetError REGISTRY_MISSING, REGISTRY_UNREADABLE, REGISTRY_INVALID with all that is wrong, by line and column */
  registry(file: string, roots: { workspaceRoot: string; projectsRoot: string | null }): Promise<CheckedFile>;
}

export interface Output {
  append(line: string): void;
  /** shows this instead of what was shown before */
  replace(text: string): void;
  /** of the screen as it is now, in cells; null: there is none */
  size(): { columns: number; rows: number } | null;
}

/** As commander gives them: `--plan-only` is planOnly. */
export type Options = Record<string, string | boolean | undefined>;

export interface Asked {
  operands: string[];
  options: Options;
}

export interface Answer {
  text: string;
  data: unknown;
  /** other than 0 where the answer itself says so (`wait`) */
  exitCode?: number;
}

export interface Verb {
  name: string;
  /** operands as help shows them, e.g. `<product> <objective…>` */
  usage: string;
  /** one line of help */
  summary: string;
  /** further lines of help: what is not obvious */
  details?: string[];
  /** what one types, without `fleet`: the plain one, which chat takes too, then one with more of what it takes */
  examples: readonly [string, ...string[]];
  surfaces: readonly VerbContext['surface'][];
  /** the first operand is a product: its name is corrected and, when unknown, suggested */
  takesProduct?: boolean;
  /** what follows the first operand is one text: in chat it is taken as it is, without quotes or options */
  takesText?: boolean;
  /** of a verb that lists: what one types for each, of its answer's data */
  names?(data: unknown): string[];
  /** of a verb that lists: its columns */
  table?: Table;
  /** takes as long as what it waits for: no progress is told */
  lasts?: boolean;
  /** adds operands and options to commander's command */
  grammar(command: Command): Command;
  /** @param show how text looks where it will be read */
  run(asked: Asked, context: VerbContext, show: Surface): Promise<Answer>;
}

export const everywhere = ['chat', 'cli'] as const;
