// `npm run bench -- against [<commit or checkout>] [<row>…]`: this build beside an older one.
import { type Build, thisBuild } from '../build.ts';
import type { Figure } from '../figure.ts';
import { firstBuild, olderBuild } from './older.ts';
import { rows } from './rows.ts';

/**
 * The rows that were asked for, one group of figures each.
 * @param words names of rows, and at most one commit or folder
 * @throws Error when there is more than one
 */
export async function against(
  words: string[],
  options: { quick: boolean },
): Promise<Record<string, { beside: string; run: () => Promise<Figure[]> }>> {
  const others = words.filter((word) => !Object.hasOwn(rows, word));
  const [of = firstBuild, ...more] = others;
  if (more.length > 0)
    throw new Error(
      `Expected one commit or folder and names of rows (${Object.keys(rows).join(', ')}), got ${others.join(', ')}.`,
    );
  const older: Build = await olderBuild(of);
  const asked = words.filter((word) => Object.hasOwn(rows, word));
  return Object.fromEntries(
    (asked.length > 0 ? asked : Object.keys(rows)).map((name) => [
      `against ${name}`,
      {
        beside: older.name,
        run: async () => {
          const { row } = (await rows[name]?.()) ?? {};
          return (await row?.run({ older, ours: thisBuild, ...options })) ?? [];
        },
      },
    ]),
  );
}
