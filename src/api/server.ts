// fleetd’s HTTP API on a unix socket. Every request is validated here, every
// failure leaves as {ok:false,error} with its code, class and mend.
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import type { Logger } from 'pino';
import { z } from 'zod';
import { errorClasses, FleetError } from '../common/errors.ts';
import {
  capRequestSchema,
  controlRequestSchema,
  priorityRequestSchema,
  stopRequestSchema,
} from '../contract/controls.ts';
import { examineRequestSchema } from '../contract/doctor.ts';
import { gateRequestSchema } from '../contract/gates.ts';
import { interventionEndSchema } from '../contract/interventions.ts';
import { messageRequestSchema } from '../contract/mail.ts';
import { startRequestSchema } from '../contract/objectives.ts';
import { planRequestSchema } from '../contract/plans.ts';
import { layDownRequestSchema } from '../contract/products.ts';
import { apiPrefix } from '../contract/reply.ts';
import { lookRequestSchema } from '../contract/runtime/look.ts';
import type { Fleet } from '../fleet/index.ts';
import { addGateRoutes } from './gates.ts';
import { gatewayBox } from './gateway-box.ts';
import { gatewayQuota } from './gateway-quota.ts';
import { addInterventionRoutes } from './interventions.ts';
import { maxBodyBytes } from './listen.ts';
import { addOutputRoutes } from './output.ts';
import { addPastRoutes } from './past.ts';
import { refusalLog } from './refusals.ts';
import { addWorkRoutes } from './work-routes.ts';

/** Who is at the other end: the gateway (a model lives there) or the operator's own machine account. */
export type Surface = 'gateway' | 'operator';

const keepAliveMs = 15_000;
/** Each stream holds one batch while its reader is slow; an event may carry an objective of 256 KiB. */
const maxStreams = 32;
const eventsPerBatch = 20;
const charactersPerBatch = 65_536;
const tooLargeMend = 'Put the long part into a file of the product and name the file.';

/**
 * @param tmux           see addOutputRoutes
 * @param dashboardPort  once it listens; null: it is off
 */
