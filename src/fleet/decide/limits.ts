// The words of `cap` and of `plan --with`: what may be limited, in which units people write it.
import { FleetError } from '../../common/errors.ts';
import { bytes, cores, usd } from '../../common/units.ts';
import type { CapValue } from './live-changes.ts';

export type CapName = 'slots' | 'live' | 'memory' | 'cpu' | 'cost';

/** As products.yaml calls them, beside the short word. */
const names: Record<CapName, readonly string[]> = {
  slots: ['max_concurrent_sessions'],
  live: ['max_live_sessions'],
  memory: ['max_memory_gb'],
  cpu: ['max_cpu_percent', 'max_cpu_cores'],
  cost: ['max_cost_usd_per_day'],
};
const ofFleet: readonly CapName[] = ['slots', 'live', 'memory', 'cpu', 'cost'];
const ofProduct: readonly CapName[] = ['memory', 'cpu', 'cost'];

function invalid(expected: string, got: string, mend: string): FleetError {
  return new FleetError({
    code: 'CAP_INVALID',
    message: `Expected ${expected}, got ${JSON.stringify(got.slice(0, 60))}.`,
    mend,
  });
}

/** @throws FleetError CAP_INVALID */
export function capName(word: string, scope: 'fleet' | 'product'): CapName {
  const known = scope === 'fleet' ? ofFleet : ofProduct;
  const typed = word.trim().toLowerCase();
  const found = known.find((name) => name === typed || names[name].includes(typed));
  if (found) return found;
  throw invalid(
    `a limit of ${scope === 'fleet' ? 'the fleet' : 'a product'} (${known.join(', ')})`,
    word,
    scope === 'product' && ofFleet.some((name) => name === typed)
      ? `Only the fleet has ${typed}: \`fleet cap fleet ${typed} …\`.`
      : 'Use one of these, e.g. `fleet cap fleet slots 3`.',
  );
}

const gib = 1_073_741_824;
const most = 1_000_000;

/**
 * `4`, `512m`, `80%`, `$20`, or `none` for no limit.
 * @returns sessions, bytes, percent (CPU of the fleet), cores (CPU of a product) or USD per day
 * @throws FleetError CAP_INVALID
 */
export function capValue(name: CapName, scope: 'fleet' | 'product', text: string): CapValue {
  const typed = text.trim().toLowerCase();
  const counted = name === 'slots' || name === 'live';
  if (typed === 'none' && !counted) return { limit: null };
  const expected = {
    slots: 'a whole number of sessions from 0 to 1000',
    live: 'a whole number of sessions from 0 to 1000',
    memory: 'GiB (4, 1.5) or MiB (512m), or none',
    cpu: scope === 'fleet' ? 'percent of the cores from 0 to 100, or none' : 'cores (2, 0.5), or none',
    cost: 'USD a day (20, $7.50), or none',
  }[name];
  const [, number = '', unit = ''] =
    /^\$?(\d{1,9}(?:\.\d{1,6})?)\s*(%|g|gb|gib|m|mb|mib|cores?|usd)?$/.exec(typed) ?? [];
  const value = number === '' ? Number.NaN : Number(number);
  const fits = {
    slots: Number.isInteger(value) && value <= 1000 && unit === '',
    live: Number.isInteger(value) && value <= 1000 && unit === '',
    memory: /^(g|m|$)/.test(unit),
    cpu: scope === 'fleet' ? value <= 100 && /^%?$/.test(unit) : /^(cores?)?$/.test(unit),
    cost: /^(usd)?$/.test(unit),
  }[name];
  if (!(value <= most) || !fits || (typed.startsWith('$') && name !== 'cost'))
    throw invalid(expected, text, 'Write it like that, or `default` for what products.yaml says.');
  return { limit: name !== 'memory' ? value : value * (unit.startsWith('m') ? 1_048_576 : gib) };
}

/** As people read it. */
export function capText(name: string, scope: 'fleet' | 'product', { limit }: CapValue): string {
  if (limit === null) return 'no limit';
  if (name === 'memory') return bytes(limit);
  if (name === 'cpu') return scope === 'fleet' ? `${limit} %` : cores(limit);
  return name === 'cost' ? `${usd(limit)} a day` : String(limit);
}

/** high = 80, medium = 50, low = 20, as in products.yaml. @throws FleetError PRIORITY_INVALID */
export function priorityValue(value: string | number): number {
  const word = String(value).trim().toLowerCase();
  const number = { high: 80, medium: 50, low: 20 }[word] ?? (/^\d{1,3}$/.test(word) ? Number(word) : 0);
  if (number >= 1 && number <= 100) return number;
  throw new FleetError({
    code: 'PRIORITY_INVALID',
    message: `Expected high, medium, low or a whole number from 1 to 100, got ${JSON.stringify(word.slice(0, 60))}.`,
    mend: 'Use one of these, `before obj-7`, `after obj-7`, or `default` for what products.yaml says.',
  });
}
