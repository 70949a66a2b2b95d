// Whose process is whose: by working directory under a product's root, and where that says nothing by
// the process tree. The tmux server carries the panes of all products and counts for none of them;
// neither do this agent, what it runs to look at products, and whatever started it. The `ov serve` that it
// keeps for a product is the product's, with the workers' turns that it starts.
import { liesUnder } from './confine.ts';
import type { ProcessEntry } from './processes.ts';

export interface ProductRoot {
  product: string;
  /** resolved */
  root: string;
}

/** @returns the processes of each product; a product without any has no entry */
export function attribute(
  entries: ProcessEntry[],
  products: ProductRoot[],
  agentPid: number,
  servePids: ReadonlySet<number> = new Set(),
): Map<string, ProcessEntry[]> {
  const byPid = new Map(entries.map((entry) => [entry.pid, entry]));
  const deepestFirst = [...products].sort((a, b) => b.root.length - a.root.length);

  const above = new Set<number>();
  for (let at = byPid.get(agentPid); at !== undefined && !above.has(at.pid); at = byPid.get(at.parent))
    above.add(at.pid);

  const known = new Map<number, string | null>();
  function ownerOf(entry: ProcessEntry): string | null {
    const before = known.get(entry.pid);
    if (before !== undefined) return before;
    // Also ends a walk around a circle, which a pid reused while /proc was read can make.
    known.set(entry.pid, null);
    const owner = decide(entry);
    known.set(entry.pid, owner);
    return owner;
  }
  function belongsToAgent(entry: ProcessEntry): boolean {
    const seen = new Set<number>();
    for (
      let at: ProcessEntry | undefined = entry;
      at !== undefined && !seen.has(at.pid);
      at = byPid.get(at.parent)
    ) {
      if (servePids.has(at.pid)) return false;
      if (at.pid === agentPid) return true;
      seen.add(at.pid);
    }
    return false;
  }
  function decide(entry: ProcessEntry): string | null {
    if (above.has(entry.pid) || entry.command.startsWith('tmux') || belongsToAgent(entry)) return null;
    const { cwd } = entry;
    const home = deepestFirst.find(({ root }) => cwd !== null && (cwd === root || liesUnder(root, cwd)));
    if (home !== undefined) return home.product;
    const parent = byPid.get(entry.parent);
    return parent === undefined ? null : ownerOf(parent);
  }

  const owned = new Map<string, ProcessEntry[]>();
  for (const entry of entries) {
    const owner = ownerOf(entry);
    if (owner === null) continue;
    const list = owned.get(owner);
    if (list === undefined) owned.set(owner, [entry]);
    else list.push(entry);
  }
  return owned;
}
