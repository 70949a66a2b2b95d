// The table of routes, and that the server holds to its column `who`.
import { readdirSync } from 'node:fs';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApi } from '../../src/api/server.ts';
import { apiPrefix } from '../../src/contract/calls.ts';
import type { Route, Surface } from '../../src/contract/route.ts';
import { routes } from '../../src/contract/routes.ts';
import { product, registry, testFleet } from '../support/fleet.ts';

const all = Object.entries<Route>(routes);

it('gathers every route of the contract, each with a name and a path of its own', async () => {
  const files = readdirSync('src/contract').filter((name) => name.endsWith('.ts') && name !== 'routes.ts');
  const modules = await Promise.all(
    files.map((name) => import(`../../src/contract/${name.slice(0, -3)}.ts`)),
  );
  const declared = modules
    .flatMap((module) => Object.entries(module))
    .filter(([name]) => name.endsWith('Routes'))
    .flatMap(([, group]) => Object.keys(group as object));
  expect(all.map(([name]) => name).sort()).toEqual(declared.sort());
  const paths = all.map(([, { method, path }]) => `${method} ${path.replace(/:\w+/g, ':')}`);
  expect(paths.filter((path, at) => paths.indexOf(path) !== at)).toEqual([]);
});

describe('who may', () => {
  let t: ReturnType<typeof testFleet>;
  beforeAll(() => {
    t = testFleet({ registry: registry([product('alpha')]) });
  });
  afterAll(() => t.crash());

  /** Names of the routes that are not there. */
  async function missing(surface: Surface): Promise<string[]> {
    // A backup would be a file in the folder of whoever runs this.
    const fleet = { ...t.fleet, backup: async () => ({ file: '', bytes: 0, lastSeq: 0 }) };
    const api = createApi(fleet, surface, pino({ level: 'silent' }));
    const asked = all.map(async ([name, { method, path }]) => {
      const answer = await api.request(`${apiPrefix}${path.replace(/:\w+/g, '1')}?follow=0`, {
        method,
        ...(method === 'POST' && { body: '{}' }),
      });
      return (await answer.text()).includes('"ROUTE_UNKNOWN"') ? [name] : [];
    });
    return (await Promise.all(asked)).flat().sort();
  }

  it('the operator may ask for everything', async () => {
    expect(await missing('operator')).toEqual([]);
  });

  it('the gateway may not ask for what is the operator’s', async () => {
    expect(await missing('gateway')).toEqual([
      'artifact',
      'attach',
      'backup',
      'doctor',
      'eventsOf',
      'forgetRuntime',
      'layDown',
      'metrics',
      'moveProduct',
      'openAccount',
      'output',
      'prepare',
      'threads',
      'timeline',
      'usage',
      'workerSteps',
    ]);
  });
});
