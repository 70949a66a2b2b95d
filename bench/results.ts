// The file that keeps the last result of each group.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Figure } from './figure.ts';
import type { Machine } from './machine.ts';

export interface Results {
  [group: string]: {
    at: string;
    quick: boolean;
    machine: Machine;
    figures: Figure[];
    /** the older build that ran beside this one */
    beside?: string;
  };
}

export const resultsFile = join(import.meta.dirname, 'results/latest.json');

/** Read just before it is written again: a long group may run beside others. */
export const readResults = (): Results =>
  existsSync(resultsFile) ? JSON.parse(readFileSync(resultsFile, 'utf8')) : {};
