// One bug or more per invariant, each as a change of the source text of a copy. The simulation must find every one.
import { readFileSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { invariants } from './invariants.ts';
import { makeSchedule } from './schedule.ts';
import { type Program, simulate } from './simulate.ts';

export interface PlantedBug {
  name: string;
  /** the invariants that may show it; the first to do so ends the search */
  breaks: (keyof typeof invariants)[];
  /** file under src/, a text that occurs in it exactly once, and what takes its place */
  edits: [file: string, from: string, to: string][];
  /** needs a kill or a clock at one exact moment: looked for in many seeds, by `npm run test:night -- planted-bugs` only */
  seldom?: true;
}

const bug = (name: string, breaks: PlantedBug['breaks'], ...edits: PlantedBug['edits']): PlantedBug => ({
  name,
  breaks,
  edits,
});

const all: PlantedBug[] = [
  bug(
    'two sessions on one product',
    ['one session'],
    [
      'journal/migrations.ts',
      'CREATE UNIQUE INDEX sessions_one_per_product',
      'CREATE INDEX sessions_one_per_product',
    ],
    ['scheduler/decide.ts', 'lane.occupant = objective.id;', ''],
    ['scheduler/decide.ts', 'else lane.occupant = session.objective;', ''],
  ),
  bug(
    'a stop that failed starts the coordinator again, past admit',
    ['one door'],
    [
      'fleet/act/session/stop.ts',
      '      ...next.events,\n    );',
      "      ...next.events,\n    ); if (session.outcome === 'failed') void context.runtime.ov(product, 'coordinator.start', {}).catch(() => {});",
    ],
  ),
  bug(
    'the start has its effect before its intent is written',
    ['one door', 'start once'],
    [
      'fleet/act/session/start.ts',
      'if (journal.action(action) === null) {',
      'if (journal.action(action) === null) void startCoordinator(context, product, session).catch(() => {});\n  if (journal.action(action) === null) {',
    ],
  ),
  bug(
    'the start is sent twice',
    ['start once'],
    [
      'fleet/act/session/start.ts',
      'await startCoordinator(context, product, session);',
      'await startCoordinator(context, product, session); await startCoordinator(context, product, session).catch(() => {});',
    ],
  ),
  bug(
    'sessions that are starting take no slot',
    ['slots', 'reservations'],
    [
      'fleet/decide/scheduler-state.ts',
      '...live.map((s) => ({',
      "...live.filter((s) => s.state !== 'starting').map((s) => ({",
    ],
  ),
  bug(
    'a session that has ended keeps its slot',
    ['everything ends', 'tables agree'],
    [
      'journal/sessions.ts',
      "const all: readonly SessionRow[] = rows(`SELECT * FROM sessions WHERE state <> 'ended' ORDER BY +id`).map(",
      "const all: readonly SessionRow[] = rows(`SELECT * FROM sessions WHERE state <> 'ended' OR outcome = 'cancelled' ORDER BY +id`).map(",
    ],
  ),
  bug(
    'what is read stays kept when a row is changed',
    ['tables agree'],
    ['journal/kept.ts', "['UPDATE', when('OLD', 'NEW')],", "['UPDATE', 'WHEN 0'],"],
  ),
  bug(
    'a changed objective stays as it was read',
    ['tables agree'],
    [
      'journal/open-objectives.ts',
      "name === 'wait_rule' ? [] : String(name)",
      "name !== 'attempts' ? [] : String(name)",
    ],
  ),
  bug(
    'a paused product is started',
    ['paused is paused'],
    [
      'fleet/decide/scheduler-state.ts',
      'paused: paused.get(p.name) ?? held.get(p.name) ?? null,',
      'paused: null,',
    ],
  ),
  bug(
    'a doubt is settled without looking at what was sent',
    ['deliver once'],
    [
      'fleet/act/session/deliver.ts',
      'const found = sent.messages.find(',
      'const found = sent.messages.slice(sent.messages.length).find(',
    ],
  ),
  bug(
    'a doubt is settled before the cut-off ov has ended',
    ['deliver once'],
    ['fleet/tuning.ts', 'sendDoubtMs: 25_000', 'sendDoubtMs: 0'],
  ),
  bug(
    'a message in flight is taken for a doubt',
    ['deliver once', 'no crash'],
    ['fleet/act/session/drive.ts', ' && !context.sending.has(a.id)', ''],
  ),
  bug(
    'a restart hands everything over again',
    ['stopped is stopped', 'deliver once', 'no ghost work', 'everything ends', 'heard or told', 'no crash'],
    [
      'journal/actions.ts',
      "`SELECT 1 FROM actions WHERE session = ? AND kind = 'coordinator.send' AND state <> 'failed'`",
      "`SELECT 1 FROM actions WHERE session = ? AND kind = 'coordinator.send' AND state = 'uncertain'`",
    ],
  ),
  bug(
    'the objective of another session is handed over',
    ['own work', 'no ghost work', 'deliver once', 'no crash', 'done is done', 'stopped is stopped'],
    [
      'fleet/act/session/drive.ts',
      'const objective = context.journal.objective(session.objective);',
      "const objective = context.journal.objective(context.journal.objectives(1000).at(-1)?.id ?? '');",
    ],
  ),
  bug(
    'a stop does not stop the coordinator',
    ['stopped is stopped', 'everything ends'],
    [
      'fleet/act/session/stop.ts',
      'await stopAll(context, product, before, workersToStop(context, session, before))',
      '{ ...before, coordinator: null }',
    ],
    ['fleet/act/session/stop.ts', 'if (left.length === 0) return [];', 'if (left.length >= 0) return [];'],
  ),
  bug(
    'a stop leaves what outlives its grace',
    ['stopped is stopped', 'everything ends'],
    [
      'fleet/act/session/stop.ts',
      "const { done } = await runtime.maintain(product, { kind: 'end-processes', processes });",
      'const done: string[] = []; void processes;',
    ],
    [
      'fleet/act/session/stop.ts',
      "await attempt(() => runtime.ov(product, 'stop', { agent }));",
      'void agent;',
    ],
  ),
  bug(
    'the session of a removed product is forgotten',
    ['stopped is stopped', 'everything ends'],
    ['fleet/loop.ts', '    stopRemoved();\n', ''],
  ),
  bug(
    'accepted objectives are written a little later',
    ['nothing lost', 'no crash', 'tables agree'],
    [
      'journal/journal.ts',
      "        db.exec('BEGIN IMMEDIATE');\n        for",
      "        if (!db.isTransaction) db.exec('BEGIN IMMEDIATE');\n        for",
    ],
    [
      'journal/journal.ts',
      "        db.exec('COMMIT');\n",
      "        if (recorded.length > 1) db.exec('COMMIT');\n",
    ],
  ),
  bug(
    'a retried request is a second objective',
    ['nothing lost', 'no crash'],
    [
      'fleet/commands/objectives.ts',
      'request.idempotencyKey === null ? null : journal.objectiveByKey(request.idempotencyKey)',
      'null as ReturnType<typeof journal.objectiveByKey>',
    ],
  ),
  bug(
    'dead is called done',
    ['done is done'],
    ['fleet/observe/findings.ts', "died: 'failed', 'cut-off'", "died: 'done', 'cut-off'"],
  ),
  bug(
    'the session ends, its objective does not',
    ['tables agree'],
    [
      'fleet/act/session/ending.ts',
      "if (objective === null || !['starting', 'running'].includes(objective.state)) return events;",
      'if (events.length > 0) return events;',
    ],
  ),
  bug(
    'a cancelled objective is over while its session goes on',
    ['tables agree', 'no crash'],
    [
      'fleet/commands/objectives.ts',
      "if (objective.state === 'queued') {",
      "if (objective.state === 'queued' || objective.state === 'running') {",
    ],
  ),
  bug(
    'a table says when it was written, not when it happened',
    ['replay'],
    [
      'journal/objective-apply.ts',
      "d.kind ?? 'other',\n        atMs,",
      "d.kind ?? 'other',\n        Math.round(performance.now() * 1000),",
    ],
  ),
  bug(
    'a table is written past its event',
    ['replay', 'no crash'],
    [
      'journal/journal.ts',
      "db.exec('COMMIT');",
      "db.exec('COMMIT');\n        db.exec(`UPDATE objectives SET result = 'starts' WHERE state = 'starting'`);",
    ],
  ),
  bug(
    'mail is acknowledged before it is written down',
    ['everything ends', 'stopped is stopped', 'no crash'],
    [
      'fleet/observe/looks.ts',
      '    if (events.length > 0) journal.record(...events);\n',
      '    if (events.length > 0) clock.after(3_000, () => journal.record(...events));\n',
    ],
  ),
  bug(
    'a clock set back hides the final mail',
    ['everything ends'],
    ['fleet/observe/reconcile.ts', 'mail.subject.includes(objective) ||', ''],
  ),
  bug(
    'what was cut off stays in doubt for ever',
    ['everything ends'],
    ['journal/session-apply.ts', "SET state = 'done', settled_at_ms = ?", 'SET settled_at_ms = ?'],
    ['journal/session-apply.ts', "SET state = 'abandoned', settled_at_ms = ?", 'SET settled_at_ms = ?'],
  ),
  bug(
    'read is heard',
    ['heard or told', 'everything ends', 'stopped is stopped'],
    [
      'fleet/act/heard/follow-up.ts',
      'const how = howHeard(hearing, traces);\n  if (how === null) return false;',
      "const how = howHeard(hearing, traces) ?? 'read';",
    ],
  ),
  bug(
    "workers' mail is left to the hooks",
    ['heard or told', 'everything ends'],
    ['fleet/act/session/drive.ts', '      await lookForWorkersMail(context, product, session);\n', ''],
  ),
  bug(
    'an unheard mail is told to nobody and asked after no more',
    ['heard or told', 'everything ends'],
    ['fleet/act/heard/follow-up.ts', 'if (due.length > 0) await ask', 'if (due.length < 0) await ask'],
    [
      'fleet/act/heard/follow-up.ts',
      '  const known = journal.trouble(product);\n',
      '  const known = journal.trouble(product);\n  if (known === null) return;\n',
    ],
  ),
  bug(
    'an acknowledgement of an answer is a gate',
    ['asked is kept'],
    ['fleet/act/gates/asked.ts', '&& !asksAnew(mail)', '&& asksAnew(mail) && false'],
  ),
  bug(
    'a message that woke nobody is written down apart from its sending',
    ['everything ends'],
    [
      'fleet/act/session/deliver.ts',
      '  context.journal.record(...events);\n  if (about !== null)',
      '  for (const event of events) context.journal.record(event);\n  if (about !== null)',
    ],
  ),
  bug(
    'what is over is left unread for the next coordinator',
    ['done is done', 'no ghost work', 'everything ends'],
    ['fleet/act/session/stop.ts', '    if (!without) await closeUnread(context, product, session);\n', ''],
  ),
  bug(
    'admission does not look at the memory',
    ['reservations'],
    [
      'scheduler/room.ts',
      'if (maxMemoryBytes !== null && exceeds(',
      'if (maxMemoryBytes !== null && maxMemoryBytes < 0 && exceeds(',
    ],
  ),
  bug(
    'work starts on an account at its limit',
    ['closed account'],
    ['scheduler/ready.ts', 'if (closed !== null)', 'if (closed === undefined)'],
  ),
  bug(
    'who waits at a limit is never told that it is over',
    ['everything ends', 'closed account'],
    [
      'fleet/act/accounts/account-rounds.ts',
      'wokenMs === null && !shut.has(account));',
      'wokenMs === null && shut.has(account) && !shut.has(account));',
    ],
  ),
  bug(
    'a limit on a screen is not seen',
    ['closed account'],
    ['fleet/act/accounts/limits.ts', 'if (limit === null && !stands) {', 'if (!stands) {'],
  ),
  bug(
    'an account opens before its reset',
    ['closed account'],
    [
      'fleet/act/accounts/account-rounds.ts',
      'untilMs !== null && untilMs <= now);',
      'untilMs !== null && untilMs <= now + 3 * 3_600_000);',
    ],
  ),
  bug(
    'a critical gate stops nothing',
    ['paused is paused'],
    [
      'fleet/decide/waiting-on-human.ts',
      "gate.severity === 'critical' &&",
      "gate.severity === ('none' as string) &&",
    ],
  ),
  bug(
    'a question that is not to the operator is taken for news',
    ['asked is kept'],
    [
      'fleet/act/gates/question.ts',
      "if (!humans.has(mail.to) && byType !== 'decision') return null;",
      "if (mail.to !== 'operator') return null;",
    ],
  ),
  bug(
    'a crash loses the gate of a mail that was written down',
    ['asked is kept', 'told'],
    ['fleet/index.ts', '  outbox.start();\n', ''],
  ),
  bug(
    'mail that was looked at for questions once is not looked at again',
    ['asked is kept'],
    [
      'fleet/act/gates/gate-rounds.ts',
      'clock.after(tuning.sweepLiveMs - 1, () => looked.delete(name));',
      'clock.after(1e9, () => looked.delete(name));',
    ],
  ),
  bug(
    'a gate is answered a second time',
    ['answered once'],
    ['fleet/commands/gates.ts', "if (gate.state !== 'open') {", "if (gate.state === 'withdrawn') {"],
    [
      'journal/gates/apply.ts',
      "resolved_at_ms = ? WHERE n = ? AND state = 'open'`,\n        event.data.resolution.verdict",
      'resolved_at_ms = ? WHERE n = ?`,\n        event.data.resolution.verdict',
    ],
  ),
  bug(
    'the model answers a gate',
    ['answered once'],
    [
      'fleet/commands/human-only.ts',
      "if (source.via === 'model')",
      "if (source.via === ('nobody' as string))",
    ],
    [
      'fleet/commands/human-only.ts',
      "if (source.via !== 'webchat' && !isChatKind(source.via))",
      "if (source.via === ('nobody' as string))",
    ],
  ),
  bug(
    'an answer is given up while its objective waits',
    ['answered once', 'everything ends'],
    [
      'fleet/act/gates/deliver.ts',
      "if (objective.state !== 'failed') return;",
      "if (objective.state !== 'failed' && objective.state !== 'queued') return;",
    ],
    [
      'fleet/act/gates/deliver.ts',
      "if (gate.resolution?.verdict === 'rejected') {",
      'if (gate.resolution?.verdict !== null) {',
    ],
  ),
  bug(
    'an answer is sent again before the cut-off ov has ended',
    ['deliver once'],
    [
      'fleet/act/gates/deliver.ts',
      'before === undefined && !doubtIsOver(context, action)',
      'earlier.length < 0',
    ],
  ),
  bug(
    'an answer in doubt stays in doubt when its session ends',
    ['everything ends'],
    [
      'fleet/act/gates/deliver.ts',
      "kind: 'gate.answer',\n        session: session.id,",
      "kind: 'gate.answer',\n        session: null,",
    ],
  ),
  bug(
    'a notice is called sent before a channel took it',
    ['told'],
    [
      'openclaw/notices.ts',
      'let open = false;',
      'let open = false;\n      for (const { n } of batch) await client.noticeSent(n);',
    ],
  ),
  bug(
    'notices are told the latest first',
    ['told in order'],
    ['journal/outbox/store.ts', 'ORDER BY n LIMIT ?3', 'ORDER BY n DESC LIMIT ?3'],
  ),
  bug(
    'a question passes what its product still has to be told',
    ['told in order'],
    ['journal/outbox/store.ts', "(severity <> 'warning' AND EXISTS", "(severity = 'none' AND EXISTS"],
  ),
  bug(
    'the reply in the thread of a question is not known as ours',
    ['no false alarm'],
    ['journal/gates/store.ts', '[id, reply].filter(', '[id].filter('],
  ),
  bug(
    'a lease is over for fleetd before what runs under it is stopped',
    ['one coordinator'],
    ['runtime/lease-terms.ts', 'const afterEnd = secondMs + stopMs;', 'const afterEnd = 0;'],
  ),
  bug(
    'what others take of a runtime is not counted',
    ['capacity'],
    ['scheduler/placement.ts', 'exceeds(used + needed, max)', 'exceeds(needed, max)'],
  ),
  bug(
    'a clone that lacks what its bundle builds on is taken for whole',
    ['moved whole'],
    ['fleet/act/move-product.ts', 'if (needsWhole) {', 'if (needsWhole && product === null) {'],
  ),
  bug(
    'a stream that was given up may write',
    ['fenced'],
    [
      'runtime/agent/lease/state.ts',
      "if (isReplaced(lease, mine)) throw over('a later stream of the same fleet');",
      '',
    ],
  ),
  bug(
    'what the end of a lease has stopped has failed',
    ['partitions fail nothing', 'done is done'],
    ['fleet/observe/findings.ts', "'cut-off': 'requeued'", "'cut-off': 'failed'"],
  ),
  bug(
    'what was lost with its runtime has failed',
    ['partitions fail nothing'],
    [
      'fleet/act/lost-runtimes.ts',
      "session.state === 'stopping' ? session.outcome : 'requeued'",
      "session.state === 'stopping' ? session.outcome : 'failed'",
    ],
  ),
];

const seldom = new Set([
  'a message in flight is taken for a doubt',
  'a message that woke nobody is written down apart from its sending',
  'what is over is left unread for the next coordinator',
  'a gate is answered a second time',
]);
export const plantedBugs: PlantedBug[] = all.map((one) =>
  seldom.has(one.name) ? { ...one, seldom: true } : one,
);

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Calls `use` with a copy of the program that has the bug. */
export async function withBug<T>(
  { name, edits }: PlantedBug,
  use: (program: Program) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'planted-bug-'));
  try {
    await cp(join(root, 'src'), join(folder, 'src'), { recursive: true });
    await writeFile(join(folder, 'package.json'), '{"type":"module","version":"0.0.0"}');
    for (const name of ['node_modules', 'openclaw.plugin.json'])
      await symlink(join(root, name), join(folder, name));
    for (const [file, from, to] of edits) {
      const path = join(folder, 'src', file);
      const parts = (await readFile(path, 'utf8')).split(from);
      if (parts.length !== 2)
        throw new Error(
          `Expected "${name}" to find its text once in ${file}, got ${parts.length - 1} times: ${from}`,
        );
      await writeFile(path, parts.join(to));
    }
    const load = (file: string) => import(/* @vite-ignore */ pathToFileURL(join(folder, 'src', file)).href);
    return await use({
      ...(await load('fleet/index.ts')),
      ...(await load('journal/apply.ts')),
      ...(await load('journal/database.ts')),
      ...(await load('journal/migrations.ts')),
      ...(await load('openclaw/notices.ts')),
      ...(await load('api/gates.ts')),
      ...(await load('common/errors.ts')),
      ...(await load('runtime/connection.ts')),
      ...(await load('runtime/runtimes.ts')),
      ...(await load('runtime/agent/lease/holder.ts')),
      ...(await load('runtime/agent/lease/fence.ts')),
      ...(await load('runtime/agent/lease/watch.ts')),
    } as Program);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Seeds that have shown a bug, by its name: what is looked at first. `node bin/node24.mjs node scripts/planted-bugs.ts --record` */
const known: Record<string, number> = JSON.parse(
  readFileSync(new URL('./planted-seeds.json', import.meta.url), 'utf8'),
);

/** The invariant that shows the bug, and the seed that does; null when none of the first `seeds` does. */
export function find(
  planted: PlantedBug,
  seeds: number,
): Promise<{ invariant: string; seed: number; what: string } | null> {
  return withBug(planted, async (program) => {
    const first = known[planted.name];
    for (let seed = 1; seed <= seeds; seed += 1) {
      for (const one of seed === 1 && first !== undefined ? [first, seed] : [seed]) {
        const { violation } = await simulate(makeSchedule(one), program);
        if (violation) return { invariant: violation.invariant, seed: one, what: violation.message };
      }
    }
    return null;
  });
}
