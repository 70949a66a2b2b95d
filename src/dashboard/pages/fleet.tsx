// The fleet at a glance: what needs me, what runs, what waits and why, how full the budget is, what happened.
import { capitalised, count } from '../../common/units.ts';
import type { FleetEvent } from '../../contract/events.ts';
import type { ProductView } from '../../contract/products.ts';
import type { Timeline as TimelineView, Usage } from '../../contract/reports.ts';
import type { FleetStatus } from '../../contract/status.ts';
import { accountInWords } from '../../text/accounts.ts';
import { line } from '../../text/sanitise.ts';
import { stateOf } from '../../text/situation.ts';
import type { Frame } from '../frame.ts';
import { Budget } from './budget.tsx';
import { Limits } from './controls.tsx';
import { Page } from './layout.tsx';
import { NeedsYou } from './needs-you.tsx';
import { RefusedIn } from './note.tsx';
import { Events, forPeople } from './parts.tsx';
import { Folded, ProductRow, quiet } from './product-row.tsx';
import { Queue } from './queue.tsx';
import type { Span } from './span.ts';
import { StartForm } from './start.tsx';
import { Timeline } from './timeline.tsx';

/** Above this many products, those with nothing to say share one card. */
const eachInItsRow = 12;
const shownEvents = 12;
/** What needs a human stands first, what rests last. */
const order = [
  'trouble',
  'waiting on you',
  'at its limit',
  'running',
  'starting',
  'stopping',
  'stale',
  'paused',
  'queued',
  'unknown',
  'idle',
];

export function FleetPage(props: {
  frame: Frame;
  timeline: TimelineView;
  /** what curves and timeline show of it */
  span: Span;
  events: FleetEvent[];
  usage: Usage;
}) {
  const { frame, span } = props;
  const { status, asks: open } = frame;
  const rank = (product: ProductView) =>
    (order.indexOf(stateOf(product).state) + order.length) % order.length;
  const products = status.products.toSorted((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
  const folded = products.length > eachInItsRow ? products.filter(quiet) : [];
  const shown = products.filter((product) => !folded.includes(product));
  const summary = inWords(status, open.length);
  return (
    <Page title="Fleet" trail={[]} frame={frame} summary={summary}>
      <h1 class="headline">{summary}</h1>
      <RefusedIn frame={frame} of={['pause', 'resume', 'focus', 'undo', 'cancel', 'retry']} />
      {open.length > 0 && <NeedsYou gates={open} now={status.at} />}
      <Budget status={status} usage={props.usage} span={span} />
      <div class="columns">
        <div class="wide">
          <section aria-labelledby="products">
            <h2 id="products">Products</h2>
            {products.length === 0 && <NoProducts file={status.registry.file} />}
            <ul class={`rows ${folded.length > 0 ? 'dense' : ''}`}>
              {shown.map((product) => (
                <ProductRow product={product} now={status.at} path={frame.path} />
              ))}
            </ul>
            {folded.length > 0 && <Folded products={folded} />}
            {products.length > 0 && products.every(quiet) && status.queue.length === 0 && (
              <p class="quiet hint">
                Nothing is queued and nothing runs. Start something here, or say in chat “Ship the auth
                feature on {products[0]?.name}”.
              </p>
            )}
            {products.some(({ overstory }) => overstory) && (
              <details class="begin" id="begin">
                <summary class="button">Start an objective</summary>
                <StartForm frame={frame} heading={false} />
              </details>
            )}
          </section>
          <Queue frame={frame} />
          <section aria-labelledby="timeline">
            <h2 id="timeline">What ran</h2>
            <div class="card">
              <Timeline timeline={props.timeline} span={span} />
            </div>
          </section>
        </div>
        <div class="side">
          <section class="card" aria-labelledby="events">
            <h2 id="events">What happened</h2>
            <Events events={forPeople(props.events).slice(0, shownEvents)} now={status.at} />
          </section>
          <Accounts status={status} />
          <Limits frame={frame} product={null} overrides={status.overrides} />
        </div>
      </div>
    </Page>
  );
}

/** Nothing where one account is open and nothing is known of its windows. */
function Accounts({ status }: { status: FleetStatus }) {
  const { accounts = [] } = status;
  const telling = accounts.filter(({ state, shares }) => state !== 'open' || shares.length > 0);
  if (accounts.length < 2 && telling.length === 0) return null;
  const nowMs = Date.parse(status.at);
  return (
    <section class="card" aria-labelledby="accounts">
      <h2 id="accounts">Accounts</h2>
      <ul class="plain">
        {accounts.map((account) => (
          <li>
            <strong>{account.name}</strong> {account.state}
            {account.state === 'open' && account.shares.length === 0
              ? ''
              : `: ${line(accountInWords(account, nowMs))}`}
            {account.waiting.length > 0 && (
              <span class="quiet small"> Waiting: {account.waiting.join(', ')}</span>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function NoProducts({ file }: { file: string }) {
  return (
    <div class="empty">
      <p>
        <strong>No products yet.</strong> In a terminal of the machine that runs the fleet, make a repository
        one, or write it into <code>{file}</code>: it appears here by itself.
      </p>
      <pre tabindex={0}>bin/fleet add ~/code/shop</pre>
    </div>
  );
}

/** `1 question for you, 2 running, 3 in the queue` */
function inWords(status: FleetStatus, gates: number): string {
  const having = (state: string) =>
    status.products.filter((product) => stateOf(product).state === state).length;
  const stale = having('stale');
  const busy = having('running') + having('starting') + having('stopping');
  const parts = [
    gates > 0 ? `${count(gates, 'question')} for you` : '',
    having('trouble') > 0 ? `${having('trouble')} in trouble` : '',
    busy > 0 || stale === 0 ? `${busy || 'nothing'} running` : '',
    gates === 0 && having('waiting on you') > 0 ? `${having('waiting on you')} waiting on you` : '',
    status.queue.length > 0 ? `${status.queue.length} in the queue` : '',
    stale > 0 ? `${stale} not seen lately` : '',
  ].filter(Boolean);
  const text = parts.join(', ');
  return capitalised(text);
}
