// A fleet with work that comes again, of products.yaml and of chat, and a blueprint that is at work.
import { product, registry } from '../support/fleet.ts';
import { openScene, type Scene } from './scenes.ts';

export const release = `blueprint: release
description: Auth, and then tell everybody.
steps:
  - name: ship
    product: shop
    objective: Ship the auth feature
  - name: announce
    product: launch
    objective: Announce it
    needs:
      - ship
`;

export async function plannedScene(): Promise<Scene> {
  const scene = await openScene({
    ...registry([product('shop'), product('launch', { type: 'marketing' })]),
    recurring: [
      {
        name: 'posts',
        product: 'launch',
        cron: '0 9 * * 1-5',
        timeZone: 'Europe/Berlin',
        text: 'Write the daily social posts',
        acceptance: 'There are three, each below 200 characters.',
        missed: 'once',
      },
    ],
  });
  const { world } = scene;
  world.fleet.recurring.every({
    every: '30 6 * * *',
    product: 'shop',
    text: 'Update the dependencies, one commit each',
    acceptance: null,
    timeZone: 'UTC',
    missed: 'skip',
    name: 'updates',
    replace: false,
    source: world.source,
  });
  world.fleet.blueprints.apply({ yaml: release, source: world.source });
  world.fleet.blueprints.draft({
    name: 'release',
    description: null,
    steps: [
      { name: 'ship', product: 'shop', objective: 'Ship the auth feature', acceptance: null, needs: [] },
      {
        name: 'tell',
        product: 'launch',
        objective: 'Write <b>the post</b>',
        acceptance: null,
        needs: ['ship'],
      },
    ],
    source: { ...world.source, via: 'model' },
  });
  await scene.pass(60_000);
  return scene;
}
