// The shape of products.yaml as it is written: snake_case, strict, every optional key with its default.
// Every message is the "expected" half of a problem, so a wrong value reads "Expected <message>, got …".
import { z } from 'zod';
import { channelPattern, expectedChannel } from '../common/chats.ts';
import { isCron, isTimeZone } from './calendar.ts';
import { deliverSchema, intakeSchema } from './forge-schema.ts';
import { repoSchema } from './repo.ts';
import { labelsSchema, runtimeNameSchema, runtimeSchema } from './runtime-schema.ts';
import { above0, count, mapping, optionalMapping, text, variableName, wholeNumber } from './shapes.ts';

/** Also the pattern of a product's name in chat, CLI, API and journal. */
const namePattern = /^[a-z0-9][a-z0-9-]{0,40}$/;
const approverPattern = /^[^\s\p{Cc}]{1,200}$/u;
/** A petabyte and more is a slip of the keyboard, and would overflow once counted in bytes. */
const mostGb = 1_048_576;
/** One file crosses to fleetd in one message: mostArtifactBytes of the contract. */
const mostFileMb = 20;

export const nameSchema = text(
  namePattern,
  'a name of 1 to 41 characters a-z, 0-9 and "-", beginning with a letter or digit',
);

/** A folder or file of a repository, as git writes it. */
const insideExpected = 'a folder inside the repository, such as services/billing';
export const pathsSchema = z
  .array(
    z
      .string(insideExpected)
      .regex(/^(?![/~])(?!(?:.*\/)?\.{1,2}(?:\/|$))(?!.*\/\/)[^\p{Cc}]{1,1024}$/u, insideExpected)
      .transform((path) => path.replace(/\/$/, '')),
    'a list of folders inside the repository',
  )
  .min(1, 'at least one folder')
  .max(50, 'at most 50 folders');

export const pathSchema = text(/^[^\p{Cc}]{1,1024}$/u, 'a path of 1 to 1024 printable characters');

const modelPattern = /^[A-Za-z0-9][\w.:@[\]-]{0,99}$/;
const priceExpected = 'USD for a million tokens (of web_search: for one), from 0 to 100000';
const usdOfTokens = z.number(priceExpected).refine((value) => value >= 0 && value <= 100_000, priceExpected);

const minutesExpected = 'a whole number of minutes from 15 to 10080';

const priorityExpected = 'high, medium, low or a whole number from 1 to 100';

/** Every product's that names no other. */
export const defaultAccount = 'default';

const percentExpected = 'a whole number of percent from 1 to 100';
const accountSchema = mapping({
  name: nameSchema,
  kind: z.enum(['api-key', 'subscription'], 'api-key or subscription').default('api-key'),
  /** The name of a variable: a key itself has "-" in it, and is refused. */
  variable: variableName('the name of a variable in the runtime’s environment').nullable().default(null),
  file: text(/^\/[^\p{Cc}]{1,1023}$/u, 'the absolute path of a file in the runtime')
    .nullable()
    .default(null),
  hold_at_percent: wholeNumber(100, percentExpected).nullable().default(null),
});

const expected = ({ input }: { input?: unknown }) => expectedChannel(input);
const channelSchema = z.string({ error: expected }).regex(channelPattern, { error: expected });

const productSchema = mapping({
  name: nameSchema,
  /** Relative to the folder of all repositories, or absolute under it. Default: the name. */
  path: pathSchema.optional(),
  /** What of a repository is this product's, where others have the rest of it. Default: all. */
  paths: pathsSchema.nullable().default(null),
  type: text(/^[\p{L}\p{N}][\p{L}\p{N}_-]{0,40}$/u, 'one word of at most 41 characters').default('code'),
  description: z.string('text').max(2000, 'text of at most 2000 characters').nullable().default(null),
  overstory: z.boolean('true or false').default(true),
  account: nameSchema.default(defaultAccount),
  priority: z
    .union([z.enum(['high', 'medium', 'low']), wholeNumber(100, priorityExpected)], priorityExpected)
    .default('medium'),
  /** 1 = 1 GiB and 0.25 core, until the product's own history says better. */
  resource_weight: above0('weight units', 1024).default(1),
  channels: z.array(channelSchema, 'a list of channels').max(50, 'at most 50 channels').default(['webchat']),
  plan_approval: z.enum(['required', 'none'], 'required or none').default('none'),
  /** required: a human takes the work of a session before it is delivered. */
  review: z.enum(['required', 'none'], 'required or none').default('none'),
  gates: optionalMapping({
    /** dashboard: its gates are not answered in chat, so that a gateway taken over cannot. */
    surface: z.enum(['any', 'dashboard'], 'any or dashboard').default('any'),
  }),
  /** Absent: off, and the fleet never asks the model by itself. */
  monitor: mapping({
    max_per_hour: count('turns', 60).default(2),
    max_cost_usd_per_day: above0('USD').default(2),
  })
    .nullable()
    .default(null),
  caps: optionalMapping({
    max_cpu_cores: above0('cores').nullable().default(null),
    max_memory_gb: above0('GiB', mostGb).nullable().default(null),
    max_cost_usd_per_day: above0('USD').nullable().default(null),
    max_workers: count('workers').nullable().default(null),
  }),
  restart: optionalMapping({
    policy: z.enum(['never', 'on-failure', 'always'], 'never, on-failure or always').default('never'),
    max: count('restarts', 100).default(3),
    window_minutes: count('minutes', 10_080).default(60),
    backoff_seconds: count('seconds', 86_400).default(30),
    /** Shorter would end what a human would call thinking. */
    activity_timeout_minutes: z
      .number(minutesExpected)
      .refine((value) => Number.isInteger(value) && value >= 15 && value <= 10_080, minutesExpected)
      .nullable()
      .default(null),
  }),
  repo: repoSchema.nullable().default(null),
  checkout: z.enum(['own', 'in-place'], 'own or in-place').default('own'),
  deliver: deliverSchema.nullable().default(null),
  intake: intakeSchema.nullable().default(null),
  /** With `runtimes:` only: where it must be, and what a runtime must have for it. */
  runtime: runtimeNameSchema.nullable().default(null),
  needs_labels: labelsSchema.default([]),
});

