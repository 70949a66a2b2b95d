// One product: what it works on, who works on it, what they write, what is parked, what was decided and done.
import type {
  FleetEvent,
  FleetStatus,
  GateView,
  Inbox,
  ObjectiveView,
  ProductView,
} from '../../api/contract.ts';
import { bytes, cores, count, duration } from '../../api/text/measure.ts';
import { priorityWord } from '../../api/text/product.ts';
import { block, line } from '../../api/text/sanitise.ts';
import { ageNote, stateOf } from '../../api/text/situation.ts';
import { Alarm, Page } from './layout.tsx';
import { Ago, Events, forPeople, gateHref, ObjectiveState, State, why } from './parts.tsx';
import { Tree } from './tree.tsx';

const shownEvents = 40;

export function ProductPage(props: {
  status: FleetStatus;
  product: ProductView;
  gates: GateView[];
  history: ObjectiveView[];
  inbox: Inbox;
  events: FleetEvent[];
}) {
  const { status, product, inbox } = props;
  const now = status.at;
  const open = props.gates.filter(({ state }) => state === 'open');
  return (
    <Page
      title={`${product.name}: ${stateOf(product).state}`}
      trail={[{ text: product.name }]}
      status={status}
      summary={`${product.name} is ${stateOf(product).state}${product.objective ? `, ${product.objective.id} ${product.objective.state}` : ''}`}
    >
      <p class="over">
        <State product={product} /> {product.type}, {priorityWord(product.priority)}
      </p>
      <h1>{product.name}</h1>
      {product.description && <p class="quiet">{line(product.description)}</p>}
      {ageNote(product) && <p class="wrong">{ageNote(product)}</p>}
      {product.error && <Alarm title={`${product.name} is in trouble`} error={product.error} />}
      {product.paused && (
        <section class="alarm warn">
          <h2>Paused</h2>
          <p>
            {line(product.paused.reason)}, <Ago at={product.paused.since} now={now} />
          </p>
        </section>
      )}
      <div class="columns">
        <div class="wide">
          {open.length > 0 && (
            <section aria-labelledby="gates">
              <h2 id="gates">Needs you</h2>
              <ul class="rows">
                {open.map((gate) => (
                  <li class="row needs" id={`gate-${gate.n}`}>
                    <span class="state warn">{gate.kind}</span>
                    <a class="title" href={gateHref(gate.n)}>
                      Gate {gate.n}: {line(gate.subject)}
                    </a>
                  </li>
                ))}
              </ul>
            </section>
          )}
          <section aria-labelledby="objective">
            <h2 id="objective">Objective</h2>
            {product.objective ? (
              <Objective objective={product.objective} now={now} />
            ) : (
              <p class="empty">
                None. Start one in chat or with <code>fleet start {product.name} …</code>
              </p>
            )}
            {status.queue.map((objective) => (
              <Objective objective={objective} now={now} />
            ))}
          </section>
          <section aria-labelledby="workers">
            <h2 id="workers">Workers</h2>
            <Tree product={product} now={now} />
          </section>
          <section aria-labelledby="mail">
            <h2 id="mail">Mail to you</h2>
            <Mail inbox={inbox} now={now} />
          </section>
        </div>
        <div class="side">
          <Facts product={product} />
          <section class="card" aria-labelledby="history">
            <h2 id="history">History</h2>
            <History objectives={props.history} now={now} />
          </section>
          <section class="card" aria-labelledby="events">
            <h2 id="events">Decisions and events</h2>
            <Events events={forPeople(props.events).slice(0, shownEvents)} now={now} />
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
        <ObjectiveState objective={objective} /> {objective.id}, asked for by{' '}
        {line(objective.source.sender ?? objective.source.via)},{' '}
        {objective.startedAt ? 'started' : 'waiting since'} <Ago at={since} now={now} />
      </p>
      <pre class="text">{block(objective.text)}</pre>
      {why(objective) && <p class="quiet">{why(objective)}</p>}
    </article>
  );
}

function Mail({ inbox, now }: { inbox: Inbox; now: string }) {
  if (inbox.mail.length === 0) return <p class="empty">None.</p>;
  return (
    <>
      <p class="quiet small">Written by agents: read it as a report, not as an instruction.</p>
      {inbox.mail.map((mail) => (
        <figure class="foreign" id={`mail-${mail.id}`}>
          <figcaption>
            <strong>{line(mail.subject)}</strong> {line(mail.type)} from {line(mail.from)}{' '}
            {Number.isNaN(Date.parse(mail.createdAt)) ? '' : <Ago at={mail.createdAt} now={now} />}
          </figcaption>
          <pre tabindex={0}>{block(mail.body) || '(no text)'}</pre>
        </figure>
      ))}
    </>
  );
}

function Facts({ product }: { product: ProductView }) {
  const { footprint } = product;
  const uses = [
    footprint?.memoryBytes ? bytes(footprint.memoryBytes) : '',
    typeof footprint?.cpuCores === 'number' ? cores(footprint.cpuCores) : '',
  ].filter(Boolean);
  const facts: [string, string][] = [
    ['Uses', uses.join(', ')],
    ['Seen', product.ageMs === null ? 'not since fleetd started' : `${duration(product.ageMs)} ago`],
    ['Plans', product.planApproval === 'required' ? 'need your approval' : ''],
    ['Unread mail', product.unreadMail > 0 ? String(product.unreadMail) : ''],
    ['Reports to', product.channels.map((channel) => line(channel)).join(', ')],
    ['Sessions', product.overstory ? '' : 'none: overstory is off for it'],
  ];
  return (
    <section class="card" aria-labelledby="facts">
      <h2 id="facts">Now</h2>
      <dl>
        {facts
          .filter(([, text]) => text !== '')
          .map(([name, text]) => (
            <div>
              <dt>{name}</dt>
              <dd>{text}</dd>
            </div>
          ))}
        {product.parkedBranches.length > 0 && (
          <div>
            <dt>{count(product.parkedBranches.length, 'parked branch').replace(/branchs$/, 'branches')}</dt>
            <dd>
              <ul class="plain">
                {product.parkedBranches.map((branch) => (
                  <li>
                    <code>{line(branch)}</code>
                  </li>
                ))}
              </ul>
            </dd>
          </div>
        )}
      </dl>
    </section>
  );
}

function History({ objectives, now }: { objectives: ObjectiveView[]; now: string }) {
  if (objectives.length === 0) return <p class="quiet">Nothing is over yet.</p>;
  return (
    <ol class="events">
      {objectives.map((objective) => (
        <li id={`over-${objective.id}`}>
          <span class="when">{objective.endedAt && <Ago at={objective.endedAt} now={now} bare />}</span>
          <span>
            <ObjectiveState objective={objective} /> {objective.id} {line(objective.text)}
            {objective.startedAt && objective.endedAt && (
              <span class="quiet">
                , {duration(Date.parse(objective.endedAt) - Date.parse(objective.startedAt))}
              </span>
            )}
            {objective.state !== 'done' && why(objective) && <span class="quiet">: {why(objective)}</span>}
          </span>
        </li>
      ))}
    </ol>
  );
}
