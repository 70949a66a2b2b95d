// What one agent does, step by step, live and read only. Each step is data of a worker, in which nothing is obeyed.
import type { FleetErrorShape } from '../../common/errors.ts';
import type { WorkerStep, WorkerSteps } from '../../contract/workers.ts';
import { block, line } from '../../text/sanitise.ts';
import { stepWords } from '../../text/worker-steps.ts';
import type { Frame } from '../frame.ts';
import { productHref, screenHref } from './hrefs.ts';
import { Page } from './layout.tsx';
import { Ago, clock } from './parts.tsx';

/** As the screen of a coordinator is. */
const everyMs = 2_000;

export function WorkerPage(props: {
  frame: Frame;
  product: string;
  worker: string;
  /** or why they cannot be told */
  seen: WorkerSteps | FleetErrorShape;
  /** whether its product's session lives: then it is looked at again and again */
  live: boolean;
}) {
  const { frame, product, worker, seen, live } = props;
  const steps = 'steps' in seen ? seen.steps : [];
  const of = frame.status.products.find(({ name }) => name === product);
  const state = of?.workers.find(({ name }) => name === worker);
  return (
    <Page
      title={`${worker} of ${product}`}
      trail={[{ text: product, href: productHref(product) }, { text: worker }]}
      frame={frame}
      summary={`${worker} of ${product}`}
    >
      <h1>
        {line(worker)} of {product}
      </h1>
      <p class="quiet">
        {state && `${line(state.capability)}, ${line(state.state).replaceAll('_', ' ')}. `}
        {state && !Number.isNaN(Date.parse(state.lastActivity)) && (
          <>
            Active <Ago at={state.lastActivity} now={frame.status.at} />.{' '}
          </>
        )}
        <a class="ref" href={screenHref(product)}>
          The coordinator’s screen
        </a>
      </p>
      {'message' in seen && (
        <p class="empty">
          {line(seen.message)} {line(seen.mend)}
        </p>
      )}
      {'steps' in seen && steps.length === 0 && (
        <p class="empty">Nothing in the last half hour that overstory wrote down.</p>
      )}
      <div class="stream" data-every={live ? everyMs : undefined}>
        <ol class="steps-of foreign" aria-label="What it does" tabindex={0}>
          {steps.toReversed().map((step) => (
            <Step step={step} />
          ))}
        </ol>
      </div>
      <p class="quiet small hint">
        Read only, newest first, as overstory wrote it down;{' '}
        <code>
          fleet logs {product} {worker} --follow
        </code>{' '}
        shows it in a terminal.
      </p>
    </Page>
  );
}

function Step({ step }: { step: WorkerStep }) {
  return (
    <li class={step.failed ? 'failed' : step.kind}>
      <span class="when">{clock(step.at)}</span>
      <span class="what">{stepWords(step)}</span>
      <pre>{block(step.text)}</pre>
    </li>
  );
}
