// `npm run check:forges [-- --gitea <swagger.json of a Gitea>]`: what we ask of a forge, and what the stand-in of the tests
// answers, held to the forge's own published description: GitHub's from npm, Gitea's from a file (each Gitea has its own at
// /swagger.v1.json). A line for each call; exit 1 where something is not in the description.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ForgeKind } from '../src/forge/kinds.ts';
import { openForge } from '../src/forge/open.ts';
import { keptIssue } from '../test/support/forge-issues.ts';
import { forgeServer, forgeToken } from '../test/support/forge-server.ts';

const description = '@octokit/openapi@23.0.2';

interface Schema {
  $ref?: string;
  type?: string | string[];
  nullable?: boolean;
  enum?: unknown[];
  items?: Schema;
  properties?: Record<string, Schema>;
  allOf?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
}
interface Parameter extends Schema {
  in: string;
  name: string;
  schema?: Schema;
}
interface Operation {
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { $ref?: string; schema?: Schema; content?: Record<string, { schema: Schema }> }>;
}
interface Description {
  paths: Record<string, Record<string, Operation>>;
}

/** @returns a sentence for each thing that does not fit */
function misfits(all: Description, schema: Schema | undefined, value: unknown, at: string): string[] {
  const known = schema && resolve(all, schema);
  if (known === undefined) return [`${at}: not described`];
  const kinds = known.allOf ?? known.anyOf ?? known.oneOf;
  if (kinds !== undefined && known.properties === undefined) {
    const each = kinds.map((kind) => misfits(all, kind, value, at));
    return each.find((one) => one.length === 0) ?? each[0] ?? [];
  }
  if (value === null) {
    // Swagger 2.0 knows no null, and Gitea gives it for what is not there.
    const may = known.nullable === true || [known.type].flat().includes('null') || 'definitions' in all;
    return may ? [] : [`${at}: null, and it is never that`];
  }
  if (known.enum && !known.enum.includes(value)) return [`${at}: ${value}, and not one of ${known.enum}`];
  if (Array.isArray(value)) return value.flatMap((one, n) => misfits(all, known.items, one, `${at}[${n}]`));
  if (typeof value === 'object')
    return Object.entries(value).flatMap(([key, one]) =>
      misfits(all, known.properties?.[key], one, `${at}.${key}`),
    );
  const type = typeof value === 'number' ? ['integer', 'number'] : [typeof value];
  const right = known.type === undefined || [known.type].flat().some((one) => type.includes(one));
  return right ? [] : [`${at}: ${typeof value}, and it is ${known.type}`];
}

function resolve<T extends { $ref?: string }>(all: Description, one: T): T {
  if (one.$ref === undefined) return one;
  const steps = one.$ref.slice(2).split('/');
  const found = steps.reduce<unknown>((from, step) => (from as Record<string, unknown>)[step], all);
  return resolve(all, found as T);
}

async function check(kind: ForgeKind, all: Description): Promise<number> {
  await using server = await forgeServer(kind, async () => ['main', 'fleet/obj-1']);
  const forge = openForge({ kind, api: server.api, repository: 'acme/shop', token: forgeToken });
  const wanted = { head: 'fleet/obj-1', base: 'main', title: 'Add it', body: 'As asked.', draft: true };
  const { number } = await forge.open(wanted);
  await forge.find('fleet/obj-1');
  await forge.change(number, { title: 'Add it', body: 'Again.' });
  await forge.addLabels(number, ['agents']);
  await forge.askReviewers(number, ['ann']);
  const said = { by: 'ann', text: 'Why?', path: 'a.ts' };
  Object.assign(server.pulls[0] ?? {}, {
    checks: [
      { name: 'lint', state: 'failed' },
      { name: 'test', state: 'waiting' },
    ],
    remarks: [
      { ...said, id: 1, line: null },
      { ...said, id: 2, line: 3 },
    ],
    talk: [
      { id: 3, by: 'ann', text: 'Nearly.' },
      { id: 4, by: 'ci', text: 'Covered.', bot: true },
    ],
  });
  for (const look of Object.values(forge.watched)) await look(number, '0'.repeat(40), null);
  server.issues.push(keptIssue(7), keptIssue(8, { pullRequest: true }), keptIssue(9, { body: null }));
  await forge.issues('agent', 1, null);
  await forge.issue(7);
  await forge.addComment(7, 'Done. <!-- mark -->');
  const comment = await forge.findComment(7, '<!-- mark -->', '2026-01-01T00:00:00Z');
  await forge.changeComment(7, comment?.id ?? 0, 'Done, again.');
  let wrong = 0;
  for (const { method, path, query, body, status, reply } of server.asked) {
    const template = Object.keys(all.paths).find((one) =>
      new RegExp(`^${one.replace(/\{[^}]+\}/g, '[^/]+')}$`).test(path),
    );
    const operation = template && all.paths[template]?.[method.toLowerCase()];
    const found = operation ? unlike(all, operation, { query, body, status, reply }) : ['no such call'];
    console.log(
      `${kind} ${method} ${template ?? path}: ${found.length === 0 ? 'as described' : found.join('; ')}`,
    );
    wrong += found.length;
  }
  return wrong;
}

function unlike(
  all: Description,
  { parameters = [], requestBody, responses }: Operation,
  { query, body, status, reply }: { query: string[]; body: object | null; status: number; reply: unknown },
): string[] {
  const known = parameters.map((one) => resolve(all, one));
  const unknown = query.filter((name) => !known.some((one) => one.in === 'query' && one.name === name));
  const taken =
    requestBody?.content['application/json']?.schema ?? known.find((one) => one.in === 'body')?.schema;
  const answer = responses[status] && resolve(all, responses[status]);
  const given = answer?.content?.['application/json']?.schema ?? answer?.schema;
  return [
    ...unknown.map((name) => `?${name}: not described`),
    ...(body === null ? [] : misfits(all, taken, body, 'body')),
    ...(answer === undefined ? [`${status}: not described`] : misfits(all, given, reply, 'reply')),
  ];
}

const folder = mkdtempSync(join(tmpdir(), 'forges-'));
try {
  execFileSync(
    'npm',
    ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix', folder, description],
    {
      stdio: 'ignore',
    },
  );
  const github = join(folder, 'node_modules/@octokit/openapi/generated/api.github.com.json');
  let wrong = await check('github', JSON.parse(readFileSync(github, 'utf8')));
  const at = process.argv.indexOf('--gitea');
  const file = at < 0 ? undefined : process.argv[at + 1];
  if (file === undefined) console.log('gitea: not looked at; --gitea <swagger.json> names its description');
  else wrong += await check('gitea', JSON.parse(readFileSync(file, 'utf8')));
  process.exitCode = wrong === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
