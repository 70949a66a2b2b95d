// Files that are kept no longer: first the fact, then their contents. What no fact names, of a crash in between, goes too.
import { count } from '../../../common/units.ts';
import type { EventKind, NewEvent } from '../../../journal/events.ts';
import type { FleetContext } from '../../context.ts';
import { createRounds, type Rounds } from '../rounds.ts';
import { type Expired, expired } from './limits.ts';

const wakes = new Set<EventKind>(['artifacts.kept', 'registry.changed', 'clock.jumped']);
/** The longest timer of Node is below 25 days, and a clock may be set meanwhile. */
const mostMs = 86_400_000;

export function artifactRounds(context: FleetContext): Rounds {
  const { journal, clock, registry } = context;

  async function round(): Promise<number | null> {
    const limits = registry.current().artifacts;
    const before = journal.artifacts.kept();
    const over = expired(before, limits, clock.nowMs());
    if (over.length > 0) journal.record(...removed(over));
    const kept = over.length > 0 ? journal.artifacts.kept() : before;
    removeUnnamed(new Set(kept.map(({ product, sha256 }) => `${product}/${sha256}`)));
    const oldest = kept.at(-1);
    if (oldest === undefined) return null;
    return Math.min(mostMs, Math.max(1, oldest.keptAtMs + limits.keepMs - clock.nowMs()));
  }

  /** Without waiting for anything: what is being kept meanwhile is not named yet. */
  function removeUnnamed(named: ReadonlySet<string>): void {
    const { artifactFiles, keepingArtifacts, log } = context;
    for (const product of artifactFiles.products())
      for (const name of artifactFiles.names(product)) {
        if (named.has(`${product}/${name}`) || keepingArtifacts.has(product)) continue;
        try {
          artifactFiles.remove(product, name);
        } catch (error) {
          log.warn({ product, err: error }, 'a file that is kept no longer could not be removed');
        }
      }
  }

  const rounds = createRounds(context, 'clearing files of reports', wakes, round, () => {});
  rounds.start();
  return rounds;
}

const reasons = { age: 'they are old', size: 'newer ones need the room' };

/** A fact for each objective and reason. */
function removed(over: Expired[]): NewEvent[] {
  return [...Map.groupBy(over, ({ row, why }) => `${row.objective} ${why}`).values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const { row, why } = first;
    return {
      kind: 'artifacts.removed' as const,
      product: row.product,
      objective: row.objective,
      text: `${count(same.length, 'file')} of the report of ${row.objective} ${same.length === 1 ? 'is' : 'are'} kept no longer: ${reasons[why]}.`,
      data: { n: same.map((one) => one.row.n), why },
    };
  });
}
