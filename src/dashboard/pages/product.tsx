// One product: what it works on, who works on it, what they write, what is parked, what was decided and done.

import type { FleetEvent } from '../../contract/events.ts';
import type { Thread } from '../../contract/mail.ts';
import type { ObjectiveView, Result } from '../../contract/objectives.ts';
import type { ProductView } from '../../contract/products.ts';
import type { Timeline as TimelineView } from '../../contract/reports.ts';
import type { FleetStatus } from '../../contract/status.ts';
import { priorityWord } from '../../text/product.ts';
import { block, line } from '../../text/sanitise.ts';
import { ageNote, stateOf } from '../../text/situation.ts';
import type { Frame } from '../frame.ts';
import { Alarm } from './alarm.tsx';
import { Controls, Limits, Speak } from './controls.tsx';
import { objectiveHref, screenHref } from './hrefs.ts';
import { Page } from './layout.tsx';
import { Linked } from './linked.tsx';
import { Threads } from './mail.tsx';
import { NeedsYou } from './needs-you.tsx';
import { Ago, Events, forPeople, ObjectiveLink, ObjectiveState, State, why } from './parts.tsx';
import { Facts, History, Last, Parked } from './product-parts.tsx';
import { spanOf } from './span.ts';
import { StartForm } from './start.tsx';
import { Timeline } from './timeline.tsx';
import { Tree } from './tree.tsx';

const shownEvents = 30;

export function ProductPage(props: {
  frame: Frame;
  /** of it alone */
  status: FleetStatus;
  product: ProductView;
  history: ObjectiveView[];
  /** the one of them that was done last, with what came of it; null: none was */
  last: Result | null;
  threads: Thread[];
  timeline: TimelineView;
  /** its own, newest first */
  events: FleetEvent[];
}) {
  const { frame, status, product } = props;
  const open = frame.asks.filter((gate) => gate.product === product.name);
  const now = status.at;
  const happened = forPeople(props.events);
  return (
    <Page
      title={`${product.name}: ${stateOf(product).state}`}
      trail={[{ text: product.name }]}
      frame={frame}
      summary={`${product.name} is ${stateOf(product).state}${product.objective ? `, ${product.objective.id} ${product.objective.state}` : ''}`}
    >
      <p class="over">
        <State product={product} /> {product.type}, {priorityWord(product.priority)}
      </p>
      <h1>{product.name}</h1>
      {product.description && <p class="quiet">{line(product.description)}</p>}
      {ageNote(product) && <p class={product.making ? 'quiet' : 'wrong'}>{ageNote(product)}</p>}
      {product.error && <Alarm title={`${product.name} is in trouble`} error={product.error} />}
      {product.paused && (
        <section class="alarm warn">
          <h2>Paused</h2>
          <p>
            {line(product.paused.reason)}, <Ago at={product.paused.since} now={now} />
          </p>
        </section>
      )}
      <Controls frame={frame} product={product} />
      <div class="columns">
        <div class="wide">
          {open.length > 0 && <NeedsYou gates={open} now={now} ofOne />}
          <section aria-labelledby="objective">
            <h2 id="objective">Objective</h2>
            {product.objective ? (
              <Objective objective={product.objective} now={now} />
            ) : (
              status.queue.length === 0 && <p class="empty">None. Start one here, or in chat.</p>
            )}
            {product.objective === null && props.last && <Last last={props.last} now={now} />}
            {status.queue.map((objective) => (
              <Objective objective={objective} now={now} />
            ))}
            {product.overstory && (
              <details
                class="begin"
                id="begin"
                open={product.objective === null && status.queue.length === 0 && !product.paused}
              >
                <summary class="button">Start an objective</summary>
                <StartForm frame={frame} product={product.name} heading={false} />
              </details>
            )}
          </section>
          <section aria-labelledby="workers">
            <h2 id="workers">Workers</h2>
            <Tree product={product} now={now} />
            {product.objective && (
              <p class="hint">
                <a href={screenHref(product.name)}>The coordinator’s screen</a>
              </p>
            )}
          </section>
          <section aria-labelledby="timeline">
            <h2 id="timeline">What ran</h2>
            <div class="card">
              <Timeline timeline={props.timeline} span={spanOf(props.timeline)} alone />
            </div>
          </section>
          <section aria-labelledby="mail">
            <h2 id="mail">Mail</h2>
            <Speak frame={frame} product={product} />
            <Threads threads={props.threads} now={now} />
          </section>
        </div>
        <div class="side">
          <Facts product={product} />
          <Limits frame={frame} product={product} overrides={status.overrides} />
          <Parked branches={product.parkedBranches} />
          <section class="card" aria-labelledby="history">
            <h2 id="history">History</h2>
            <History objectives={props.history} now={now} />
            <p class="hint">
              <a href={`/history?product=${product.name}`}>Search the history of {product.name}</a>
            </p>
          </section>
          <section class="card" aria-labelledby="events">
            <h2 id="events">What happened</h2>
            <Events events={happened.slice(0, shownEvents)} now={now} />
          </section>
        </div>
      </div>
    </Page>
  );
}

function Objective({ objective, now }: { objective: ObjectiveView; now: string }) {
  const since = objective.startedAt ?? objective.createdAt;
  return (
    <article class="card" id={objective.id}>
      <p class="over">
        <ObjectiveState objective={objective} /> <ObjectiveLink id={objective.id} />, asked for by{' '}
        {line(objective.source.sender ?? objective.source.via)},{' '}
        {objective.startedAt ? (
          <>
            started <Ago at={since} now={now} />
          </>
        ) : (
          <>
            waiting for <Ago at={since} now={now} bare />
          </>
        )}
      </p>
      <pre class="text">{block(objective.text)}</pre>
      {why(objective) && (
        <p class="quiet">
          <Linked text={why(objective) ?? ''} />
        </p>
      )}
      {objective.state === 'queued' && (
        <p>
          <a href={`${objectiveHref(objective.id)}#cancel`}>Cancel {objective.id}…</a>
        </p>
      )}
    </article>
  );
}
