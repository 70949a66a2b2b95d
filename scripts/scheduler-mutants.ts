// Are the properties of test/scheduler sharp enough? Each broken rule below is put into a copy of src/scheduler and
// must be caught by a property. Prints mutant × property; exits 1 if one survives.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { properties, type Scheduler } from '../test/scheduler/properties.ts';

interface Mutant {
  /** the rule it breaks, in words */
  name: string;
  file: string;
  /** occurs exactly once in the file */
  from: string;
  to: string;
}

const mutant = (name: string, file: string, from: string, to: string): Mutant => ({ name, file, from, to });

const mutants: Mutant[] = [
  mutant(
    'one slot too many',
    'decide.ts',
    'after.slotsUsed + 1 > after.slots',
    'after.slotsUsed > after.slots',
  ),
  mutant(
    'one live session too many',
    'decide.ts',
    'after.liveSessions + 1 > after.maxLiveSessions',
    'after.liveSessions > after.maxLiveSessions',
  ),
  mutant('starts of this plan take no slot', 'decide.ts', 'after.slotsUsed += 1;', ''),
  mutant(
    'starts of this plan take no memory',
    'decide.ts',
    'after.committed.memoryBytes + predicted.memoryBytes,\n  };',
    'after.committed.memoryBytes,\n  };',
  ),
  mutant(
    'starts of this plan reserve no money',
    'decide.ts',
    'after.reservedUsd += objective.expectedCostUsd ?? 0;',
    '',
  ),
  mutant(
    'memory budget ignored',
    'decide.ts',
    'maxMemoryBytes !== null && exceeds',
    'maxMemoryBytes === -1 && exceeds',
  ),
  mutant(
    'CPU budget ignored',
    'decide.ts',
    'maxCpuCores !== null && exceeds',
    'maxCpuCores === -1 && exceeds',
  ),
  mutant(
    'fleet cost budget ignored',
    'decide.ts',
    'maxCostUsdPerDay !== null && breaksCost',
    'maxCostUsdPerDay === -1 && breaksCost',
  ),
  mutant(
    'reserved money not counted',
    'decide.ts',
    '(after.spentTodayUsd ?? 0) + after.reservedUsd',
    'after.spentTodayUsd ?? 0',
  ),
  mutant(
    'measured growth not counted',
    'load.ts',
    'Math.max(measured.memoryBytes, predicted.memoryBytes)',
    'predicted.memoryBytes',
  ),
  mutant(
    'measured alone counts, not the prediction',
    'load.ts',
    'Math.max(measured.cpuCores, predicted.cpuCores)',
    'measured.cpuCores',
  ),
  mutant('history ignored', 'load.ts', 'learned?.memoryBytes ?? resourceWeight', 'resourceWeight'),
  mutant(
    'product caps do not bound the prediction',
    'load.ts',
    'cap === null ? amount : Math.min(amount, cap)',
    'cap === null ? amount : amount',
  ),
  mutant(
    'waiting on a human keeps its slot',
    'load.ts',
    '!session.waitingOnHuman && !waitsOnAccount(session, product, nowMs)',
    '!waitsOnAccount(session, product, nowMs)',
  ),
  mutant('stopping gives back the slot', 'load.ts', "if (session.state === 'stopping') return true;", ''),
  mutant(
    'waiting on a closed account keeps its slot',
    'load.ts',
    '!session.waitingOnHuman && !waitsOnAccount(session, product, nowMs)',
    '!session.waitingOnHuman',
  ),
  mutant(
    'a limit on the screen gives back the slot of an open account',
    'load.ts',
    'session.limited && closedNow(product?.account, nowMs) !== null',
    'session.limited',
  ),
  mutant('a closed account is started on', 'ready.ts', 'if (closed !== null)', 'if (closed === undefined)'),
  mutant('a held account is started on', 'ready.ts', 'return held && obstacle', 'return null && obstacle'),
  mutant(
    'an account stays closed after its reset',
    'load.ts',
    'closed.untilMs === null || closed.untilMs > nowMs',
    'closed.untilMs === null || closed.untilMs > 0',
  ),
  mutant(
    'an account without a known reset counts as open',
    'load.ts',
    'closed.untilMs === null || closed.untilMs > nowMs',
    'closed.untilMs !== null && closed.untilMs > nowMs',
  ),
  mutant(
    'nobody is woken at the reset of an account',
    'ready.ts',
    '...closed }, nobody, closed.untilMs)',
    '...closed }, nobody)',
  ),
  mutant('two sessions on one product', 'decide.ts', 'occupants.set(objective.product, objective.id);', ''),
  mutant(
    'a live session does not occupy its product',
    'decide.ts',
    'new Map(ours.map((session) => [session.product, session.objective]))',
    'new Map<string, string>()',
  ),
  mutant('pacing ignored', 'decide.ts', 'state.lastStartMs + limits.startPacingMs', 'state.lastStartMs'),
  mutant(
    'several paced starts at once',
    'decide.ts',
    'if (limits.startPacingMs > 0) paced = nowMs + limits.startPacingMs;',
    '',
  ),
  mutant('no backfill at all', 'decide.ts', 'if (endsMs <= nowMs) head', 'if (endsMs > 0) head'),
  mutant('who takes over a session is held behind a head', 'decide.ts', 'head && !takenOver', 'head'),
  mutant(
    'who takes over a session needs room for another',
    'decide.ts',
    'takenOver ? givenBack(after, takenOver, predicted) : after',
    'after',
  ),
  mutant(
    'what is taken over counts as predicted, not as measured',
    'decide.ts',
    'takenOver ? takenBy(takenOver, candidate.predicted) : candidate.predicted',
    'candidate.predicted',
  ),
  mutant('the head may be passed for ever', 'decide.ts', 'if (endsMs <= nowMs) head', 'if (endsMs < 0) head'),
  mutant(
    'a head that lacks spent money holds up the fleet',
    'decide.ts',
    'if (!drainingHelps(objective, after)) continue;',
    '',
  ),
  mutant(
    'a head that lacks reserved money may be passed for ever',
    'decide.ts',
    'if (!drainingHelps(objective, after)) continue;',
    "if (lacking.rule === 'cost') continue;",
  ),
  mutant(
    'the bound counts from arrival, not from its time',
    'order.ts',
    'Math.max(objective.queuedAtMs, objective.notBeforeMs ?? 0,',
    'Math.max(objective.queuedAtMs,',
  ),
  mutant(
    'a queue ages behind its own product, and a flood starves the others',
    'order.ts',
    'objective.notBeforeMs ?? 0, product?.lastEndedMs ?? 0)',
    'objective.notBeforeMs ?? 0)',
  ),
  mutant('never asks for pacing to end', 'decide.ts', 'wakeAt(paced);', ''),
  mutant('never asks for time obstacles to end', 'decide.ts', 'wakeAt(obstacle.untilMs)', 'void 0'),
  mutant('never asks for a head bound', 'decide.ts', 'wakeAt(holdsUpMs);', 'void 0;'),
  mutant(
    'wakes for a bound that changes nothing',
    'decide.ts',
    'if (after.slotsUsed < after.slots && after.liveSessions < after.maxLiveSessions) wakeAt',
    'wakeAt',
  ),
  mutant(
    'the input is changed',
    'decide.ts',
    'const after = { ...capacity };',
    'const after = { ...capacity }; state.objectives.sort();',
  ),
  mutant(
    'a plan reports what it takes as in use',
    'decide.ts',
    'const after = { ...capacity };',
    'const after = capacity;',
  ),
  mutant('least priority first', 'order.ts', 'sort(([a], [b]) => a - b)', 'sort(([a], [b]) => b - a)'),
  mutant(
    'no ageing',
    'order.ts',
    'ageWindow(waitingSinceMs(objective, product), ageingMsPerPoint) - priority',
    '-priority',
  ),
  mutant('most served first', 'order.ts', 'a.served - b.served', 'b.served - a.served'),
  mutant('served is not weighed', 'order.ts', 'product.servedMs / Math.max(1, priority)', 'product.servedMs'),
  mutant(
    'last come first',
    'order.ts',
    'a.objective.arrival - b.objective.arrival',
    'b.objective.arrival - a.objective.arrival',
  ),
  mutant('fifo looks at priority', 'order.ts', 'rank = fifo ? 0', 'rank = !fifo && !product ? 0'),
  mutant('fifo looks at what was served', 'order.ts', 'served: fifo ? 0 : served', 'served'),
  mutant(
    'a paused product starts',
    'ready.ts',
    'if (product.paused)\n',
    'if (product.paused && nowMs < 0)\n',
  ),
  mutant(
    'a paused objective starts',
    'ready.ts',
    'if (objective.paused)\n',
    'if (objective.paused && nowMs < 0)\n',
  ),
  mutant(
    'overstory: false starts',
    'ready.ts',
    'if (!product.startable)',
    'if (!product.startable && nowMs < 0)',
  ),
  mutant('an open circuit starts', 'ready.ts', 'openUntilMs > nowMs', 'openUntilMs > nowMs + 1e12'),
  mutant('too early', 'ready.ts', 'objective.notBeforeMs > nowMs', 'objective.notBeforeMs > nowMs + 1e12'),
  mutant('needs ignored', 'ready.ts', 'objective.needs.length > 0', 'objective.needs.length > 99'),
  mutant(
    'a running need is enough',
    'ready.ts',
    "state !== 'done'",
    "state !== 'done' && state !== 'running'",
  ),
  mutant(
    'a need that is gone counts as done',
    'ready.ts',
    "state !== 'done'",
    "state !== 'done' && state !== undefined",
  ),
  mutant(
    'a failed need just waits',
    'ready.ts',
    "state === 'failed' || state === 'cancelled'",
    "state === 'failed' && state === 'cancelled'",
  ),
  mutant(
    'the product cost cap is ignored',
    'ready.ts',
    'cap !== null && breaksCost(product',
    'cap === -1 && breaksCost(product',
  ),
  mutant('a reached cost limit admits what is not estimated', 'ready.ts', 'knownUsd >= limitUsd ||', ''),
  mutant(
    'what can never run waits for memory',
    'ready.ts',
    'limits.maxMemoryBytes !== null && exceeds',
    'limits.maxMemoryBytes === -1 && exceeds',
  ),
  mutant(
    'what can never run waits for CPU',
    'ready.ts',
    'limits.maxCpuCores !== null && exceeds',
    'limits.maxCpuCores === -1 && exceeds',
  ),
  mutant(
    'unknown spend is said to be zero',
    'decide.ts',
    'spentUsd: after.spentTodayUsd,',
    'spentUsd: after.spentTodayUsd ?? 0,',
  ),
  mutant(
    'unmeasured is said to be zero',
    'load.ts',
    'let measured: Footprint | null = null;',
    'let measured: Footprint | null = { cpuCores: 0, memoryBytes: 0 };',
  ),
  mutant(
    'a prediction by type is said to be of the product',
    'decide.ts',
    "product?.learned?.from ?? 'weight'",
    "product?.learned ? 'product' : 'weight'",
  ),
  mutant('pauses without grace', 'relief.ts', 'if (graceEndsMs > nowMs)', 'if (graceEndsMs < 0)'),
  mutant('never pauses for memory', 'relief.ts', 'if (graceEndsMs > nowMs)', 'if (graceEndsMs > 0)'),
  mutant('pauses the highest', 'relief.ts', 'priority(a) - priority(b)', 'priority(b) - priority(a)'),
  mutant(
    'pauses another while one stops',
    'relief.ts',
    'staying.reduce((sum, s) => sum + memoryOf(s), 0)',
    'used',
  ),
  mutant(
    'pauses another although one is paused for its own cap',
    'relief.ts',
    ' && !leaving.has(s.product));',
    ');',
  ),
  mutant('pauses what holds no memory', 'relief.ts', 'ours(s) && memoryOf(s) > 0', 'ours(s)'),
  mutant(
    'pauses what was started by hand',
    'relief.ts',
    "state !== 'stopping' && !adoptable",
    "state !== 'stopping'",
  ),
  mutant(
    "a product's own memory cap is not looked at mid-run",
    'relief.ts',
    'cap === null || !exceeds(memoryOf(session), cap)',
    'cap !== -1',
  ),
  mutant(
    "a product's own CPU cap is not looked at mid-run",
    'relief.ts',
    'products.get(product)?.caps.maxCpuCores ?? null',
    'null',
  ),
  mutant(
    "a product's grace begins again with every plan",
    'relief.ts',
    'product.memoryOverSinceMs ?? nowMs',
    'nowMs',
  ),
  mutant('asks one unit past the cost limit', 'relief.ts', 'spentUsd >= limitUsd', 'spentUsd > limitUsd'),
  mutant(
    'over CPU is not told',
    'relief.ts',
    'measured?.cpuCores ?? 0, state.limits.maxCpuCores',
    'measured?.cpuCores ?? 0, null',
  ),
  mutant('the grace has no wake', 'relief.ts', 'wakeMs: graceEndsMs', 'wakeMs: Number.POSITIVE_INFINITY'),
  mutant(
    'the forecast forgets what was served',
    'forecast.ts',
    'product.servedMs + atMs - session.startedAtMs',
    'product.servedMs',
  ),
  mutant('the forecast forgets when a product was served last', 'forecast.ts', 'lastEndedMs: atMs,', ''),
  mutant('the forecast forgets pacing', 'forecast.ts', 'lastStartMs = atMs;', ''),
  mutant('in the forecast needs are never done', 'forecast.ts', "update(session.objective, 'done');", ''),
  mutant(
    'explain names another rule',
    'explain.ts',
    'const [wait] = waits;',
    'const wait = waits[0] && { ...waits[0], rule: "needs" as const };',
  ),
  mutant(
    'explain leaves out the expected start',
    'explain.ts',
    'const expectedStartMs = wait\n',
    'const expectedStartMs = wait && !expected\n',
  ),
  mutant('no circle is found', 'cycle.ts', 'onPath.has(need)', 'path.length > 50'),
];

