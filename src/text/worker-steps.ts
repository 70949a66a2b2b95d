// What an agent does, a line for each step.
import type { WorkerStep, WorkerSteps } from '../contract/workers.ts';
import { type Surface, sentence } from './layout.ts';
import { block, line } from './sanitise.ts';

const words = {
  says: 'says',
  tool: 'uses',
  answer: 'answered',
  ends: 'ends its turn',
  session: 'session',
  other: 'notes',
} as const;

/** `says`, `uses Bash`, `failed` */
export const stepWords = ({ kind, tool, failed }: WorkerStep): string =>
  [failed && kind !== 'tool' ? 'failed' : words[kind], tool === null ? '' : line(tool)]
    .filter(Boolean)
    .join(' ');

/** Oldest first, as a log; times in UTC. */
export function workerStepsText(surface: Surface, { product, worker, steps }: WorkerSteps): string {
  if (steps.length === 0)
    return sentence(
      surface,
      `overstory wrote nothing down of ${surface.line(worker, 50)} of ${product} in the last half hour.`,
    );
  return steps
    .map(
      (step) =>
        `${step.at.slice(11, 19)} UTC  ${surface.paint(step.failed ? 'bad' : 'dim', stepWords(step))}  ${block(step.text).replaceAll('\n', '\n    ')}`,
    )
    .join('\n');
}