const cronExpected = 'five fields (minute hour day month weekday) that some day fits, e.g. "0 9 * * 1-5"';
const zoneExpected = 'a time zone such as Europe/Berlin';

export const objectiveTextSchema = z
  .string('text')
  .refine((text) => text.trim() !== '' && text.length <= 16_384, 'text of 1 to 16384 characters');

const recurringSchema = mapping({
  name: nameSchema,
  product: nameSchema,
  every: z.string(cronExpected).refine(isCron, cronExpected),
  time_zone: z.string(zoneExpected).refine(isTimeZone, zoneExpected).default('UTC'),
  objective: objectiveTextSchema,
  acceptance: objectiveTextSchema.nullable().default(null),
  missed: z.enum(['once', 'skip'], 'once or skip').default('once'),
});

export const productsFileSchema = mapping({
  products: z.array(productSchema, 'a list of products').max(1000, 'at most 1000 products'),
  /** Absent: one, where fleetd finds it. */
  runtimes: z
    .array(runtimeSchema, 'a list of runtimes')
    .min(1, 'at least one runtime')
    .max(50, 'at most 50 runtimes')
    .nullable()
    .default(null),
  accounts: z.array(accountSchema, 'a list of accounts').max(100, 'at most 100 accounts').default([]),
  scheduling: optionalMapping({
    max_concurrent_sessions: count('sessions').default(2),
    strategy: z.enum(['priority-weighted', 'fifo'], 'priority-weighted or fifo').default('priority-weighted'),
    /** Default: 2 × max_concurrent_sessions. */
    max_live_sessions: count('sessions', 2000).optional(),
    max_workers_per_session: count('workers').nullable().default(null),
    resource_budget: optionalMapping({
      max_cpu_percent: above0('percent of the runtime’s cores', 100).nullable().default(null),
      max_memory_gb: above0('GiB', mostGb).nullable().default(null),
      max_cost_usd_per_day: above0('USD').nullable().default(null),
      max_processes: wholeNumber(1_000_000, 'a whole number of processes from 1 to 1000000')
        .nullable()
        .default(null),
    }),
  }),
  prices: z
    .record(
      text(modelPattern, 'the name of a model without spaces, e.g. claude-opus-4-6'),
      mapping({
        input: usdOfTokens,
        output: usdOfTokens,
        cache_read: usdOfTokens.optional(),
        cache_write_5m: usdOfTokens.optional(),
        cache_write_1h: usdOfTokens.optional(),
        web_search: usdOfTokens.optional(),
      }),
      'a mapping of models',
    )
    .default({}),
  report: optionalMapping({
    every: z.string(cronExpected).refine(isCron, cronExpected).nullable().default('0 7 * * *'),
    time_zone: z.string(zoneExpected).refine(isTimeZone, zoneExpected).default('UTC'),
  }),
  artifacts: optionalMapping({
    keep_days: count('days', 3650).default(30),
    max_file_mb: count('MiB', mostFileMb).default(10),
    max_product_mb: count('MiB', 1_048_576).default(200),
  }),
  recurring: z.array(recurringSchema, 'a list of objectives that recur').max(500, 'at most 500').default([]),
  gates: optionalMapping({
    /** Empty: any sender OpenClaw authorises. */
    approvers: z
      .array(text(approverPattern, 'a sender id without spaces, e.g. slack:U0123ABC'), 'a list of senders')
      .max(100, 'at most 100 senders')
      .default([]),
  }),
});
export type ProductsFile = z.infer<typeof productsFileSchema>;
