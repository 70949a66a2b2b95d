import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import type { z } from 'zod';
import { isChatKind, splitChannel } from '../common/chats.ts';
import { priceOf } from '../prices/table.ts';
import { checkTogether } from './conflicts.ts';
import { deliverOf, deliverProblems } from './deliver.ts';
import { RegistryError } from './error.ts';
import { foldersOf, type Roots } from './folders.ts';
import { intakeOf, intakeProblems } from './intake.ts';
import type { Account, ChannelTarget, Product, Registry, RegistryProblem } from './registry.ts';
import { runtimeOf, runtimeProblems } from './runtime-schema.ts';
import { defaultAccount, type ProductsFile, productsFileSchema } from './schema.ts';
import { openYaml, show, type YamlSource } from './source.ts';

/** A registry of a thousand products is a fifth of this. */
export const maxRegistryBytes = 1_048_576;

const bytesPerGb = 1_073_741_824;
const priorities = { high: 80, medium: 50, low: 20 };

/**
 * Checks the text (or bytes) of a products.yaml and gives what it means.
 * @param options.file          named in problems and in the result
 * @param options.workspaceRoot absolute folder, in the runtime, under which every product's checkout lies
 * @param options.projectsRoot  absolute folder, in the runtime, of the human's repositories; left out: there are none
 * @throws RegistryError (REGISTRY_INVALID) with every problem found, in the order of the file
 */
export function parseRegistry(text: string | Uint8Array, options: { file: string } & Roots): Registry {
  const { file } = options;
  const workspaceRoot = posix.resolve(options.workspaceRoot);
  const projectsRoot = options.projectsRoot ? posix.resolve(options.projectsRoot) : null;
  const roots = { workspaceRoot, projectsRoot };
  const bytes =
    typeof text === 'string' ? Buffer.from(text) : Buffer.from(text.buffer, text.byteOffset, text.byteLength);

  if (bytes.length > maxRegistryBytes)
    throw new RegistryError(file, [
      { file, line: 1, column: 1, path: '', expected: `at most ${maxRegistryBytes} bytes`, got: 'more' },
    ]);
  const source = openYaml(bytes, file);
  const checked = productsFileSchema.safeParse(source.value, { reportInput: true });
  const problems = [
    ...source.problems,
    ...(checked.error?.issues ?? []).flatMap((issue) => problemsOf(issue, source)),
    ...checkTogether(source, roots),
    ...(checked.data?.products ?? []).flatMap((product, index) =>
      deliverProblems(product).map(({ key, expected, got }) =>
        source.problem(['products', index, 'deliver', key], expected, got),
      ),
    ),
    ...(checked.data?.runtimes ?? []).flatMap((runtime, index) =>
      runtimeProblems(runtime).map(({ key, expected, got }) =>
        source.problem(['runtimes', index, key], expected, got),
      ),
    ),
    ...intakeProblems(checked.data?.products ?? []).map(({ index, key, expected, got }) =>
      source.problem(['products', index, 'intake', key], expected, got),
    ),
  ];
  if (problems.length > 0 || !checked.data)
    throw new RegistryError(
      file,
      problems.sort((a, b) => a.line - b.line || a.column - b.column),
    );

  return {
    file,
    digest: createHash('sha256').update(bytes).digest('hex'),
    ...roots,
    ...meaning(checked.data, { workspaceRoot, projectsRoot }),
  };
}

/** What zod says of a value, at its place in the file. */
export function problemsOf(issue: z.core.$ZodIssue, source: YamlSource): RegistryProblem[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) =>
      source.problem([...issue.path, key], issue.message, `the unknown key ${show(key)}`, 'key'),
    );
  if (issue.code === 'invalid_key')
    return issue.issues.map(({ message }) => source.problem(issue.path, message, show(issue.input), 'key'));
  return [source.problem(issue.path, issue.message, show(issue.input))];
}

function meaning(
  {
    products,
    runtimes,
    accounts: written,
    scheduling,
    gates,
    recurring,
    report,
    prices,
    artifacts,
  }: ProductsFile,
  roots: Roots,
): Pick<
  Registry,
  | 'products'
  | 'runtimes'
  | 'accounts'
  | 'scheduling'
  | 'gateApprovers'
  | 'recurring'
  | 'report'
  | 'prices'
  | 'artifacts'
