// Writes docs/openapi.json, fleetd's API as OpenAPI 3.1, and src/contract/calls.json, how a client sends each call: both from
// the routes of the contract.
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { errorClasses } from '../src/common/errors.ts';
import { apiPrefix } from '../src/contract/calls.ts';
import { errorShapeSchema } from '../src/contract/reply.ts';
import type { Route } from '../src/contract/route.ts';
import { routes } from '../src/contract/routes.ts';

const file = 'docs/openapi.json';
const callsFile = 'src/contract/calls.json';
const all = Object.entries<Route>(routes);

type Json = z.core.JSONSchema.JSONSchema;
type Schemas = Record<string, Json>;

const info = {
  title: 'fleetd',
  version: apiPrefix.slice(1),
  description: [
    'JSON over HTTP on two unix sockets. Where `x-who` is operator, a route is on the operator’s socket only; of the',
    'others the gateway’s takes less, too: docs/security.md. Times are ISO 8601 (UTC) or, where a name ends in Ms, ms;',
    'lengths and ages are ms, memory is bytes, CPU is cores, money is USD. A number of a query that is out of its bounds is',
    'taken for the default. What `npm run docs -- openapi` writes here comes from src/contract.',
  ].join(' '),
};

/** The whole document, as the file has it. */
export async function renderOpenApi(): Promise<string> {
  const named = await namedSchemas();
  // What is sent may leave out what has a default, what comes back never does: two forms of one schema.
  const replies = jsonSchemas('output', named, {
    ...parts(({ reply }) => z.object({ ok: z.literal(true), data: reply })),
    refused: z.object({ ok: z.literal(false), error: errorShapeSchema }),
  });
  const bodies = jsonSchemas(
    'input',
    named.map(([id, schema]) => [id.endsWith('Request') ? id : `${id}Given`, schema]),
    parts(({ body }) => body && z.object({ body })),
  );
  const queries = jsonSchemas(
    'input',
    [],
    parts(({ query }) => query),
  );
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [name, route] of all) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = {
      ...paths[path],
      [route.method.toLowerCase()]: operation(name, route, { bodies, queries, replies }),
    };
  }
  const components = { ...replies, ...bodies };
  const used = new Set<string>();
  const collect = (json: unknown) => {
    for (const [, id = ''] of JSON.stringify(json).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      if (used.has(id)) continue;
      used.add(id);
      collect(components[id]);
    }
  };
  collect([paths, replies.refused]);
  const document = {
    openapi: '3.1.1',
    info,
    servers: [{ url: apiPrefix, description: 'over a unix socket' }],
    paths,
    components: {
      schemas: Object.fromEntries([...used].sort().map((id) => [id, components[id]])),
      responses: {
        Refused: {
          description: `Why not. ${Object.entries(errorClasses)
            .map(([name, { http }]) => `${name} is ${http}`)
            .join(', ')}; the codes are in docs/errors.md.`,
          content: { 'application/json': { schema: replies.refused } },
        },
      },
    },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function operation(
  name: string,
  { path, summary, who, media }: Route,
  { bodies, queries, replies }: Record<'bodies' | 'queries' | 'replies', Schemas>,
) {
  const key = `of ${name}`;
  const body = bodies[key]?.properties?.body;
  const reply = media ? replies[key]?.properties?.data : replies[key];
  return {
    operationId: name,
    summary,
    tags: [path.split('/')[1]],
    'x-who': who,
    parameters: [...pathParameters(path), ...queryParameters(queries[key])],
    ...(body && { requestBody: { required: true, content: { 'application/json': { schema: body } } } }),
    responses: {
      200: {
        description: 'Done.',
        content:
          media === 'text/event-stream'
            ? {
                [media]: {
                  schema: { type: 'string', contentMediaType: 'application/json', contentSchema: reply },
                },
              }
            : { [media ?? 'application/json']: { schema: reply } },
      },
      default: { $ref: '#/components/responses/Refused' },
    },
  };
}

const pathParameters = (path: string) =>
  [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: name === 'n' ? { type: 'integer', minimum: 1 } : { type: 'string' },
  }));

/** One of each name; where what is asked comes in several forms, with what any of them takes. */
function queryParameters(query: Json | undefined) {
  const forms = query?.oneOf ?? (query ? [query] : []);
  const names = new Set(forms.flatMap((form) => Object.keys(Object(form).properties ?? {})));
  return [...names].map((name) => {
    const having = forms.filter((form): form is Json => name in Object(form).properties);
    const schemas = [...new Set(having.map((form) => JSON.stringify(form.properties?.[name])))];
    return {
      name,
      in: 'query',
      required: forms.every((form) => Object(form).required?.includes(name)),
      schema:
        schemas.length === 1
          ? JSON.parse(schemas[0] ?? '')
          : { anyOf: schemas.map((one) => JSON.parse(one)) },
    };
  });
}

/** A part of each route that has it, under a key that no schema of the contract has. */
const parts = (part: (route: Route) => z.ZodType | undefined): Record<string, z.ZodType> =>
  Object.fromEntries(
    all.flatMap(([name, route]) => {
      const schema = part(route);
      return schema ? [[`of ${name}`, schema]] : [];
    }),
  );

/** By their names in the contract: `gateViewSchema` is GateView. */
async function namedSchemas(): Promise<[id: string, z.ZodType][]> {
  const paths = readdirSync('src/contract', { recursive: true, encoding: 'utf8' }).sort();
  const modules = await Promise.all(
    paths.filter((path) => path.endsWith('.ts')).map((path) => import(`../src/contract/${path}`)),
  );
  return modules
    .flatMap((exported: Record<string, unknown>) => Object.entries(exported))
    .flatMap(([name, schema]): [string, z.ZodType][] =>
      name.endsWith('Schema') && schema instanceof z.ZodType
        ? [[name.charAt(0).toUpperCase() + name.slice(1, -'Schema'.length), schema]]
        : [],
    );
}

/** Each as JSON Schema; where one has another in it that has a name, it refers to that. */
function jsonSchemas(
  io: 'input' | 'output',
  named: [id: string, z.ZodType][],
  more: Record<string, z.ZodType>,
): Schemas {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of [...named, ...Object.entries(more)]) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, {
    io,
    uri: (id) => `#/components/schemas/${id}`,
    override({ jsonSchema }) {
      // A newer fleetd may say more than this one.
      if (io === 'output') delete jsonSchema.additionalProperties;
    },
  });
  // A document has one dialect and its own addresses.
  return Object.fromEntries(Object.entries(schemas).map(([id, { $schema, $id, ...schema }]) => [id, schema]));
}

/** src/contract/calls.json: how each call is sent, and by which contract. */
export async function renderCalls(): Promise<string> {
  const digest = createHash('sha256')
    .update(await renderOpenApi())
    .digest('hex')
    .slice(0, 32);
  const calls = Object.fromEntries(
    all.map(([name, { method, path, waitMs, media }]) => [name, { method, path, waitMs, media }]),
  );
  return `${JSON.stringify({ digest, calls }, null, 2)}\n`;
}

if (process.argv[1]?.endsWith('openapi.ts')) {
  await writeFile(file, await renderOpenApi());
  await writeFile(callsFile, await renderCalls());
}
