// Needs make a DAG across products. Whoever accepts an objective refuses the one that would close a circle.

/**
 * A circle in `needs`, or null. Ids that are not in the list are leaves.
 *
 * @returns the ids around the circle, the first one again at the end: `['obj-1', 'obj-2', 'obj-1']`
 */
export function findCycle(
  objectives: readonly { readonly id: string; readonly needs: readonly string[] }[],
): string[] | null {
  const needsOf = new Map(objectives.map(({ id, needs }) => [id, needs]));
  const cleared = new Set<string>();
  for (const { id } of objectives) {
    // Depth first without recursion: a chain may be ten thousand long.
    const path: { id: string; next: number }[] = [{ id, next: 0 }];
    const onPath = new Set([id]);
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const need = cleared.has(top.id) ? undefined : needsOf.get(top.id)?.[top.next++];
      if (need === undefined) {
        cleared.add(top.id);
        onPath.delete(top.id);
        path.pop();
      } else if (onPath.has(need)) {
        const from = path.findIndex((step) => step.id === need);
        return [...path.slice(from).map((step) => step.id), need];
      } else {
        path.push({ id: need, next: 0 });
        onPath.add(need);
      }
    }
  }
  return null;
}
