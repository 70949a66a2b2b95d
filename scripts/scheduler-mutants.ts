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
    'after.reservedUsd += candidate.objective.expectedCostUsd ?? 0;',
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
    'Math.max(session.measured?.memoryBytes ?? 0, predicted.memoryBytes)',
    'predicted.memoryBytes',
  ),
  mutant(
    'measured alone counts, not the prediction',
    'load.ts',
    'Math.max(session.measured?.cpuCores ?? 0, predicted.cpuCores)',
    '(session.measured?.cpuCores ?? 0)',
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
    "session.state === 'stopping' || !session.waitingOnHuman",
    'session.product !== ""',
  ),
  mutant(
    'stopping gives back the slot',
    'load.ts',
    "session.state === 'stopping' || !session.waitingOnHuman",
    "session.state !== 'stopping' && !session.waitingOnHuman",
  ),
  mutant('two sessions on one product', 'decide.ts', 'occupants.set(objective.product, objective.id);', ''),
  mutant(
    'a live session does not occupy its product',
    'decide.ts',
    'new Map(state.sessions.map((session) => [session.product, session.objective]))',
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
  mutant('the head may be passed for ever', 'decide.ts', 'if (endsMs <= nowMs) head', 'if (endsMs < 0) head'),
  mutant(
    'a head that lacks money holds up the fleet',
    'decide.ts',
    "if (lacking.rule === 'cost') continue;",
    '',
  ),
  mutant(
    'the bound counts from arrival, not from its time',
    'decide.ts',
    'Math.max(queuedAtMs, notBeforeMs ?? queuedAtMs)',
    'queuedAtMs',
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
    'ageWindow(objective.queuedAtMs, ageingMsPerPoint) - priority',
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
  mutant('fifo looks at priority', 'order.ts', 'rank: fifo ? 0', 'rank: !fifo && !product ? 0'),
  mutant('fifo looks at what was served', 'order.ts', 'served: fifo || !product', 'served: !product'),
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
  mutant('pauses without grace', 'relief.ts', 'if (graceEndsMs > nowMs)', 'if (graceEndsMs < 0)'),
  mutant('never pauses for memory', 'relief.ts', 'if (graceEndsMs > nowMs)', 'if (graceEndsMs > 0)'),
  mutant('pauses the highest', 'relief.ts', 'priority(a) - priority(b)', 'priority(b) - priority(a)'),
  mutant(
    'pauses another while one stops',
    'relief.ts',
    'exceeds(remaining, budget)',
    'exceeds(used, budget)',
  ),
  mutant('asks one unit past the cost limit', 'relief.ts', 'spentUsd >= limitUsd', 'spentUsd > limitUsd'),
  mutant(
    'over CPU is not told',
    'relief.ts',
    'limits.maxCpuCores !== null && exceeds',
    'limits.maxCpuCores === -1 && exceeds',
  ),
  mutant('the grace has no wake', 'relief.ts', 'wakeMs: graceEndsMs', 'wakeMs: null'),
  mutant(
    'the forecast forgets what was served',
    'forecast.ts',
    'product.servedMs + atMs - session.startedAtMs',
    'product.servedMs',
  ),
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
