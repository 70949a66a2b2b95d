// Are the properties of test/scheduler sharp enough? Each broken rule of its mutants.ts is put into a copy of
// src/scheduler and must be caught by a property. Prints mutant × property; exits 1 if one survives.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Mutant, mutants } from '../test/scheduler/mutants.ts';
import { properties, type Scheduler } from '../test/scheduler/properties.ts';

const source = fileURLToPath(new URL('../src/scheduler/', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'scheduler-mutants-'));
// What it imports lies beside it.
await cp(join(source, '../common'), join(folder, 'common'), { recursive: true });

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
