// The dashboard's HTTP server: login, pages, the stream of changes, and a human's answers to gates.
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { streamSSE } from 'hono/streaming';
import type { Logger } from 'pino';
import { boundedServer } from '../api/listen.ts';
import { refusalLog } from '../api/refusals.ts';
import type { FleetClient } from '../client/client.ts';
import { errorClasses, FleetError, type FleetErrorShape } from '../common/errors.ts';
import type { GateRequest } from '../contract/gates.ts';
import { assets } from './assets.ts';
import { acceptToken, createGuard } from './guard.ts';
import { watchFleet } from './live.ts';
import { BlueprintPage, BlueprintsPage } from './pages/blueprint.tsx';
import { FailurePage } from './pages/failure.tsx';
import { FleetPage } from './pages/fleet.tsx';
import { GatePage } from './pages/gate.tsx';
import { LoginPage } from './pages/login.tsx';
import { ObjectivePage } from './pages/objective.tsx';
import { ProductPage } from './pages/product.tsx';
import { longestHours, spanOf } from './pages/span.ts';

export interface DashboardOptions {
  /** a client on the operator's socket: what is said here is said by the operator */
  client: FleetClient;
  /** 0 = any free one */
  port: number;
  /** loopback, or all interfaces as a container needs it behind a published port */
  host: '127.0.0.1' | '0.0.0.0';
  /** the operator's token, at least 16 characters */
  token: string;
  log: Logger;
}

export interface Dashboard {
  port: number;
  /** with the token in the fragment: opens without asking for it */
  link: string;
  close(): Promise<void>;
}

const keepAliveMs = 15_000;
const shownEvents = 200;
const shownHistory = 20;
const curvePoints = 240;
const hourMs = 3_600_000;

/** @throws FleetError DASHBOARD_PORT, TOKEN_TOO_SHORT */
export async function startDashboard(options: DashboardOptions): Promise<Dashboard> {
  const { client, log } = options;
  const token = acceptToken(options.token);
  const guard = createGuard(token);
  const live = watchFleet(client);
  const refused = refusalLog(log);
  const app = new Hono();

  app.use(guard.boundary);
  app.use(bodyLimit({ maxSize: 256 * 1024 }));
  app.onError((thrown, c) => {
    const error = FleetError.wrap(thrown);
    if (error.class === 'internal') log.error({ err: thrown, path: c.req.path }, 'a page failed');
    return c.html(<FailurePage error={error.toJSON()} />, errorClasses[error.class].http);
  });
  for (const { name, type, body } of assets())
    app.get(`/assets/${name}`, (c) =>
      c.body(body, 200, { 'content-type': type, 'cache-control': 'no-cache' }),
    );
  app.post('/login', async (c) => {
    const { token: presented } = await c.req.parseBody();
    const came = guard.login(c, typeof presented === 'string' ? presented.trim() : '');
    if (came === 'in') return c.redirect('/', 303);
    refused.log(came, { came, path: c.req.path }, 'a login to the dashboard was refused');
    if (came === 'wrong') return c.html(<LoginPage wrong />, 401);
    throw new FleetError({
      code: 'TOO_MANY_TRIES',
      message: 'Expected at most 10 wrong tokens in a minute, got more: nobody is let in for now.',
      mend: 'Wait a minute. If it was not you, somebody on this machine is guessing: see the log of fleetd.',
    });
  });
  app.use(async (c, next) => {
    if (!guard.isOperator(c)) return c.html(<LoginPage />, 401);
    c.header('cache-control', 'no-store');
    await next();
  });

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
    const [status, gates, threads, events, changes] = await Promise.all([
      client.status(),
      client.gates({ product: name, all: 1 }),
      client.threads(name),
      client.eventsOf(name, { limit: 1_000 }),
      kept
        ? ('kept' as const)
        : client
            .diff(id, { patch: 'true', path: only ?? undefined })
            .catch((thrown) => FleetError.wrap(thrown).toJSON()),
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
  app.get('/live', (c) => changes(c));
  app.notFound((c) =>
    c.html(
      <FailurePage
        error={{
          code: 'PAGE_UNKNOWN',
          class: 'not-found',
          message: `There is no page ${c.req.path}.`,
          mend: 'Go to the fleet, and from there to a product or a gate.',
          product: null,
        }}
      />,
      404,
    ),
  );

  /** One message per change, a comment as keep-alive. The first tells a page that it is connected. */
  function changes(c: Context) {
    return streamSSE(c, async (stream) => {
      let wake = () => {};
      let pending = true;
      const stop = live.onChange(() => {
        pending = true;
        wake();
      });
      stream.onAbort(() => wake());
      try {
        while (!stream.aborted) {
          if (pending) {
            pending = false;
            await stream.writeSSE({ event: 'change', data: '' });
          } else await stream.write(': alive\n\n');
          if (pending || stream.aborted) continue;
          await new Promise<void>((resolve) => {
            const timer = setTimeout(resolve, keepAliveMs);
            wake = () => {
              clearTimeout(timer);
              resolve();
            };
          });
        }
      } finally {
        stop();
      }
    });
  }

  const server = boundedServer(app);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new FleetError({
          code: 'DASHBOARD_PORT',
          message: `Expected port ${options.port} to be free for the dashboard, got: ${cause.message}.`,
          mend: 'End what listens there, or choose another port (FLEET_DASHBOARD_PORT, `off` for none).',
          cause,
        }),
      ),
    );
    server.listen(options.port, options.host, resolve);
  }).catch(async (error) => {
    await live.close();
    throw error;
  });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : options.port;
  return {
    port,
    link: `http://localhost:${port}/#token=${encodeURIComponent(token)}`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await live.close();
      await closed;
    },
  };
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
