// A worker without a coordinator. `ov sling` lasts as long as its turn, which may be hours: nobody waits for that. It
// lives on when this agent ends, as every `ov` does, and what becomes of the worker is seen in `ov status`.
import { access } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FleetError } from '../../../common/errors.ts';
import type { MaintenanceReply, SlingOrder } from '../../../contract/runtime/maintenance.ts';
import { unsupportedVersion } from '../../../overstory/envelope.ts';
import { keyEnvironment } from '../account-key.ts';
import type { Place } from './place.ts';

/** Of a worktree of a large repository; a request may last 30 s. */
const patienceMs = 20_000;
const everyMs = 100;

/** @throws what `ov sling` said before its turn began; OV_UNSUPPORTED_VERSION before 0.10, where a worker is no process that ends */
export async function sling({ folder, product, ov }: Place, order: SlingOrder): Promise<MaintenanceReply> {
  const features = await ov.features();
  if (!features.headlessDefault)
    throw unsupportedVersion('overstory 0.10 or newer for a worker without a coordinator', features.version);
  const { objective, capability, name, spec, base } = order;
  const said = ov
    .call(
      folder,
      'sling',
      {
        taskId: objective,
        capability,
        name,
        spec: spec.startsWith('/') ? relative(folder, spec) : spec,
        parent: 'operator',
        depth: 1,
        ...(base !== null && { base }),
      },
      await keyEnvironment(product),
    )
    .then(
      () => null,
      (thrown: unknown) => FleetError.wrap(thrown, product.name),
    );
  // The turn's own file: there from its first moment to its last.
  const pidFile = join(folder, '.overstory', 'agents', name, 'turn.pid');
  const begun = there(pidFile).then((seen) => ({ seen }));
  const first = await Promise.race([said.then((error) => ({ error })), begun]);
  if ('error' in first) {
    // A turn that ended badly was one: its row says the rest.
    if (first.error !== null && first.error.code !== 'OV_TURN_FAILED') throw first.error;
    return { done: [`${name} has had its turn`], left: [] };
  }
  void said.then((error) => error && console.error(`ov sling of ${name}: ${error.code}: ${error.message}`));
  return { done: first.seen ? [`the turn of ${name} has begun`] : [], left: [] };
}

async function there(file: string): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += everyMs) {
    if (
      await access(file).then(
        () => true,
        () => false,
      )
    )
      return true;
    await sleep(everyMs);
  }
  return false;
}
