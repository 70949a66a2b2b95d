// The dashboard's HTTP server: who gets in, the stream of changes, and what is said when a page fails.
import { type Context, Hono } from 'hono';
import { compress } from 'hono/compress';
import { etag } from 'hono/etag';
import { streamSSE } from 'hono/streaming';
import type { Logger } from 'pino';
import { bodyWithin, boundedServer } from '../api/listen.ts';
import { refusalLog } from '../api/refusals.ts';
import type { FleetClient } from '../client/client.ts';
import { errorClasses, FleetError } from '../common/errors.ts';
import { assets } from './assets.ts';
import { saidIn } from './frame.ts';
import { acceptToken, createGuard } from './guard.ts';
import { addHooks, type Hook } from './hook-route.ts';
import { iconOf } from './icon.ts';
import { watchFleet } from './live.ts';
import { FailurePage } from './pages/failure.tsx';
import { LoginPage } from './pages/login.tsx';
import { patches } from './patch.ts';
import { addPages } from './routes.tsx';

export interface DashboardOptions {
  /** a client on the operator's socket: what is said here is said by the operator */
  client: FleetClient;
  /** 0 = any free one */
  port: number;
  /** loopback, or all interfaces as a container needs it behind a published port */
  host: '127.0.0.1' | '0.0.0.0';
  /** the operator's token, at least 16 characters */
  token: string;
  /** left out: no webhook is taken */
  hook?: Hook;
  log: Logger;
}

export interface Dashboard {
  port: number;
  /** with the token in the fragment: opens without asking for it */
  link: string;
  close(): Promise<void>;
}

const keepAliveMs = 15_000;
const mostFormBytes = 256 * 1024;

const pathOf = (c: Context): string => {
  const { pathname, search } = new URL(c.req.url);
  return pathname + search;
};

/** Nowhere but here: what is no path of ours, as `//elsewhere`, is the fleet. */
function ownPath(to: string | undefined): string {
  const origin = 'http://own.invalid';
  const url = to?.startsWith('/') ? URL.parse(to, origin) : null;
  // `/.//elsewhere` is one of ours only until its dots are resolved
  return url?.origin === origin && !url.pathname.startsWith('//') ? url.pathname + url.search : '/';
}

/** @throws FleetError DASHBOARD_PORT, TOKEN_TOO_SHORT */
export async function startDashboard(options: DashboardOptions): Promise<Dashboard> {
  const { client, log } = options;
  const token = acceptToken(options.token);
  const guard = createGuard(token);
  const live = watchFleet(client);
  const refused = refusalLog(log);
  const app = new Hono();

  if (options.hook) addHooks(app, options.hook, refused);
  app.use(guard.boundary);
  app.use(compress());
  app.use(bodyWithin(mostFormBytes, 'a form'));
  app.onError((thrown, c) => {
    const error = FleetError.wrap(thrown);
    if (error.class === 'internal') log.error({ err: thrown, path: c.req.path }, 'a page failed');
    return c.html(<FailurePage error={error.toJSON()} />, errorClasses[error.class].http);
  });
  app.use('/assets/*', etag());
  for (const { name, type, body } of assets())
    app.get(`/assets/${name}`, (c) =>
      c.body(body, 200, { 'content-type': type, 'cache-control': 'no-cache' }),
    );
  app.get('/assets/icon.svg', (c) =>
    c.body(iconOf(Number(c.req.query('n'))), 200, { 'content-type': 'image/svg+xml' }),
  );
  app.post('/login', async (c) => {
    const { token: presented, to } = await saidIn(c);
    const came = guard.login(c, presented?.trim() ?? '');
    if (came === 'in') return c.redirect(ownPath(to), 303);
    refused.log(came, { came, path: c.req.path }, 'a login to the dashboard was refused');
    if (came === 'wrong') return c.html(<LoginPage wrong to={ownPath(to)} />, 401);
    throw new FleetError({
      code: 'TOO_MANY_TRIES',
      message: 'Expected at most 10 wrong tokens in a minute, got more: nobody is let in for now.',
      mend: 'Wait a minute. If it was not you, somebody on this machine is guessing: see the log of fleetd.',
    });
  });
  app.use(async (c, next) => {
    // what was sent is not sent again: its page is opened
    if (!guard.isOperator(c))
      return c.html(<LoginPage to={c.req.method === 'GET' ? pathOf(c) : c.req.path} />, 401);
    c.header('cache-control', 'no-store');
    await next();
  });

  app.use(patches());
  addPages(app, client);
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
