// fleetd's HTTP API on a unix socket, made from the routes of the contract. Every request is checked against its route,
// every failure leaves as {ok:false,error} with its code, class and mend.
import { type Context, Hono } from 'hono';
import type { Logger } from 'pino';
import { errorClasses, FleetError } from '../common/errors.ts';
import { apiPrefix, contractDigest, contractHeader } from '../contract/calls.ts';
import type { Route, Surface } from '../contract/route.ts';
import { type AskedOf, type CallName, type RouteName, routes } from '../contract/routes.ts';
import type { Fleet } from '../fleet/index.ts';
import { eventStreams } from './event-stream.ts';
import { fleetHandlers } from './fleet.ts';
import { gateHandlers } from './gates.ts';
import { gatewayBox } from './gateway-box.ts';
import { gatewayQuota } from './gateway-quota.ts';
import type { Handlers } from './handlers.ts';
import { bodyWithin, maxBodyBytes } from './listen.ts';
import { objectiveHandlers } from './objectives.ts';
import { productHandlers, type TmuxAt } from './products.ts';
import { refusalLog } from './refusals.ts';
import { askedOf, partsOf } from './request.ts';
import { workHandlers } from './work.ts';

/**
 * @param tmux           see productHandlers
 * @param dashboardPort  once it listens; null: it is off
 */
export function createApi(
  fleet: Fleet,
  surface: Surface,
  log: Logger,
  tmux: TmuxAt = (_, words) => ['tmux', ...words],
  dashboardPort: () => number | null = () => null,
): Hono {
  const handlers: Handlers<CallName> = {
    ...fleetHandlers(fleet, surface, dashboardPort),
    ...objectiveHandlers(fleet, surface),
    ...productHandlers(fleet, surface, tmux),
    ...gateHandlers(fleet, surface),
    ...workHandlers(fleet),
  };
  const streamEvents = eventStreams(fleet);
  const quota = gatewayQuota(fleet.loop.context.clock);
  const box = gatewayBox(fleet);

  async function answer(c: Context, name: RouteName, asked: unknown[]): Promise<Response> {
    if (name === 'events') return streamEvents(c, asked[0] as AskedOf<'events'>[0]);
    if (name === 'metrics') return c.text(await fleet.metrics());
    const handler = handlers[name] as (...given: unknown[]) => unknown;
    return c.json({ ok: true, data: await handler(...asked, { signal: c.req.raw.signal }) });
  }

  const app = guarded(surface, log);
  app.use(async (c, next) => {
    c.header(contractHeader, contractDigest);
    await next();
  });
  for (const [name, route] of Object.entries(routes) as [RouteName, Route][]) {
    if (route.who === 'operator' && surface !== 'operator') continue;
    app.on(route.method, `${apiPrefix}${route.path}`, async (c) => {
      if (surface === 'gateway') await quota(c, route);
      const asked = await askedOf(c, route);
      if (surface === 'gateway') box(name, asked);
      return answer(c, name, [...partsOf(c, route), ...asked]);
    });
  }
  return app;
}

/** What holds for every request, of a known route or not. */
function guarded(surface: Surface, log: Logger): Hono {
  const app = new Hono();
  const refused = refusalLog(log);
  app.onError((thrown, c) => {
    const error = FleetError.wrap(thrown);
    const asked = { method: c.req.method, path: c.req.path.slice(0, 200) };
    if (error.class === 'internal') log.error({ err: thrown, ...asked }, 'a request failed');
    else if (surface === 'gateway')
      refused.log(error.code, { code: error.code, ...asked }, 'refused what came over the gateway’s socket');
    return c.json({ ok: false, error: error.toJSON() }, errorClasses[error.class].http);
  });
  app.notFound((c) => {
    throw routeUnknown(c);
  });
  // Hono answers HEAD by the route of GET and drops the body: a stream would be kept for a reader that never was.
  app.use(async (c, next) => {
    if (c.req.method === 'HEAD') throw routeUnknown(c);
    await next();
  });
  app.use(bodyWithin(maxBodyBytes, 'a request'));
  return app;
}

function routeUnknown(c: Context): FleetError {
  return new FleetError({
    code: 'ROUTE_UNKNOWN',
    message: `Expected a route of the fleet API, got ${c.req.method} ${c.req.path}.`,
    mend: 'Use a client of the same version as fleetd.',
  });
}
