// One objective: what was asked, what was decided, what happened, what it cost, and what came of it.
import type { FleetErrorShape } from '../../common/errors.ts';
import { bytes, count, duration, usd } from '../../common/units.ts';
import type { ArtifactsView } from '../../contract/artifacts.ts';
import type { FleetEvent } from '../../contract/events.ts';
import type { GateView } from '../../contract/gates.ts';
import type { Thread } from '../../contract/mail.ts';
import type { ObjectiveView, Result } from '../../contract/objectives.ts';
import type { ProductView } from '../../contract/products.ts';
import type { DiffView } from '../../contract/work.ts';
import { block, line } from '../../text/sanitise.ts';
import { agentText, spendText } from '../../text/spend.ts';
import type { Frame } from '../frame.ts';
import { Artifacts } from './artifacts.tsx';
import { Changes, Commits } from './changes.tsx';
import { Delivery, FromIssue } from './delivery.tsx';
import { objectiveHref, productHref } from './hrefs.ts';
import { Judge } from './judge.tsx';
import { Page } from './layout.tsx';
import { Linked } from './linked.tsx';
import { filesOf, Made } from './made.tsx';
import { Threads } from './mail.tsx';
import { ObjectiveActs } from './objective-acts.tsx';
import { Ago, Events, FactList, forPeople, ObjectiveState, why } from './parts.tsx';
import { Questions } from './questions.tsx';
import { Reports } from './reports.tsx';
import { Tree } from './tree.tsx';

const shownEvents = 200;

export function ObjectivePage(props: {
  frame: Frame;
  product: ProductView | null;
  result: Result;
  /** of this objective, also those that are closed */
  gates: GateView[];
  threads: Thread[];
  /** of this objective, newest first */
  events: FleetEvent[];
  /** or why there is none. kept: the page that asks has it already */
  changes: DiffView | FleetErrorShape | 'kept';
  /** files that its report names; null: none, or the page that asks has them already */
  artifacts: { view: ArtifactsView; texts: ReadonlyMap<number, string> } | null;
  /** the path whose changes alone are shown */
  only: string | null;
}) {
  const { frame, product, gates, changes, artifacts } = props;
  const { objective, result } = props.result;
  const now = frame.status.at;
  const live = objective.state === 'starting' || objective.state === 'running';
  const over = !live && objective.state !== 'queued';
  const view = changes !== 'kept' && 'stretches' in changes ? changes : null;
  return (
    <Page
      title={`${objective.id}: ${objective.state}`}
      trail={[{ text: objective.product, href: productHref(objective.product) }, { text: objective.id }]}
      frame={frame}
      summary={`${objective.id} on ${objective.product} is ${objective.state}`}
    >
      <p class="over">
        <ObjectiveState objective={objective} /> {objective.id} on {objective.product}, asked for by{' '}
        {line(objective.source.sender ?? objective.source.via)} <Ago at={objective.createdAt} now={now} />
      </p>
      {objective.issue && <FromIssue issue={objective.issue} />}
      <h1 class="asked">{line(objective.text).slice(0, 160)}</h1>
      {why(objective) && objective.state !== 'done' && (
        <p class="quiet">
          <Linked text={why(objective) ?? ''} />
        </p>
      )}
      <ObjectiveActs frame={frame} objective={objective} />
      <div class="columns">
        <div class="wide">
          {over && (
            <section aria-labelledby="result" data-keep={view !== null || undefined}>
              <h2 id="result">What was made</h2>
              {view !== null && <Made view={view} objective={objective} />}
              {result !== null && (
                <figure class="letter foreign">
                  <figcaption>The final report, written by an agent</figcaption>
                  <pre tabindex={0}>
                    <Linked text={block(result)} files={view === null ? undefined : filesOf(view)} />
                  </pre>
                </figure>
              )}
            </section>
          )}
          {over && (
            <section id="artifacts" data-keep hidden={artifacts === null}>
              {artifacts && (
                <>
                  <h2>Files it names</h2>
                  <Artifacts {...artifacts} />
                </>
              )}
            </section>
          )}
          <Reports reports={objective.reports ?? []} now={now} />
          {line(objective.text).length > 160 && (
            <section aria-labelledby="asked">
              <h2 id="asked">What was asked</h2>
              <pre class="text card" tabindex={0}>
                {block(objective.text)}
              </pre>
            </section>
          )}
          {objective.cautions?.map((caution) => (
            <p class="quiet">Known before it began: {line(caution)}</p>
          ))}
          <Questions gates={gates} now={now} />
          {live && product && (
            <section aria-labelledby="workers">
              <h2 id="workers">Workers</h2>
              <Tree product={product} now={now} />
            </section>
          )}
        </div>
        <div class="side">
          <Facts objective={objective} product={live ? product : null} />
          {objective.delivery && <Delivery delivery={objective.delivery} now={now} />}
          {objective.state !== 'queued' && <Judge frame={frame} objective={objective} />}
        </div>
      </div>
      {changes === 'kept' ? (
        <section id="changes" data-keep></section>
      ) : (
        <section id="changes" data-keep={over || undefined}>
          {view !== null && (
            <>
              <h2>Commits</h2>
              <div class="card">
                <Commits view={view} now={now} />
              </div>
            </>
          )}
          <h2>Files</h2>
          {view !== null ? (
            <Changes view={view} now={now} only={props.only} href={objectiveHref(objective.id)} />
          ) : (
            <p class="empty">
              {'message' in changes ? `${line(changes.message)} ${line(changes.mend)}` : ''}
            </p>
          )}
        </section>
      )}
      <div class="columns">
        <div class="wide">
          <section aria-labelledby="mail">
            <h2 id="mail">Mail</h2>
            <Threads threads={props.threads} now={now} />
          </section>
        </div>
        <div class="side">
          <section class="card" aria-labelledby="timeline">
            <h2 id="timeline">What happened</h2>
            <Events events={forPeople(props.events).slice(0, shownEvents).reverse()} now={now} />
          </section>
        </div>
      </div>
      <script type="module" src="/assets/diff.js"></script>
    </Page>
  );
}

