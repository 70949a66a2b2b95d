// An issue whose session's work becomes a pull request, and is told so: fleetd, agent, deliverer and ov-sim as processes, git over smart HTTP, and a
// forge that fails once.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cloneFolder } from '../../src/runtime/checkout/make.ts';
import { localChannel } from '../../src/runtime/index.ts';
import { git, repository } from '../checkout/kinds.ts';
import { until } from '../simulator/ov.ts';
import { keptIssue } from '../support/forge-issues.ts';
import { type ForgeServer, forgeServer, forgeToken } from '../support/forge-server.ts';
import { type GitServer, gitServer } from '../support/git-server.ts';
import { openRealFleet } from '../support/real-fleet.ts';
import { openSimOv, type SimOv } from '../support/sim-ov.ts';

const delivererFile = fileURLToPath(new URL('../../src/runtime/deliver/main.ts', import.meta.url));
let sim: SimOv;
let lab: string;
let bare: string;
let server: GitServer;
let forge: ForgeServer;
beforeAll(async () => {
  sim = await openSimOv();
  lab = realpathSync(mkdtempSync(join(tmpdir(), 'fleet-delivery-')));
  const source = await repository(join(lab, 'projects/shop'));
  mkdirSync(join(lab, 'remotes'));
  bare = join(lab, 'remotes/shop.git');
  await git(lab, 'clone', '--quiet', '--bare', source, bare);
  await git(bare, 'config', 'http.receivepack', 'true');
  const root = join(realpathSync(sim.folder), 'shop');
  await cloneFolder({ product: 'shop', root, onProgress: () => {} }, source);
  expect((await sim.lab.ov(root, ['init', '--json', '--name', 'shop'])).exit).toBe(0);
  server = await gitServer(join(lab, 'remotes'), forgeToken);
  forge = await forgeServer('gitea', async () =>
    (await git(bare, 'for-each-ref', '--format=%(refname:short)')).split('\n'),
  );
});
afterAll(async () => {
  await sim?.[Symbol.asyncDispose]();
  await server?.[Symbol.asyncDispose]();
  await forge?.[Symbol.asyncDispose]();
  rmSync(lab, { recursive: true, force: true });
});

it('becomes one pull request, opened after the forge had failed, and one comment', {
  timeout: 240_000,
}, async () => {
  // products.yaml takes https only; here it leads to the server of this test.
  const settings = join(lab, 'gitconfig');
  writeFileSync(settings, `[url "${server.address}/"]\n\tinsteadOf = https://forge.example/acme/\n`);
  forge.faults.push({ on: 'POST', when: 'after', status: 502 });
  forge.issues.push(
    keptIssue(7, { title: 'Add the search box' }),
    keptIssue(8, { labels: ['bug'] }),
    keptIssue(9, { pullRequest: true }),
  );
  await using fleet = await openRealFleet({
    channel: sim.channel(),
    workspace: sim.folder,
    deliverer: localChannel({
      argv: [process.execPath, delivererFile],
      env: {
        ...process.env,
        GIT_CONFIG_GLOBAL: settings,
        FLEET_MIRRORS: join(lab, 'mirrors'),
        SHOP_TOKEN: forgeToken,
      },
      cwd: lab,
    }),
    products: ['shop'],
    extra: `deliver: {as: pull-request, remote: "https://forge.example/acme/shop.git", forge: gitea, api: "${forge.api}", token: SHOP_TOKEN, labels: [agents]}\n    intake: {label: agent}`,
    tuning: { sweepLiveMs: 300, screenEveryMs: 200, lookAgainMs: 100, deliveryRetryMs: 200 },
  });
  const id = 'obj-1';
  await until(
    () => fleet.events('issue.taken').length,
    (taken) => taken === 1,
  );
  await fleet.reaches(id, 'done');
  const { delivery } = await until(
    () => fleet.objective(id),
    ({ delivery }) => delivery?.state === 'done',
  );
  expect(delivery?.url).toBe(`${forge.api}/web/1`);
  expect(forge.pulls).toMatchObject([
    {
      head: `fleet/${id}`,
      base: 'main',
      title: 'Issue 7 of acme/shop: “Add the search box”',
      labels: ['agents'],
    },
  ]);
  const root = join(realpathSync(sim.folder), 'shop');
  expect(await git(bare, 'rev-parse', `fleet/${id}`)).toBe(await git(root, 'rev-parse', `fleet/${id}`));
  // Nothing that a worker can read has the token.
  expect(await git(root, 'config', '--list', '--local')).not.toContain(forgeToken);
  expect(fleet.events('action.settled').map(({ text }) => text)).toContain(
    `${id} on shop: pull request 1 into main is open: ${forge.api}/web/1`,
  );
  const [issue] = forge.issues;
  await until(
    () => fleet.objective(id).issue?.comment?.state,
    (state) => state === 'done',
  );
  expect(issue?.comments).toHaveLength(1);
  expect(issue?.comments[0]?.body).toContain(`Pull request: ${forge.api}/web/1`);
  expect(fleet.events('objective.queued')).toHaveLength(1);
});
