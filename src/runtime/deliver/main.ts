// The deliverer: takes a branch from stdin into the product's mirror, brings one that is kept there to the remote and
// its forge, or asks the forge about a pull request or issues, and says on stdout what became of it (wire.ts). It alone holds the tokens for that; no worker runs in it.
//
// Environment: FLEET_MIRRORS, the folder of the mirrors, and the variables that `deliver.token` of products name.
import { mkdir, realpath } from 'node:fs/promises';
import { RateLimited } from '../../forge/faults.ts';
import { receive } from '../publish/receive.ts';
import { serveOne } from '../publish/serve-one.ts';
import { deliver } from './deliver.ts';
import { answer, issueState, listIssues } from './issues.ts';
import { keep } from './keep.ts';
import { openMirror } from './mirror.ts';
import { watch } from './watch.ts';
import { maxOrderBytes, orderSchema } from './wire.ts';

await serveOne(
  'fleet-deliver-',
  async (folder) => {
    const { announced: order, file } = await receive(folder, orderSchema, maxOrderBytes, (one) =>
      one.do === 'keep' ? one.bytes : 0,
    );
    const token = order.token === null ? '' : (process.env[order.token] ?? '');
    if (order.do === 'watch') return { watched: await watch(order, token) };
    if (order.do === 'issues') return { issues: await listIssues(order, token) };
    if (order.do === 'issue') return { issue: await issueState(order, token) };
    if (order.do === 'answer') return { answered: await answer(order, token) };
    const root = process.env.FLEET_MIRRORS ?? '/var/lib/mirrors';
    await mkdir(root, { recursive: true, mode: 0o700 });
    const mirror = await openMirror(await realpath(root), { ...order, token });
    return order.do === 'keep'
      ? { kept: await keep(mirror, order, file) }
      : { delivered: await deliver(mirror, order, token) };
  },
  (thrown) => ({ retryAtMs: thrown instanceof RateLimited ? thrown.resetAtMs : null }),
);
