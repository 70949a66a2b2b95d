// The pages of the dashboard, each with what it asks fleetd for, and the forms by which a human answers gates and judges work.
import type { Context, Hono } from 'hono';
import type { FleetClient } from '../client/client.ts';
import { errorClasses, FleetError, type FleetErrorShape } from '../common/errors.ts';
import type { GateRequest } from '../contract/gates.ts';
import { addArtifacts } from './artifact-routes.ts';
import { isShownText } from './pages/artifacts.tsx';
import { BlueprintPage, BlueprintsPage } from './pages/blueprint.tsx';
import { FleetPage } from './pages/fleet.tsx';
import { GatePage } from './pages/gate.tsx';
import { ObjectivePage } from './pages/objective.tsx';
import { ProductPage } from './pages/product.tsx';
import { longestHours, spanOf } from './pages/span.ts';

const shownEvents = 200;
const shownHistory = 20;
const curvePoints = 240;
const hourMs = 3_600_000;

/** @param client on the operator's socket: what is said here is said by the operator */
export function addPages(app: Hono, client: FleetClient): void {
  app.get('/', async (c) => {
    const [status, gates, timeline, events] = await Promise.all([
      client.status(),
      client.gates(),
      client.timeline({ hours: longestHours }),
      lastEvents(client),
    ]);
    const span = spanOf(timeline);
    const usage = await client.usage({ hours: (span.toMs - span.fromMs) / hourMs, points: curvePoints });
    return c.html(
      <FleetPage
        status={status}
        gates={gates}
        timeline={timeline}
        span={span}
        events={events}
        usage={usage}
      />,
    );
  });
  app.get('/products/:name', async (c) => {
    const name = c.req.param('name');
    const [status, gates, history, threads, timeline, events] = await Promise.all([
      client.status({ product: name }),
      client.gates({ product: name }),
      client.history({ product: name, limit: shownHistory }),
      client.threads(name),
      client.timeline({ hours: longestHours, product: name }),
      client.eventsOf(name, { limit: shownEvents }),
    ]);
    const [product] = status.products;
    if (product === undefined) throw new Error(`Expected the view of ${name}, got none`);
    return c.html(
      <ProductPage
        status={status}
        product={product}
        gates={gates}
        history={history}
        threads={threads}
        timeline={timeline}
        events={events}
      />,
    );
  });
  const objectivePage = async (
    c: Context,
    id: string,
    refused?: { error: FleetErrorShape; typed: string },
  ) => {
    const only = c.req.query('path') || null;
    const result = await client.result(id);
    const { product: name } = result.objective;
    // A refresh by a page that has the changes of what is over: they are no longer different.
    const kept = c.req.header('fleet-keeps') === 'changes';
    const [status, gates, threads, events, changes, artifacts] = await Promise.all([
      client.status(),
      client.gates({ product: name, all: 1 }),
      client.threads(name),
      client.eventsOf(name, { limit: 1_000 }),
      kept
        ? ('kept' as const)
        : client
            .diff(id, { patch: 'true', path: only ?? undefined })
            .catch((thrown) => FleetError.wrap(thrown).toJSON()),
      kept ? null : artifactsOf(client, id),
    ]);
    const mine = <T extends { objective: string | null }>(all: T[]) =>
      all.filter(({ objective }) => objective === id);
    return c.html(
      <ObjectivePage
        status={status}
        product={status.products.find((product) => product.name === name) ?? null}
        result={result}
        gates={mine(gates)}
        threads={mine(threads)}
        events={mine(events)}
        changes={changes}
        artifacts={artifacts}
        only={only}
        {...refused}
      />,
      refused ? errorClasses[refused.error.class].http : 200,
    );
  };
  app.get('/objectives/:id', (c) => objectivePage(c, c.req.param('id')));
  app.post('/objectives/:id', async (c) => {
    const id = c.req.param('id');
    const said = await c.req.parseBody();
    const typed = typeof said.text === 'string' ? said.text : '';
    const source = { via: 'dashboard', sender: 'operator', thread: null } as const;
    try {
      if (said.verdict === 'accept') await client.acceptWork(id, { source });
      else if (said.verdict === 'revert') await client.revertWork(id, { source });
      else await client.rework(id, { text: typed, source });
    } catch (thrown) {
      const error = FleetError.wrap(thrown);
      if (error.class === 'internal') throw error;
      return await objectivePage(c, id, { error: error.toJSON(), typed });
    }
    return c.redirect(`/objectives/${encodeURIComponent(id)}`, 303);
  });
  addArtifacts(app, client);
  app.get('/blueprints', async (c) => {
    const [all, status] = await Promise.all([client.blueprints(), client.status()]);
    return c.html(<BlueprintsPage status={status} all={all} />);
  });
  app.get('/blueprints/:name', async (c) => {
    const [view, status] = await Promise.all([client.blueprint(c.req.param('name')), client.status()]);
    return c.html(<BlueprintPage status={status} view={view} />);
  });
  app.get('/gates/:n', async (c) => {
    const [gate, status] = await Promise.all([client.gate(Number(c.req.param('n'))), client.status()]);
    return c.html(<GatePage gate={gate} status={status} />);
  });
  app.post('/gates/:n', async (c) => {
    const n = Number(c.req.param('n'));
    const said = await c.req.parseBody();
    try {
      await client.resolveGate(n, answerOf(said));
    } catch (thrown) {
      const error = FleetError.wrap(thrown);
      if (error.class !== 'usage' && error.class !== 'refused') throw error;
      // what was typed is not lost: the page comes back with it
      const [gate, status] = await Promise.all([client.gate(n), client.status()]);
      const typed = typeof said.text === 'string' ? said.text : '';
      return c.html(
        <GatePage gate={gate} status={status} error={error.toJSON()} typed={typed} />,
        errorClasses[error.class].http,
      );
    }
    return c.redirect(`/gates/${n}`, 303);
  });
}

/** Files of its report, with the contents of those that are shown as text; null: it names none. */
async function artifactsOf(client: FleetClient, id: string) {
  const view = await client.artifacts(id);
  if (view.files.length === 0) return null;
  const shown = await Promise.all(
    view.files.filter(isShownText).map(async ({ n }): Promise<[number, string][]> => {
      const file = await client.artifact(id, n).catch(() => null);
      return file === null ? [] : [[n, Buffer.from(file.base64, 'base64').toString('utf8')]];
    }),
  );
  return { view, texts: new Map(shown.flat()) };
}

/** Newest first. */
async function lastEvents(client: FleetClient) {
  const events = [];
  for await (const event of client.events({ last: shownEvents, follow: false })) events.push(event);
  return events.reverse();
}

/** The form of a gate: a verdict and words, or one of the options as the words. */
function answerOf(said: Record<string, unknown>): GateRequest {
  const field = (name: string) => (typeof said[name] === 'string' ? (said[name] as string) : '');
  const option = field('option');
  const verdict = field('verdict');
  return {
    verdict: option ? 'answered' : verdict === 'approved' || verdict === 'rejected' ? verdict : 'answered',
    text: option || field('text'),
    source: { via: 'dashboard', sender: 'operator', thread: null },
  };
}
