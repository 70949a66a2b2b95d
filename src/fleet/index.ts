// The fleet, put together: what fleetd serves and tests drive.

import type { ControlReply } from '../contract/controls.ts';
import type { Finding } from '../contract/doctor.ts';
import type { LayDownReply } from '../contract/products.ts';
import type { ReportView } from '../contract/reports.ts';
import type { FleetStatus } from '../contract/status.ts';
import type { WorkerSteps } from '../contract/workers.ts';
import type { JournalBackup } from '../journal/journal.ts';
import { accountRounds } from './act/accounts/account-rounds.ts';
import { archiveRounds } from './act/archive-events.ts';
import { artifactRounds } from './act/artifacts/rounds.ts';
import { carryOutDeliveries } from './act/delivery/rounds.ts';
import { watchPullRequests } from './act/delivery/watch-rounds.ts';
import { gateRounds } from './act/gates/gate-rounds.ts';
import { answerIssues } from './act/issues/answer-rounds.ts';
import { lookAtIssues } from './act/issues/look-rounds.ts';
import { createMaking } from './act/make-products.ts';
import { moveRounds } from './act/move-product.ts';
import { offerNewCommits } from './act/session/new-commits.ts';
import { acceptText } from './commands/accept-text.ts';
import { type Accounts, createAccounts } from './commands/accounts.ts';
import { type Artifacts, createArtifacts } from './commands/artifacts.ts';
import { type Blueprints, createBlueprints } from './commands/blueprint/commands.ts';
import { cautionsOf } from './commands/cautions.ts';
import { type Controls, createControls } from './commands/controls.ts';
import { createDelivery, type Delivery } from './commands/delivery.ts';
import { onFailedChecks } from './commands/failed-checks.ts';
import { createForget } from './commands/forget-runtime.ts';
import { createGates, type Gates } from './commands/gates.ts';
import { createImport, type ImportIssues } from './commands/import.ts';
import { createIntake } from './commands/intake.ts';
import { createJudgement, type Judgement } from './commands/judgement.ts';
import { createLessons, type Lessons } from './commands/lessons.ts';
import { createMonitor, type Monitor } from './commands/monitor.ts';
import { createMove } from './commands/move-product.ts';
import { type Commands, createCommands } from './commands/objectives.ts';
import { createPrepare } from './commands/prepare.ts';
import { createRecurring, type RecurringCommands } from './commands/recurring.ts';
import { recurringRounds } from './commands/recurring-due.ts';
import { createForesight, type Foresight } from './commands/why-and-plan.ts';
import { createWork, type Work } from './commands/work.ts';
import { workerSteps } from './commands/worker-steps.ts';
import { neededBy } from './decide/scheduler-state.ts';
import { createLoop, type Loop } from './loop.ts';
import { sendReports } from './report/daily-report.ts';
import { createHistory, type History } from './report/history/index.ts';
import { createMetrics } from './report/metrics.ts';
import { createOutbox, type Outbox } from './report/outbox.ts';
import { reportOf } from './report/report.ts';
import { sinceMs } from './report/since.ts';
import { fleetStatus } from './report/view.ts';

export { systemClock } from '../common/clock.ts';
export { openArtifactFiles } from '../journal/artifacts/files.ts';
export { openJournal } from '../journal/journal.ts';
export { schedulingDefaults } from '../scheduler/index.ts';
export { tuning } from './tuning.ts';

export interface Fleet {
  version: string;
  commands: Commands;
  controls: Controls;
  foresight: Foresight;
  accounts: Accounts;
  forgetRuntime: ReturnType<typeof createForget>;
  /** What a session of the product is predicted to use: cores, bytes. */
  needed(product: string): { product: string; cpuCores: number; memoryBytes: number };
  moveProduct: ReturnType<typeof createMove>;
  history: History;
  gates: Gates;
  outbox: Outbox;
  recurring: RecurringCommands;
  monitor: Monitor;
  blueprints: Blueprints;
  lessons: Lessons;
  work: Work;
  artifacts: Artifacts;
  delivery: Delivery;
  importIssues: ImportIssues;
  judgement: Judgement;
  /** Overstory's files for a product that is not code. @throws FleetError PRODUCT_UNKNOWN, OV_NOT_INITIALISED */
  layDown(product: string, type: 'marketing' | 'support'): Promise<LayDownReply>;
  /** For whoever starts the fleet and makes its products ready. */
  making: Pick<ReturnType<typeof createMaking>, 'expect' | 'told' | 'ended'>;
  /** Makes a product ready, and waits for that a little: a clone goes on by itself. */
  prepare(product: string): Promise<ControlReply>;
  /** @param since yesterday, today, 12h, 7d or a date. @throws FleetError SINCE_INVALID */
  report(since: string): ReportView;
  /** @throws FleetError PRODUCT_UNKNOWN */
  status(product: string | null): FleetStatus;
  lastSeq(): number;
  /** Resolves true at the next recorded event, false after `ms` or when `stream` is aborted. */
  nextEvent(ms: number, stream: { onAbort(listener: () => void): void }): Promise<boolean>;
  /** @throws FleetError JOURNAL_UNUSABLE */
  backup(): Promise<JournalBackup>;
  /** What of the product's repository would lose or waste the work of a session that begins now. Never rejects. */
  cautions(product: string): Promise<string[]>;
  /** The same as it was when the objective's session began. */
  cautionsBefore(objective: string): string[];
  /** What an agent of the product did in the last half hour. */
  workerSteps(product: string, worker: string): Promise<WorkerSteps>;
  /** Checks of the runtime and its products; fix: the safe mends are made. */
  doctor(fix: boolean): Promise<Finding[]>;
  /** Prometheus text. */
  metrics(): Promise<string>;
  registryChanged(): void;
  /** Has the product's forge asked at its next turn, for pull requests and issues. */
  lookNow(product: string): void;
  /** Stops every session, puts its objective back into the queue, and admits nothing any more. */
  suspend(reason: string): void;
  close(): Promise<void>;
  loop: Loop;
}

