// What a human says of a product's priority: a number or its word, or whom its next objective is to pass.
import { FleetError } from '../../common/errors.ts';
import { priorityFor } from '../../scheduler/index.ts';
import type { FleetContext } from '../context.ts';
import { priorityValue } from '../decide/limits.ts';
import { schedulerState } from '../decide/scheduler-state.ts';

/**
 * @param value high, medium, low, 1 to 100, `before obj-7`, `after obj-7`, or `default` for what products.yaml says
 * @returns 1 to 100; null: what products.yaml says
 * @throws FleetError PRIORITY_INVALID, also where no priority puts it there
 */
export function priorityAsked(context: FleetContext, product: string, value: string | number): number | null {
  if (value === 'default') return null;
  const [, side, objective] = /^(before|after)\s+(obj-\d+)$/.exec(String(value).trim().toLowerCase()) ?? [];
  if (side === undefined || objective === undefined) return priorityValue(value);
  const found = priorityFor(schedulerState(context), product, side as 'before' | 'after', objective);
  if (found !== null) return found;
  throw new FleetError({
    code: 'PRIORITY_INVALID',
    product,
    message: `Expected a priority from 1 to 100 that puts ${product} ${side} ${objective} in the queue, got none.`,
    mend: 'Both must wait, on two products; what has waited for long passes every priority, and with `strategy: fifo` arrival alone counts.',
  });
}
