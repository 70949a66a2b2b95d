// The processes of a product whose folder, or whose `.overstory`, was moved away: they work where it is now, and overstory
// told them where it was.
import { liesUnder } from './confine.ts';
import { environmentOf, type ProcessEntry } from './processes.ts';

const variable = 'OVERSTORY_WORKTREE_PATH=';

/** Puts those that work in no product back to where they were told to work. @param roots  of products, resolved */
export async function backToTheirFolder(entries: ProcessEntry[], roots: string[]): Promise<ProcessEntry[]> {
  const inside = (path: string) => roots.some((root) => path === root || liesUnder(root, path));
  return await Promise.all(
    entries.map(async (entry) => {
      if (entry.cwd === null || inside(entry.cwd)) return entry;
      const told = (await environmentOf(entry.pid)).find((one) => one.startsWith(variable));
      const path = told?.slice(variable.length) ?? '';
      return path !== '' && inside(path) ? { ...entry, cwd: path } : entry;
    }),
  );
}