function Facts({ objective, product }: { objective: ObjectiveView; product: ProductView | null }) {
  const { outcome, startedAt, endedAt } = objective;
  const whole = startedAt && endedAt ? Date.parse(endedAt) - Date.parse(startedAt) : null;
  const facts: [string, string][] = [
    ['Way', objective.direct ? `direct, by a ${objective.direct}` : ''],
    ['Took', whole === null ? '' : duration(whole)],
    [
      'Waited',
      outcome ? `${duration(outcome.queuedMs)} in the queue, ${duration(outcome.humanMs)} for you` : '',
    ],
    [
      'Sessions',
      outcome
        ? `${outcome.sessions}${outcome.workers === null ? '' : `, ${count(outcome.workers, 'worker')}`}`
        : '',
    ],
    [
      'Cost',
      outcome
        ? outcome.costUsd === null
          ? 'not known'
          : usd(outcome.costUsd)
        : product?.spend
          ? spendText(product.spend)
          : '',
    ],
    ['Peak', outcome?.peakMemoryBytes ? bytes(outcome.peakMemoryBytes) : ''],
  ];
  const agents = outcome?.agents ?? [];
  return (
    <section class="card" aria-labelledby="facts">
      <h2 id="facts">What it took</h2>
      <FactList
        facts={[
          ...facts,
          ...agents
            .slice(0, 20)
            .map(({ name }): [string, string] => [
              line(name),
              agentText({ costUsd: null, agents }, name, (model) => line(model)) ?? 'not known',
            ]),
        ]}
      />
      {facts.every(([, text]) => text === '') && <p class="quiet">Nothing yet.</p>}
    </section>
  );
}
