// The pages of the dashboard, each with what it asks fleetd for, and the forms on them.
import type { Context, Hono } from 'hono';
import type { FleetClient } from '../client/client.ts';
import { FleetError } from '../common/errors.ts';
import type { GateRequest } from '../contract/gates.ts';
import { addAccountsPage } from './accounts-route.tsx';
import { source } from './act.ts';
import { addArtifacts } from './artifact-routes.ts';
import { addBlueprintPages } from './blueprint-route.tsx';
import { acted, type Desk, frameOf, httpOf, type Refused, saidIn } from './frame.ts';
import { addGoPage } from './go-route.tsx';
import { addHistoryPage } from './history-route.tsx';
import { keepNotes } from './notes.ts';
import { addObjectivePage } from './objective-route.tsx';
import { FleetPage } from './pages/fleet.tsx';
import { GatePage } from './pages/gate.tsx';
import { ProductPage } from './pages/product.tsx';
import { longestHours, spanOf } from './pages/span.ts';
import { addRecurringPage } from './recurring-route.tsx';
import { addRuntimePage } from './runtime-route.tsx';
import { addScreenPage } from './screen-route.tsx';
import { addSpendPage } from './spend-route.tsx';
import { addStartPage } from './start-route.tsx';
import { addWorkerPage } from './worker-route.tsx';

const shownEvents = 200;
const shownHistory = 20;
const curvePoints = 240;
const hourMs = 3_600_000;

/** @param client on the operator's socket: what is said here is said by the operator */
export function addPages(app: Hono, client: FleetClient): void {
  const desk: Desk = { client, notes: keepNotes() };
  addFleetPage(app, desk);
  addProductPage(app, desk);
  addObjectivePage(app, desk);
  addStartPage(app, desk);
  addArtifacts(app, client);
  addGatePage(app, desk);
  addHistoryPage(app, desk);
  addSpendPage(app, desk);
  addGoPage(app, desk);
  addScreenPage(app, desk);
  addWorkerPage(app, desk);
  addAccountsPage(app, desk);
  addRuntimePage(app, desk);
  addBlueprintPages(app, desk);
  addRecurringPage(app, desk);
}

function addFleetPage(app: Hono, desk: Desk): void {
  const { client } = desk;
  const draw = async (c: Context, refused: Refused | null = null) => {
    const [frame, timeline, events] = await Promise.all([
      frameOf(c, desk, refused),
      client.timeline({ hours: longestHours }),
      lastEvents(client),
    ]);
    const span = spanOf(timeline);
    const usage = await client.usage({ hours: (span.toMs - span.fromMs) / hourMs, points: curvePoints });
    return c.html(
      <FleetPage frame={frame} timeline={timeline} span={span} events={events} usage={usage} />,
      httpOf(refused),
    );
  };
  app.get('/', (c) => draw(c));
  app.post('/', (c) => acted(c, desk, {}, (refused) => draw(c, refused)));
}

function addProductPage(app: Hono, desk: Desk): void {
  const { client } = desk;
  const draw = async (c: Context, name: string, refused: Refused | null = null) => {
    const [frame, status, history, threads, timeline, events] = await Promise.all([
      frameOf(c, desk, refused),
      client.status({ product: name }),
      client.history({ product: name, limit: shownHistory }),
      client.threads(name),
      client.timeline({ hours: longestHours, product: name }),
      client.eventsOf(name, { limit: shownEvents }),
    ]);
    const done = history.find(({ state }) => state === 'done');
    const last = done ? await client.result(done.id) : null;
    const [product] = status.products;
    if (product === undefined) throw new Error(`Expected the view of ${name}, got none`);
    return c.html(
      <ProductPage
        frame={frame}
        status={status}
        product={product}
        history={history}
        last={last}
        threads={threads}
        timeline={timeline}
        events={events}
      />,
      httpOf(refused),
    );
  };
  app.get('/products/:name', (c) => draw(c, c.req.param('name')));
  app.post('/products/:name', (c) => {
    const product = c.req.param('name');
    return acted(c, desk, { product }, (refused) => draw(c, product, refused));
  });
}

function addGatePage(app: Hono, desk: Desk): void {
  const { client } = desk;
  const draw = async (c: Context, n: number, refused: Refused | null = null) => {
    const [gate, frame] = await Promise.all([client.gate(n), frameOf(c, desk, refused)]);
    return c.html(<GatePage gate={gate} frame={frame} />, httpOf(refused));
  };
  app.get('/gates/:n', (c) => draw(c, Number(c.req.param('n'))));
  app.post('/gates/:n', async (c) => {
    const n = Number(c.req.param('n'));
    const said = await saidIn(c);
    try {
      await client.resolveGate(n, answerOf(said));
    } catch (thrown) {
      const error = FleetError.wrap(thrown);
      if (error.class !== 'usage' && error.class !== 'refused') throw error;
      return draw(c, n, { error: error.toJSON(), said });
    }
    return c.redirect(`/gates/${n}`, 303);
  });
}

/** Newest first. */
async function lastEvents(client: FleetClient) {
  const events = [];
  for await (const event of client.events({ last: shownEvents, follow: false })) events.push(event);
  return events.reverse();
}

/** The form of a gate: a verdict and words, or one of the options as the words. */
function answerOf({ option = '', verdict = '', text = '' }: Record<string, string>): GateRequest {
  return {
    verdict: option ? 'answered' : verdict === 'approved' || verdict === 'rejected' ? verdict : 'answered',
    text: option || text,
    source,
  };
}
