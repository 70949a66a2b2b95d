// What the fleet uses of what it may use, and what it runs on.
import { bytes, count, decimal, duration, usd } from '../common/units.ts';
import type { FleetStatus } from '../contract/status.ts';
import { errorText } from './error.ts';
import { type Surface, sentence } from './layout.ts';
import { line } from './sanitise.ts';

/** `1 of 2 slots used, memory 1.2 GiB of 4 GiB, CPU 0.8 of 2 cores, $1.20 of $10.00 spent today` */
export function capacityLine(capacity: FleetStatus['capacity']): string {
  const { slots, slotsUsed, liveSessions, maxLiveSessions } = capacity;
  const parts = [`${slotsUsed} of ${count(slots, 'slot')} used`];
  if (liveSessions !== slotsUsed) parts.push(`${liveSessions} of ${maxLiveSessions} sessions live`);
  parts.push(...used('memory ', capacity.memoryBytes, capacity.maxMemoryBytes, bytes));
  parts.push(...used('CPU ', capacity.cpuCores, capacity.maxCpuCores, decimal, ' cores'));
  if (capacity.container?.memoryBytes != null)
    parts.push(`${bytes(capacity.container.memoryBytes)} in use where they run`);
  parts.push(...spent(capacity));
  return parts.join(', ');
}

/** Nothing is said where there is no limit and nothing was spent. */
function spent({ spentTodayUsd, maxCostUsdPerDay, today }: FleetStatus['capacity']): string[] {
  if (today.unpriced === 0 && maxCostUsdPerDay === null && !spentTodayUsd) return [];
  const limit = (word: string) => (maxCostUsdPerDay === null ? '' : `${word} ${usd(maxCostUsdPerDay)}`);
  const money =
    spentTodayUsd === null
      ? `what was spent today is not known${limit(', the limit is')}`
      : `${today.unpriced > 0 ? 'at least ' : ''}${usd(spentTodayUsd)}${limit(' of')} spent today`;
  const unpriced = unpricedText(today);
  return [unpriced === null ? money : `${money} (${unpriced})`];
}

/** Where a cost is not known, tokens are what can be told; null: every cost is known. */
export function unpricedText({ unpriced, turns, tokens }: FleetStatus['capacity']['today']): string | null {
  if (unpriced === 0) return null;
  const what = turns === 0 ? count(unpriced, 'session') : `${unpriced} of the sessions and monitors`;
  return `the price of ${what} is not known${tokens === null ? '' : `; ${tokens.toLocaleString('en-US')} tokens in all`}`;
}

function used(
  label: string,
  now: number | null,
  most: number | null,
  say: (n: number) => string,
  unit = '',
): string[] {
  if (now === null) return most === null ? [] : [`${label}not measured yet, limit ${say(most)}${unit}`];
  return [`${label}${say(now)}${most === null ? '' : ` of ${say(most)}`}${unit}`];
}

/** What is wrong with the whole fleet, first things first; nothing when all is well. */
export function alarms(surface: Surface, status: FleetStatus): string[] {
  const { runtime, registry } = status;
  const found: string[] = [];
  if (runtime.state !== 'connected') {
    const what = runtime.state === 'lost' ? 'The runtime is lost' : 'The runtime is not connected yet';
    const why = runtime.error ? ` ${errorText(surface, runtime.error)}` : '';
    found.push(
      sentence(
        surface,
        `${what} (${line(runtime.description)}): what follows is what was last seen.${why}`,
        'bad',
      ),
    );
  }
  for (const { name, state, error } of status.runtimes ?? [])
    if (state !== 'connected' && runtime.state === 'connected')
      found.push(
        sentence(
          surface,
          `${name} is out of reach: what is there waits, and others go on.${error ? ` ${surface.line(error.message, 300)}` : ''}`,
          'bad',
        ),
      );
  if (status.journal.error)
    found.push(
      sentence(surface, `Nothing can be written down. ${errorText(surface, status.journal.error)}`, 'bad'),
    );
  if (status.clock) {
    const { byMs } = status.clock;
    const way = byMs > 0 ? 'forward' : 'back';
    found.push(
      sentence(
        surface,
        `The clock went ${way} by ${duration(Math.abs(byMs))}: everything was looked at again; ages and times around it may be wrong.`,
        'warn',
      ),
    );
  }
  for (const problem of registry.problems)
    found.push(sentence(surface, `${line(registry.file)}: ${surface.line(problem, 1000)}`, 'warn'));
  return found;
}

/** What `ov` is and whether that is real; '' while nobody can say (then alarms() speaks). */
export function runtimeLine(surface: Surface, runtime: FleetStatus['runtime']): string {
  if (runtime.state !== 'connected') return '';
  const version = runtime.ovVersion === null ? 'ov not found' : `ov ${surface.line(runtime.ovVersion, 40)}`;
  if (runtime.simulated)
    return sentence(
      surface,
      `Simulated: ${version} here is the simulator, so no real workers run and nothing is spent.`,
      'warn',
    );
  return sentence(surface, `Runs on: ${line(runtime.description)}, ${version}.`, 'dim');
}