> {
  const budget = scheduling.resource_budget;
  const accounts = accountsOf(written);
  const keyOf = (name: string) => accounts.find((account) => account.name === name)?.key ?? null;
  return {
    accounts,
    runtimes: runtimes?.map(runtimeOf) ?? null,
    products: products.map(
      (product): Product => ({
        name: product.name,
        checkout: product.checkout,
        paths: product.paths,
        ...foldersOf({ ...product, path: product.path ?? product.name }, roots),
        type: product.type,
        description: product.description,
        overstory: product.overstory,
        account: product.account,
        key: keyOf(product.account),
        priority: typeof product.priority === 'number' ? product.priority : priorities[product.priority],
        resourceWeight: product.resource_weight,
        channels: product.channels.map(channelOf),
        planApproval: product.plan_approval,
        review: product.review,
        gateSurface: product.gates.surface,
        monitor: product.monitor && {
          perHour: product.monitor.max_per_hour,
          maxCostUsdPerDay: product.monitor.max_cost_usd_per_day,
        },
        caps: {
          maxCpuCores: product.caps.max_cpu_cores,
          maxMemoryBytes: bytesOf(product.caps.max_memory_gb),
          maxCostUsdPerDay: product.caps.max_cost_usd_per_day,
          maxWorkers: product.caps.max_workers,
        },
        restart: {
          policy: product.restart.policy,
          max: product.restart.max,
          windowMs: product.restart.window_minutes * 60_000,
          backoffMs: product.restart.backoff_seconds * 1_000,
          activityTimeoutMs:
            product.restart.activity_timeout_minutes === null
              ? null
              : product.restart.activity_timeout_minutes * 60_000,
        },
        repo: product.repo,
        runtime: product.runtime,
        needsLabels: product.needs_labels,
        deliver: deliverOf(product),
        intake: intakeOf(product),
      }),
    ),
    scheduling: {
      maxConcurrentSessions: scheduling.max_concurrent_sessions,
      strategy: scheduling.strategy,
      maxLiveSessions: scheduling.max_live_sessions ?? 2 * scheduling.max_concurrent_sessions,
      maxWorkersPerSession: scheduling.max_workers_per_session,
      budget: {
        ...(budget.max_processes !== null && { maxProcesses: budget.max_processes }),
        maxCpuPercent: budget.max_cpu_percent,
        maxMemoryBytes: bytesOf(budget.max_memory_gb),
        maxCostUsdPerDay: budget.max_cost_usd_per_day,
      },
    },
    gateApprovers: gates.approvers,
    prices: new Map(
      Object.entries(prices).map(([model, price]) => {
        const usual = priceOf(price.input, price.output);
        return [
          model,
          {
            ...usual,
            cacheRead: price.cache_read ?? usual.cacheRead,
            cacheWrite5m: price.cache_write_5m ?? usual.cacheWrite5m,
            cacheWrite1h: price.cache_write_1h ?? usual.cacheWrite1h,
            webSearch: price.web_search ?? usual.webSearch,
          },
        ];
      }),
    ),
    artifacts: {
      keepMs: artifacts.keep_days * 86_400_000,
      maxFileBytes: artifacts.max_file_mb * 1024 ** 2,
      maxProductBytes: artifacts.max_product_mb * 1024 ** 2,
    },
    report: report.every === null ? null : { cron: report.every, timeZone: report.time_zone },
    recurring: recurring.map((one) => ({
      name: one.name,
      product: one.product,
      cron: one.every,
      timeZone: one.time_zone,
      text: one.objective,
      acceptance: one.acceptance,
      missed: one.missed,
    })),
  };
}

function accountsOf(written: ProductsFile['accounts']): Account[] {
  const accounts = written.map(
    ({ name, kind, variable, file, hold_at_percent }): Account => ({
      name,
      key:
        variable !== null
          ? { as: kind, from: 'variable', name: variable }
          : file !== null
            ? { as: kind, from: 'file', name: file }
            : null,
      holdAtPercent: hold_at_percent,
    }),
  );
  if (accounts.some(({ name }) => name === defaultAccount)) return accounts;
  return [{ name: defaultAccount, key: null, holdAtPercent: null }, ...accounts];
}

function bytesOf(gb: number | null): number | null {
  return gb === null ? null : Math.round(gb * bytesPerGb);
}

/** As the schema let it through. */
function channelOf(text: string): ChannelTarget {
  const { kind, target } = splitChannel(text);
  return isChatKind(kind) ? { kind, target } : { kind: 'webchat', target: null };
}