const names = ({ products }: { products: readonly { name: string }[] }) =>
  new Set(products.map(({ name }) => name));

/** Starts the loop. The caller owns the parts it passes in and closes them afterwards. */
export function startFleet(
  parts: Parameters<typeof createLoop>[0] & { version: string; runtimeDescription: string },
): Fleet {
  const { version, runtimeDescription, ...base } = parts;
  const { journal, clock, log } = base;
  const loop: Loop = createLoop(base, (product) => void making.make(product));
  const making = createMaking(loop.context, loop.madeReady);
  const commands = createCommands(loop);
  const metrics = createMetrics(loop);
  const stopLog = journal.onRecorded((events) => {
    for (const { seq, kind, product, objective, text, data } of events) {
      const { session, action } = data as { session?: number; action?: string };
      log.info({ seq, kind, product, objective, session, action }, text);
    }
  });
  journal.record({ kind: 'fleetd.started', text: `fleetd ${version} started.`, data: { version } });
  const controls = createControls(loop, commands);
  const outbox = createOutbox(loop.context);
  outbox.start();
  loop.start();
  const gates = gateRounds(loop.context, loop.schedule);
  const clearing = artifactRounds(loop.context);
  const archiving = archiveRounds(loop.context);
  const deliveries = carryOutDeliveries(loop.context);
  const news = offerNewCommits(loop.context);
  const accounts = accountRounds(loop.context, loop.schedule);
  const moves = moveRounds(loop.context, loop.registryChanged);
  const { requireProduct } = commands;
  let known = names(base.registry.current());
  const reports = sendReports(loop.context);
  const recurs = recurringRounds(loop.context, commands);
  const judgement = createJudgement(loop, commands);
  const issues = lookAtIssues(loop.context, createIntake(loop, commands));
  const answers = answerIssues(loop.context);
  const watching = watchPullRequests(loop.context, onFailedChecks(loop.context, judgement));

  return {
    version,
    commands,
    controls,
    gates: createGates(loop, controls, judgement),
    outbox,
    report: (since) => reportOf(loop.context, sinceMs(since, clock.nowMs()), clock.nowMs() + 1),
    layDown: (name, type) => {
      return base.runtime.maintain(requireProduct(name), { kind: 'lay-down', type });
    },
    making,
    prepare: createPrepare(loop.context, { requireProduct }, making),
    lessons: createLessons(loop.context, { requireProduct }),
    work: createWork(loop.context, commands),
    artifacts: createArtifacts(loop.context, commands),
    delivery: createDelivery(loop.context, commands),
    importIssues: createImport(loop.context, commands),
    judgement,
    blueprints: createBlueprints(loop, commands, controls),
    recurring: createRecurring(loop.context, { requireProduct, acceptText, start: commands.start }),
    monitor: createMonitor(loop.context),
    foresight: createForesight(loop, commands),
    accounts: createAccounts(loop.context),
    forgetRuntime: createForget(loop),
    needed: (product) => ({ product, ...neededBy(loop.context, product) }),
    moveProduct: createMove(loop, loop.registryChanged),
    history: createHistory(loop),
    loop,
    status: (product) =>
      fleetStatus(loop, product === null ? null : commands.requireProduct(product), runtimeDescription),
    lastSeq: () => journal.lastSeq(),
    backup: () => journal.backup(),
    cautions: (product) => cautionsOf(loop.context, product),
    cautionsBefore: (objective) => journal.cautionsBefore(objective),
    workerSteps: async (product, worker) =>
      workerSteps(loop.context, commands.requireProduct(product), worker),
    doctor: (fix) =>
      base.runtime.doctor(
        base.registry.current().products.filter((product) => product.overstory),
        fix,
      ),
    metrics: metrics.scrape,
    nextEvent: (ms, stream) =>
      new Promise((resolve) => {
        const finish = (value: boolean) => {
          stop();
          cancel();
          resolve(value);
        };
        const stop = journal.onRecorded(() => finish(true));
        const cancel = clock.after(ms, () => finish(false));
        stream.onAbort(() => finish(false));
      }),
    registryChanged() {
      const registry = base.registry.current();
      const problems = base.registry.problems();
      loop.note(
        problems.length > 0
          ? { kind: 'registry.problem', text: problems.join(' '), data: { problems } }
          : {
              kind: 'registry.changed',
              text: `products.yaml was read again: ${registry.products.length} products.`,
              data: { digest: registry.digest, products: registry.products.map((p) => p.name) },
            },
      );
      // First: that a new one is not there yet is then no trouble of it.
      making.makeNew(known, registry.products);
      loop.registryChanged();
      known = names(registry);
    },
    lookNow(product) {
      watching.lookNow(product);
      issues.lookNow(product);
    },
    suspend: (reason) => loop.suspend(reason),
    async close() {
      await recurs.close();
      await reports.close();
      outbox.close();
      await moves.close();
      await accounts.close();
      await Promise.all([clearing.close(), archiving.close()]);
      await deliveries.close();
      await watching.close();
      await issues.close();
      await answers.close();
      await news.close();
      await gates.close();
      await loop.close();
      loop.note({ kind: 'fleetd.stopped', text: 'fleetd stopped.', data: {} });
      metrics.stop();
      stopLog();
    },
  };
}
