// Text in which what has a page leads to it: objectives, their branches, gates, and files that an objective changed.
import { gateHref, objectiveHref } from './hrefs.ts';

/**
 * An objective or its branch, a gate, or what may be a path. A path begins where a word does: looked for from each of its
 * characters, one long word of a worker would take seconds.
 */
const places =
  /\b(?:fleet\/)?(obj-\d+)\b|\bgate (\d+)\b|(?<![\w@.~-])(?:[\w@.~-]+(?:\/[\w@.~-]+)*\.\w+|[\w@.~-]+(?:\/[\w@.~-]+)+)/gi;

/**
 * @param text   fit to be shown: line() or block() has been at it
 * @param files  where a file is shown, by its path
 */
export function Linked({ text, files }: { text: string; files?: ReadonlyMap<string, string> }) {
  const parts = [];
  let at = 0;
  for (const found of text.matchAll(places)) {
    const [whole, objective, gate] = found;
    const href = objective
      ? objectiveHref(objective.toLowerCase())
      : gate
        ? gateHref(Number(gate))
        : files?.get(whole);
    if (href === undefined) continue;
    parts.push(
      text.slice(at, found.index),
      <a class={files?.has(whole) ? 'ref' : 'ref name'} href={href}>
        {whole}
      </a>,
    );
    at = found.index + whole.length;
  }
  parts.push(text.slice(at));
  return <>{parts}</>;
}
