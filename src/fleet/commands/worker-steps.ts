// Events of overstory's books → the steps of an agent, as they are shown.
import type { WorkerStep, WorkerSteps } from '../../contract/workers.ts';
import type { ReplyOf } from '../../overstory/commands/index.ts';
import { cleanLine } from '../../overstory/sanitize.ts';
import { stepText } from '../../overstory/step-text.ts';
import type { Product } from '../../registry/registry.ts';
import type { FleetContext } from '../context.ts';

const kinds: Record<string, WorkerStep['kind']> = {
  progress: 'says',
  tool_start: 'tool',
  tool_end: 'answer',
  result: 'ends',
  error: 'ends',
  session_start: 'session',
  session_end: 'session',
};
const mostNameCharacters = 60;
const shownMs = 30 * 60_000;
const mostSteps = 200;

/** @throws FleetError as `ov feed` does; OV_BAD_ARGUMENT for what is no agent's name */
export async function workerSteps(
  { runtime, clock }: Pick<FleetContext, 'runtime' | 'clock'>,
  product: Product,
  worker: string,
): Promise<WorkerSteps> {
  const since = new Date(clock.nowMs() - shownMs).toISOString();
  const events = await runtime.ov(product, 'feed', { agent: worker, since });
  return { product: product.name, worker, steps: stepsOf(events, mostSteps) };
}

/** Read again here: whoever has the other end of the channel writes what comes. */
export function stepsOf({ events }: ReplyOf<'feed'>, most: number): WorkerStep[] {
  return events.slice(-most).flatMap(({ eventType, toolName, toolArgs, level, data, createdAt }) => {
    const atMs = Date.parse(/[Zz]|[+-]\d\d:\d\d$/.test(createdAt) ? createdAt : `${createdAt}Z`);
    if (Number.isNaN(atMs)) return [];
    const kind = kinds[eventType] ?? 'other';
    return {
      at: new Date(atMs).toISOString(),
      kind,
      tool: toolName === null ? null : cleanLine(toolName).slice(0, mostNameCharacters).toWellFormed(),
      text:
        (kind === 'session'
          ? cleanLine(eventType.replace('_', ' '))
          : (stepText(toolArgs) ?? stepText(data))) ?? '',
      failed: level === 'error',
    };
  });
}