const source = fileURLToPath(new URL('../src/scheduler/', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'scheduler-mutants-'));

/** A broken copy of the scheduler, loaded. */
async function load({ name, file, from, to }: Mutant, index: number): Promise<Scheduler> {
  const copy = join(folder, String(index));
  await cp(source, copy, { recursive: true });
  const path = join(copy, file);
  const parts = (await readFile(path, 'utf8')).split(from);
  if (parts.length !== 2)
    throw new Error(
      `Expected "${name}" to find its text once in ${file}, got ${parts.length - 1} times: ${from}`,
    );
  await writeFile(path, parts.join(to));
  return (await import(pathToFileURL(join(copy, 'index.ts')).href)) as Scheduler;
}

/** A short look with every property first: most mutants fall at once. */
function caughtBy(scheduler: Scheduler): string | null {
  for (const fleets of [100, 1_000])
    for (const { name, share, check } of properties) {
      try {
        check(scheduler, { numRuns: share * fleets, endOnFailure: true });
      } catch {
        return name;
      }
    }
  return null;
}

const survivors: string[] = [];
try {
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  // All loaded before any is judged: a text that no longer matches is said at once.
  const loaded = await Promise.all(mutants.map(load));
  for (const [index, broken] of mutants.entries()) {
    const property = caughtBy(loaded[index] as Scheduler);
    if (property === null) survivors.push(broken.name);
    console.log(`${broken.name.padEnd(56)} ${property ?? 'NOTHING: it survived'}`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
console.log(`${mutants.length - survivors.length} of ${mutants.length} mutants caught`);
process.exitCode = survivors.length === 0 ? 0 : 1;
