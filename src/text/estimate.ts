// What a run is expected to take, what it took, and how far apart the two were.

import { bytes, cores, count, duration, usd } from '../common/units.ts';
import type { OutcomeView, Prediction } from '../contract/outcomes.ts';
import type { EstimateView } from '../contract/plans.ts';
import { paragraphs, rows, type Surface, sentence } from './layout.ts';

const percent = (share: number) => `${Math.round(share * 100)} %`;

const learnedFrom: Record<Prediction['basis'], string> = {
  'product and kind': 'of this kind here',
  product: 'on this product',
  'type and kind': 'of this kind on products of this type',
  type: 'on products of this type',
};

/** `about 12 min, 9 of 10 within 20 min; $0.40, within $1.10; learned from 7 runs of this kind here` */
export function predictionLine({ workMs, costUsd, runs, basis }: Prediction): string {
  const money = costUsd ? `; ${usd(costUsd.p50)}, within ${usd(costUsd.p90)}` : '';
  return `about ${duration(workMs.p50)}, 9 of 10 within ${duration(workMs.p90)}${money}; learned from ${count(runs, 'run')} ${learnedFrom[basis]}`;
}

export function estimateText(surface: Surface, view: EstimateView): string {
  const { prediction, reserves, score, expectedStart } = view;
  const inMs = expectedStart === null ? null : Date.parse(expectedStart) - surface.nowMs;
  const facts: [string, string][] = [
    ['start', inMs === null ? 'cannot be told' : inMs < 1_000 ? 'now' : `in about ${duration(inMs)}`],
    ['takes', prediction ? predictionLine(prediction) : 'not known: nothing alike has finished yet'],
    ...directWays(view).map(({ name, head }): [string, string] => [name, head]),
    ...(prediction?.workers
      ? [
          ['workers', `about ${prediction.workers.p50}, at most ${prediction.workers.p90}`] as [
            string,
            string,
          ],
        ]
      : []),
    [
      'reserves',
      `${bytes(reserves.memoryBytes)}, ${cores(reserves.cpuCores)}${reserves.costUsd === null ? '' : `, ${usd(reserves.costUsd)}`}`,
    ],
    [
      'so far',
      score
        ? `the last ${count(score.runs, 'estimate')} were off by ${percent(score.medianError)} in the middle, ${percent(score.withinP90)} stayed within the 9 of 10`
        : 'no estimate has been put to the test',
    ],
  ];
  return paragraphs(
    sentence(
      surface,
      `One more objective of kind ${surface.line(view.kind, 40)} on ${surface.line(view.product, 50)}:`,
    ),
    rows(
      surface,
      facts.map(([name, head]) => ({ name, state: '', tone: 'dim', head, notes: [] })),
    ),
  );
}

/** What one worker without a coordinator would take: `direct, scout` and `direct, builder`. */
export const directWays = ({ direct }: EstimateView): { name: string; head: string }[] =>
  direct.map(({ by, prediction }) => ({
    name: `direct, ${by}`,
    head: prediction ? predictionLine(prediction) : `not known: no ${by} has finished here yet`,
  }));

/** `fix, 12 min of work (expected 10 min), $0.40, 3 workers, 512 MiB, 4 min of yours for 1 gate` */
export function outcomeNote(outcome: OutcomeView): string {
  const { kind, workMs, predicted, costUsd, workers, peakMemoryBytes, gates, humanMs } = outcome;
  return [
    kind,
    `${duration(workMs)} of work${predicted ? ` (expected ${duration(predicted.workMs.p50)})` : ''}`,
    costUsd === null ? '' : usd(costUsd),
    workers === null ? '' : count(workers, 'worker'),
    peakMemoryBytes === null ? '' : bytes(peakMemoryBytes),
    gates > 0 ? `${duration(humanMs)} of yours for ${count(gates, 'gate')}` : '',
  ]
    .filter(Boolean)
    .join(', ');
}
