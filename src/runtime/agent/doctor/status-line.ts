// A status line of the human's hides that Claude Code works: `esc to interrupt` makes room for it (seen on 2.1.112; 2.1.332
// shows both). By that `ov nudge` knows a busy coordinator, and else types into its turn. The fleet also knows it by the spinner.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { older } from '../../../overstory/pairs.ts';
import { object } from '../../bootstrap/claude-file.ts';
import type { Place } from '../maintenance/place.ts';
import { configFolder } from '../usage/folders.ts';
import { ask, type Check, ok } from './check.ts';

/** The first that is known to show both. */
const showsBoth = [2, 1, 332] as const;

export const statusLine: Check<Place> = {
  name: 'status-line',
  async look({ folder, ov }) {
    if ((await ov.features()).simulated) return ok('none drawn by the simulator');
    const file = await settingsWithOne(folder);
    if (file === null) return ok('none is configured: a busy coordinator is known by its own');
    const found = await ask('claude', '--version');
    // The check of Claude Code itself says why.
    if ('problem' in found)
      return ok(`one is configured in ${file}; the version of Claude Code is not known`);
    const version = found.version.join('.');
    if (!older(found.version, showsBoth))
      return ok(`one is configured in ${file}; ${version} shows beside it that it works`);
    const concern = {
      code: 'CLAUDE_STATUS_LINE',
      wastes: false,
      says: `Expected Claude Code's own status line, got one of ${file}: Claude Code ${version} no longer shows with it that it can be interrupted, and \`ov nudge\` types into a coordinator that works.`,
      mend: `Take \`statusLine\` out of ${file}, or use Claude Code ${showsBoth.join('.')}, which shows both.`,
    };
    return { state: 'warning', says: `${concern.code}: ${concern.says}`, mend: concern.mend };
  },
};

/** As Claude Code looks for it in a product's root: the nearest first. */
async function settingsWithOne(folder: string): Promise<string | null> {
  const own = join(folder, '.claude');
  const files = [
    join(own, 'settings.local.json'),
    join(own, 'settings.json'),
    join(configFolder(), 'settings.json'),
  ];
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch(() => '{}');
    if (setsOne(text)) return file;
  }
  return null;
}

function setsOne(text: string): boolean {
  try {
    return Object.keys(object(object(JSON.parse(text)).statusLine)).length > 0;
  } catch {
    // No JSON says nothing: to Claude Code neither.
    return false;
  }
}
