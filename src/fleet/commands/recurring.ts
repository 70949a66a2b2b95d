// What a human may say about recurring work. The model may not: what runs again and again is a human's word.
import type { z } from 'zod';
import { FleetError } from '../../common/errors.ts';
import type { ObjectiveView } from '../../contract/objectives.ts';
import type { everyRequestSchema, RecurringView } from '../../contract/recurring.ts';
import type { Source } from '../../contract/source.ts';
import type { EventData, NewEvent } from '../../journal/events.ts';
import { recurringDue, recurringSeen } from '../../journal/recurring/facts.ts';
import type { Recurring } from '../../journal/recurring/store.ts';
import { isCron, isTimeZone, nextRunsMs } from '../../registry/calendar.ts';
import type { Product, Recurrence } from '../../registry/registry.ts';
import type { FleetContext } from '../context.ts';
import { anchorMs } from './due.ts';
import { humanOnly } from './human-only.ts';
import type { Commands } from './objectives.ts';
import { openStates } from './recurring-due.ts';

const shownRuns = 3;
/** Each is looked at whenever one is due. */
const mostRecurring = 200;
const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

export type RecurringCommands = ReturnType<typeof createRecurring>;

export function createRecurring(
  { journal, registry, clock }: Pick<FleetContext, 'journal' | 'registry' | 'clock'>,
  {
    requireProduct,
    acceptText,
    start,
  }: {
    requireProduct(name: string): Product;
    acceptText(text: string, product: string): string;
    start: Commands['start'];
  },
) {
  const store = journal.recurring;
  const all = () => store.all(registry.current());

  function view({ recurrence, row }: Recurring): RecurringView {
    const now = clock.nowMs();
    const fromMs = Math.max(now, anchorMs(row?.lastDueMs ?? now, now));
    return {
      name: recurrence.name,
      product: recurrence.product,
      every: recurrence.cron,
      timeZone: recurrence.timeZone,
      objective: recurrence.text,
      acceptance: recurrence.acceptance,
      missed: recurrence.missed,
      from: row?.recurrence ? 'chat' : 'products.yaml',
      paused: iso(row?.pausedMs ?? null),
      next: row?.pausedMs
        ? []
        : nextRunsMs(recurrence, shownRuns, fromMs).map((ms) => new Date(ms).toISOString()),
      lastObjective: row?.lastObjective ?? null,
      runs: row?.runs ?? 0,
      skipped: row?.skipped ?? 0,
      missedRuns: row?.missed ?? 0,
    };
  }

  function require(name: string): Recurring {
    const found = all().find(({ recurrence }) => recurrence.name === name);
    if (found) return found;
    throw new FleetError({
      code: 'RECURRING_UNKNOWN',
      message: `Expected the name of something that recurs, got "${name}".`,
      mend: 'List them with `fleet recurring`.',
    });
  }

  /** @throws FleetError RECURRING_OF_FILE for one of products.yaml */
  function requireOurs({ recurrence, row }: Recurring): Recurrence {
    if (row?.recurrence) return recurrence;
    const { name, product } = recurrence;
    throw new FleetError({
      code: 'RECURRING_OF_FILE',
      product,
      message: `${name} stands in products.yaml, which the fleet never writes.`,
      mend: `Change it or take it out there, or pause it: \`fleet recurring pause ${name}\`.`,
    });
  }

  const freeName = (product: string): string => {
    const taken = new Set(all().map(({ recurrence }) => recurrence.name));
    for (let n = 1; ; n++)
      if (!taken.has(`${product.slice(0, 36)}-${n}`)) return `${product.slice(0, 36)}-${n}`;
  };

  return {
    list: (): RecurringView[] => all().map(view),

    /** @throws FleetError CRON_INVALID, TIME_ZONE_INVALID, RECURRING_EXISTS, RECURRING_OF_FILE, RECURRING_FULL, PRODUCT_UNKNOWN, HUMAN_ONLY */
    every(request: z.infer<typeof everyRequestSchema>): RecurringView {
      humanOnly(request.source, 'sets up recurring work', '/fleet every "0 9 * * 1-5" <product> <objective>');
      const product = requireProduct(request.product);
      const cron = request.every.trim().replace(/\s+/g, ' ');
      if (!isCron(cron))
        throw new FleetError({
          code: 'CRON_INVALID',
          product: product.name,
          message: `Expected five fields (minute hour day month weekday) that some day fits, got ${JSON.stringify(cron.slice(0, 60))}.`,
          mend: 'For example "0 9 * * 1-5": at 9 on weekdays.',
        });
      if (!isTimeZone(request.timeZone))
        throw new FleetError({
          code: 'TIME_ZONE_INVALID',
          product: product.name,
          message: `Expected a time zone such as Europe/Berlin, got ${JSON.stringify(request.timeZone.slice(0, 60))}.`,
          mend: 'Use a name of the IANA list, or leave it out for UTC.',
        });
      const name = request.name ?? freeName(product.name);
      const had = all().find(({ recurrence }) => recurrence.name === name);
      if (had && request.replace) requireOurs(had);
      if (had && !request.replace)
        throw new FleetError({
          code: 'RECURRING_EXISTS',
          product: product.name,
          message: `Expected a name that nothing has that recurs, got "${name}".`,
          mend: `Use another name, or take that one away first: \`fleet recurring delete ${name}\`.`,
        });
      if (!had && all().length >= mostRecurring)
        throw new FleetError({
          code: 'RECURRING_FULL',
          product: product.name,
          message: `Expected at most ${mostRecurring} things that recur, got one more.`,
          mend: 'End one first: `fleet recurring`, `fleet recurring delete <name>`. If nobody asked for this much, look into the gateway: docs/security.md.',
        });
      const text = acceptText(request.text, product.name);
      const { timeZone, missed, acceptance, source } = request;
      const recurrence = { name, product: product.name, cron, timeZone, text, acceptance, missed };
      journal.record(recurringSet(product.name, { name, source, recurrence }));
      return view(require(name));
    },

    pause(name: string, source: Source): RecurringView {
      humanOnly(source, 'pauses recurring work', `/fleet recurring pause ${name}`);
      const { recurrence, row } = require(name);
      if (row?.pausedMs === null)
        journal.record({
          kind: 'recurring.paused',
          product: recurrence.product,
          text: `${name} on ${recurrence.product} is paused.`,
          data: { name, source },
        });
      return view(require(name));
    },

    resume(name: string, source: Source): RecurringView {
      humanOnly(source, 'resumes recurring work', `/fleet recurring resume ${name}`);
      const { recurrence, row } = require(name);
      if (row?.pausedMs)
        journal.record({
          kind: 'recurring.resumed',
          product: recurrence.product,
          text: `${name} on ${recurrence.product} goes on.`,
          data: { name, source },
        });
      return view(require(name));
    },

    /**
     * Once, now: its calendar goes on as it is.
     * @throws FleetError RECURRING_UNKNOWN, RECURRING_OPEN, HUMAN_ONLY, and as a start of its objective does
     */
    run(name: string, source: Source): ObjectiveView {
      humanOnly(source, 'runs recurring work', `/fleet recurring run ${name}`);
      const { recurrence, row } = require(name);
      const { product, text, acceptance } = recurrence;
      const last = row?.lastObjective ? journal.objective(row.lastObjective) : null;
      if (last !== null && openStates.has(last.state))
        throw new FleetError({
          code: 'RECURRING_OPEN',
          product,
          message: `Expected the last run of ${name} to be over, got ${last.id}, which is ${last.state}.`,
          mend: `Wait for it, or end it first: \`fleet cancel ${last.id}\`.`,
        });
      const started = start({ product, text, acceptance, needs: [], source, idempotencyKey: null });
      if (row === null) journal.record(recurringSeen(recurrence));
      const dueMs = row?.lastDueMs ?? clock.nowMs();
      const said = `run now: ${started.id} is ${started.state}.`;
      journal.record(
        recurringDue(product, said, { name, dueMs, objective: started.id, skipped: null, missed: 0 }),
      );
      return started;
    },

    /** What it was. @throws FleetError RECURRING_OF_FILE */
    delete(name: string, source: Source): RecurringView {
      humanOnly(source, 'ends recurring work', `/fleet recurring delete ${name}`);
      const found = require(name);
      const { product } = requireOurs(found);
      const was = view(found);
      journal.record(recurringSet(product, { name, recurrence: null, source }));
      return was;
    },
  };
}

/** Recurs from now on, or no more. */
function recurringSet(product: string, data: EventData['recurring.set']): NewEvent {
  const { name, recurrence } = data;
  const says = recurrence
    ? `recurs from now on: ${recurrence.cron} (${recurrence.timeZone}).`
    : 'does not recur any more.';
  return { kind: 'recurring.set', product, text: `${name} on ${product} ${says}`, data };
}
