// The form that gives a product work, with what it would take and wait for, told before it is sent.
import { randomUUID } from 'node:crypto';
import { bytes, cores, duration, usd } from '../../common/units.ts';
import { maxObjectiveBytes } from '../../contract/limits.ts';
import type { EstimateView, PlanReply } from '../../contract/plans.ts';
import { directWays, predictionLine } from '../../text/estimate.ts';
import { line } from '../../text/sanitise.ts';
import type { Said } from '../act.ts';
import type { Frame } from '../frame.ts';
import { Page } from './layout.tsx';
import { RefusedIn } from './note.tsx';
import { FactList } from './parts.tsx';

/** What one more objective would come to. */
export interface Forecast {
  estimate: EstimateView;
  plan: PlanReply;
}

/** @param props.product  the one of its page; without it, one of all is chosen */
export function StartForm(props: {
  frame: Frame;
  product?: string;
  typed?: Said;
  forecast?: Forecast | null;
  heading?: boolean;
}) {
  const { frame, product, typed = {} } = props;
  const startable = frame.status.products.filter(({ overstory }) => overstory).map(({ name }) => name);
  if (product === undefined && startable.length === 0) return null;
  return (
    <form method="post" action="/start" class="card answer" id="start" data-keep-while-open data-estimates>
      {props.heading !== false && <h2>Start an objective</h2>}
      <RefusedIn frame={frame} of={['start']} />
      <input type="hidden" name="key" value={typed.key ?? randomUUID()} />
      {product === undefined ? (
        <>
          <label for="start-product">Product</label>
          <select id="start-product" name="product">
            {startable.map((name) => (
              <option selected={name === typed.product}>{name}</option>
            ))}
          </select>
        </>
      ) : (
        <input type="hidden" name="product" value={product} />
      )}
      <label for="start-text">What should be done</label>
      <textarea id="start-text" name="text" rows={3} required maxlength={maxObjectiveBytes}>
        {typed.text ?? ''}
      </textarea>
      <label for="start-direct">Who does it</label>
      <select id="start-direct" name="direct">
        <option value="">A coordinator, with its workers</option>
        <option value="scout" selected={typed.direct === 'scout'}>
          One scout: it reads and reports
        </option>
        <option value="builder" selected={typed.direct === 'builder'}>
          One builder: a small change
        </option>
      </select>
      <details class="more" open={Boolean(typed.acceptance || typed.needs)}>
        <summary>When is it done, and what must be done first</summary>
        <label for="start-acceptance">It is done when</label>
        <input
          id="start-acceptance"
          name="acceptance"
          maxlength={16_384}
          value={typed.acceptance ?? ''}
          autocomplete="off"
        />
        <label for="start-needs">After these are done</label>
        <input
          id="start-needs"
          name="needs"
          value={typed.needs ?? ''}
          placeholder="obj-3, obj-4"
          autocomplete="off"
        />
      </details>
      <div id="estimate" aria-live="polite">
        {props.forecast && <ForecastOf {...props.forecast} />}
      </div>
      <p class="verdicts">
        <button type="submit" name="act" value="start" class="main">
          Start
        </button>
        <button type="submit" name="act" value="estimate" formnovalidate>
          What would it take?
        </button>
      </p>
    </form>
  );
}

function ForecastOf({ estimate, plan }: Forecast) {
  const { prediction, reserves } = estimate;
  const mine = plan.starts.find(({ objective }) => objective === 'new-1');
  const held = plan.waits.find(({ objective }) => objective === 'new-1');
  const inMs = mine === undefined ? null : Date.parse(mine.start) - Date.parse(plan.at);
  const waits = held?.line ?? mine?.line ?? null;
  const facts: [string, string][] = [
    ['Starts', inMs === null ? 'cannot be told' : inMs < 1_000 ? 'now' : `in about ${duration(inMs)}`],
    [
      'Waits for',
      waits === null
        ? ''
        : line(waits)
            .replace(/^new-1 on \S+ (waits for )?/, '')
            .replace(/\.$/, ''),
    ],
    ['Takes', prediction ? predictionLine(prediction) : 'not known: nothing like it is over yet'],
    ...directWays(estimate).map(({ name, head }): [string, string] => [
      name === 'direct, scout' ? 'By one scout' : 'By one builder',
      head,
    ]),
    [
      'Reserves',
      [
        bytes(reserves.memoryBytes),
        cores(reserves.cpuCores),
        reserves.costUsd === null ? '' : usd(reserves.costUsd),
      ]
        .filter(Boolean)
        .join(', '),
    ],
  ];
  return (
    <>
      <h3>What it would take</h3>
      <FactList facts={facts} />
    </>
  );
}

export function StartPage(props: { frame: Frame; typed: Said; forecast: Forecast | null }) {
  return (
    <Page
      title="Start an objective"
      trail={[{ text: 'Start an objective' }]}
      frame={props.frame}
      summary="Start an objective"
    >
      <div class="narrow">
        <h1>Start an objective</h1>
        <StartForm {...props} heading={false} />
      </div>
    </Page>
  );
}