export function createApi(
  fleet: Fleet,
  surface: Surface,
  log: Logger,
  tmux: string[] = ['tmux'],
  dashboardPort: () => number | null = () => null,
): Hono {
  const app = new Hono();
  const api = app.basePath(apiPrefix);
  const ok = (c: Context, data: unknown) => c.json({ ok: true, data });
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
  app.use(
    bodyLimit({
      maxSize: maxBodyBytes,
      onError: () => {
        throw new FleetError({
          code: 'TEXT_TOO_LARGE',
          class: 'usage',
          message: `Expected a request of at most ${maxBodyBytes} bytes, got more.`,
          mend: tooLargeMend,
        });
      },
    }),
  );

  if (surface === 'gateway') api.use(gatewayQuota(fleet.loop.context.clock), gatewayBox(fleet));

  api.get('/health', (c) =>
    ok(c, { ready: true, version: fleet.version, surface, dashboardPort: dashboardPort() }),
  );
  api.get('/status', (c) => ok(c, fleet.status(c.req.query('product') ?? null)));
  api.get('/objectives', (c) =>
    ok(c, fleet.commands.objectives(readLimit(c.req.query('limit')), c.req.query('state') ?? null)),
  );
  api.get('/history', (c) => {
    const { product } = c.req.query();
    return ok(c, fleet.commands.history(readLimit(c.req.query('limit')), product ?? null));
  });
  if (surface === 'operator') {
    api.post('/examine', async (c) => ok(c, await fleet.examine((await body(c, examineRequestSchema)).fix)));
    api.post('/products/:name/init', async (c) =>
      ok(c, await fleet.layDown(c.req.param('name'), (await body(c, layDownRequestSchema)).type)),
    );
    api.post('/accounts/:name/open', async (c) => {
      const { source } = await body(c, controlRequestSchema);
      return ok(c, fleet.accounts.open(c.req.param('name'), source));
    });
    api.post('/backup', async (c) => ok(c, await fleet.backup()));
    api.get('/metrics', async (c) => c.text(await fleet.metrics()));
  }
  api.get('/objectives/:id', (c) => ok(c, fleet.commands.objective(c.req.param('id'))));
  api.post('/objectives', async (c) => {
    const objective = fleet.commands.start(await body(c, startRequestSchema));
    const cautions = await fleet.cautions(objective.product);
    return ok(c, cautions.length === 0 ? objective : { ...objective, cautions });
  });
  api.post('/objectives/:id/cancel', async (c) => {
    const { reason, source } = await body(c, stopRequestSchema);
    return ok(c, fleet.commands.cancel(c.req.param('id'), reason, source));
  });
  api.post('/objectives/:id/requeue', async (c) => {
    const { source } = await body(c, controlRequestSchema);
    return ok(c, fleet.controls.requeue(c.req.param('id'), source));
  });
  api.post('/products/:name/pause', async (c) => {
    const { reason, source } = await body(c, stopRequestSchema);
    return ok(c, fleet.controls.pause(c.req.param('name'), reason, source));
  });
  for (const verb of ['resume', 'focus'] as const)
    api.post(`/products/:name/${verb}`, async (c) => {
      const { source } = await body(c, controlRequestSchema);
      return ok(c, fleet.controls[verb](c.req.param('name'), source));
    });
  api.post('/products/:name/priority', async (c) => {
    const { priority, source } = await body(c, priorityRequestSchema);
    return ok(c, fleet.controls.priority(c.req.param('name'), priority, source));
  });
  api.post('/caps', async (c) => {
    const { scope, what, value, source } = await body(c, capRequestSchema);
    return ok(c, fleet.controls.cap(scope, what, value, source));
  });
  api.post('/undo', async (c) => {
    const { source } = await body(c, controlRequestSchema);
    return ok(c, fleet.controls.undo(source));
  });
  api.get('/estimate/:product', (c) => {
    const { text, kind } = c.req.query();
    return ok(c, fleet.foresight.estimate(c.req.param('product'), text ?? '', kind ?? null));
  });
  api.get('/why/:target', (c) => ok(c, fleet.foresight.why(c.req.param('target'))));
  api.post('/plan', async (c) => ok(c, fleet.foresight.plan(await body(c, planRequestSchema))));
  api.post('/products/:name/stop', async (c) => {
    const { reason, source } = await body(c, stopRequestSchema);
    return ok(c, fleet.commands.stop(c.req.param('name'), reason, source));
  });
  api.post('/products/:name/messages', async (c) =>
    ok(c, await fleet.commands.message(c.req.param('name'), await body(c, messageRequestSchema), surface)),
  );
  addWorkRoutes(api, fleet, body);
  addOutputRoutes(api, fleet, surface, tmux);
  if (surface === 'operator') addPastRoutes(api, fleet);
  addGateRoutes(api, fleet, surface, (c) => body(c, gateRequestSchema));
  addInterventionRoutes(api, fleet, (c) => body(c, interventionEndSchema));
  api.get('/products/:name/inbox', (c) => ok(c, fleet.commands.inbox(c.req.param('name'))));
  api.get('/products/:name/look', async (c) =>
    ok(c, await fleet.commands.look(c.req.param('name'), valid(lookRequestSchema, lookQuery(c.req.query())))),
  );

  let streams = 0;
  api.get('/events', (c) => {
    if (streams >= maxStreams) throw tooManyStreams();
    streams += 1;
    const { after, last, follow } = c.req.query();
    const known = fleet.lastSeq();
    const start =
      c.req.header('last-event-id') ?? after ?? (last === undefined ? known : known - Number(last));
    const send = async (stream: SSEStreamingApi) => {
      let seq = Number.isSafeInteger(Number(start)) ? Math.max(0, Number(start)) : known;
      while (!stream.aborted) {
        const events = fleet.commands.eventsAfter(seq, eventsPerBatch, charactersPerBatch);
        for (const event of events) {
          await stream.writeSSE({ id: String(event.seq), event: event.kind, data: JSON.stringify(event) });
          seq = event.seq;
        }
        if (events.length > 0) continue;
        if (follow === '0') return;
        if (!(await fleet.nextEvent(keepAliveMs, stream))) await stream.write(': alive\n\n');
      }
    };
    return streamSSE(c, (stream) =>
      send(stream).finally(() => {
        streams -= 1;
      }),
    );
  });
  return app;
}

async function body<T>(c: Context, schema: z.ZodType<T>): Promise<T> {
  let value: unknown;
  try {
    value = await c.req.json();
  } catch (cause) {
    if (cause instanceof FleetError) throw cause;
    throw new FleetError({
      code: 'BODY_NOT_JSON',
      class: 'usage',
      message: 'Expected a JSON body, got something else.',
      mend: 'Send the request with the fleet client of this version.',
      cause,
    });
  }
  return valid(schema, value);
}

function valid<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue?.path.join('.') || 'the request';
  const tooLarge = issue?.code === 'too_big' && issue.origin === 'string';
  throw new FleetError({
    code: tooLarge ? 'TEXT_TOO_LARGE' : 'REQUEST_INVALID',
    class: 'usage',
    message: `${where}: ${issue?.message ?? z.prettifyError(result.error)}.`,
    mend: tooLarge ? tooLargeMend : 'Correct the request and send it again.',
  });
}

function routeUnknown(c: Context): FleetError {
  return new FleetError({
    code: 'ROUTE_UNKNOWN',
    class: 'not-found',
    message: `Expected a route of the fleet API, got ${c.req.method} ${c.req.path}.`,
    mend: 'Use a client of the same version as fleetd.',
  });
}

function tooManyStreams(): FleetError {
  return new FleetError({
    code: 'TOO_MANY_STREAMS',
    class: 'unavailable',
    message: `Expected at most ${maxStreams} event streams at once on this socket, got one more.`,
    mend: 'End a `fleet events --follow` or a dashboard that nobody looks at, then try again.',
  });
}

/** Query strings are text; the schema wants numbers. */
function lookQuery(query: Record<string, string>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(query).map(([key, value]) => [
      key,
      ['depth', 'maxBytes', 'limit'].includes(key) ? Number(value) : value,
    ]),
  );
}

function readLimit(text: string | undefined): number {
  const limit = Number(text ?? 50);
  return Number.isInteger(limit) && limit >= 1 && limit <= 1000 ? limit : 50;
}
