// The agent's verbs on a JSON-RPC connection: each checks what it was given and answers, or fails with a
// FleetError that crosses the wire whole.
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { type MessageConnection, ResponseError } from 'vscode-jsonrpc/node';
import { z } from 'zod';
import { FleetError } from '../../common/errors.ts';
import { bundlePartBytes } from '../../contract/runtime/bundle.ts';
import { giveBackParamsSchema, holdParamsSchema } from '../../contract/runtime/hold.ts';
import {
  artifactParamsSchema,
  bundleParamsSchema,
  bundlePartParamsSchema,
  diffParamsSchema,
  doctorParamsSchema,
  lookParamsSchema,
  maintenanceParamsSchema,
  makeParamsSchema,
  maxFrameBytes,
  methods,
  moveParamsSchema,
  notifications,
  type ProductRef,
  productsParamsSchema,
  readCommands,
  readTasks,
  runParamsSchema,
  snapshotParamsSchema,
  usageParamsSchema,
} from '../../contract/runtime/protocol.ts';
import { ovFailure } from '../../overstory/errors.ts';
import { makeBundle, readBundle } from '../checkout/bundle.ts';
import { lostWorkspace, missingFolder } from '../checkout/unready.ts';
import { artifact } from './artifact.ts';
import { boundOf, productFolder } from './confine.ts';
import { createDiskUse } from './disk-use.ts';
import { diagnose, type Unready } from './doctor/index.ts';
import { findProduct, initialised } from './find.ts';
import { createFootprintMeter } from './footprint.ts';
import { hello } from './hello.ts';
import { createKeptLooks } from './kept-look.ts';
import { forgetEnded } from './lease/ended.ts';
import { epochsIn, requireEpoch } from './lease/fence.ts';
import { groundOf } from './lease/ground.ts';
import { createLeaseHolder } from './lease/holder.ts';
import { list } from './list.ts';
import { look } from './look.ts';
import { maintain } from './maintenance/index.ts';
import type { Place } from './maintenance/place.ts';
import { createMaker } from './make.ts';
import { move } from './move/index.ts';
import { createOv } from './ov.ts';
import { createRuns } from './run.ts';
import { createServes } from './serve.ts';
import { createSlots } from './slots.ts';
import { createSnapshots } from './snapshot.ts';
import { createUsageMeter } from './usage/index.ts';
import { createWatcher } from './watch.ts';
import { diff } from './work/diff.ts';

export interface AgentSettings {
  /** resolved */
  workspaceRoot: string;
  /** resolved; where the human's own repositories are, null: nowhere */
  projectsRoot?: string | null;
  /** path of `ov`, or its name on PATH */
  ov: string;
}

const none = z.object({});
const serverErrorCode = -32000;

/** @returns ends what the agent itself keeps running */
export function serveVerbs(
  rpc: MessageConnection,
  { workspaceRoot, projectsRoot = null, ov: ovPath }: AgentSettings,
): { close(): void } {
  const roots = { workspaceRoot, projectsRoot };
  const lease = createLeaseHolder(groundOf(roots));
  const epochs = epochsIn(workspaceRoot);
  const slots = createSlots({ size: availableParallelism() + 2, lendAfterMs: 2_000, maxLent: 16 });
  const ov = createOv(ovPath, workspaceRoot, (from, to) => {
    console.error(`ov ${from} was replaced by ${to}`);
    serves.renew();
  });
  const serves = createServes(ov, ovPath, lease.requireHeld);
  const disk = createDiskUse((product) => {
    void rpc.sendNotification(notifications.changed, { product }).catch(() => {});
  });
  const snapshots = createSnapshots(
    ov,
    slots,
    roots,
    serves.follow,
    serves.port,
    disk,
    createKeptLooks(ov, workspaceRoot),
  );
  const begun = async <T>(folder: string, start: () => Promise<T>): Promise<T> => {
    await forgetEnded(workspaceRoot, folder);
    return await lease.watched(start);
  };
  const runs = createRuns(ov, slots, begun);
  const footprints = createFootprintMeter(serves.pids);
  const usages = createUsageMeter();
  const make = createMaker(ov, roots);
  const watcher = createWatcher((product) => {
    void rpc.sendNotification(notifications.changed, { product }).catch(() => {});
  });

  /** Folders of the products that are watched. */
  let known: string[] = [];
  const shared = { workspaceRoot, known: () => known, ov, servePids: serves.pids, disk };

  function verb<Params>(
    method: string,
    params: z.ZodType<Params>,
    answer: (params: Params) => Promise<unknown>,
  ) {
    rpc.onRequest(method, async (given: unknown) => {
      const checked = params.safeParse(given);
      try {
        if (!checked.success) throw badParams(method, checked.error);
        return withinFrame(method, await answer(checked.data));
      } catch (error) {
        const shape = FleetError.wrap(error).toJSON();
        throw new ResponseError(serverErrorCode, shape.message, shape);
      }
    });
  }

  async function existing(product: ProductRef): Promise<string> {
    const folder = await productFolder(boundOf(roots, product), product);
    if (folder !== null) return folder;
    throw (product.expect ? lostWorkspace : missingFolder)(product.name, product.root);
  }
  /** @throws FleetError LEASE_OVER, LEASE_OF_ANOTHER, EPOCH_OLD */
  async function requireWrite(product: ProductRef): Promise<void> {
    await lease.requireHeld();
    await requireEpoch(epochs, product);
  }
  /** Where a product is; one that does not exist stands where it would be. */
  async function locate(product: ProductRef) {
    const root = (await productFolder(boundOf(roots, product), product)) ?? resolve(product.root);
    return { product: product.name, root };
  }

  verb(methods.hello, none, () => hello(ov, workspaceRoot));
  verb(methods.hold, holdParamsSchema, (asked) => lease.hold(asked).then(() => ({})));
  verb(methods.giveBack, giveBackParamsSchema, (asked) => lease.giveBack(asked).then(() => ({})));
  verb(methods.list, none, () => list(projectsRoot ?? workspaceRoot));
  verb(methods.snapshot, snapshotParamsSchema, ({ product, fresh }) => snapshots.take(product, fresh));
  verb(methods.run, runParamsSchema, ({ product, command, args }) =>
    runs.run(
      product,
      async () => {
        if (!readCommands.has(command)) await requireWrite(product);
        const folder = await existing(product);
        if (command !== 'init' && command !== 'version' && !(await initialised(folder)))
          throw ovFailure(`'${product.root}' is not an overstory project (missing .overstory/config.yaml).`);
        return folder;
      },
      command,
      args,
    ),
  );
  verb(methods.watch, productsParamsSchema, async ({ products }) => {
    const found = await Promise.allSettled(products.map(locate));
    const there = found.filter((one) => one.status === 'fulfilled').map(({ value }) => value);
    known = there.map(({ root }) => root);
    await watcher.set(there);
    // The others are watched all the same.
    const refused = found.find((one) => one.status === 'rejected');
    if (refused !== undefined) throw refused.reason;
    return {};
  });
  verb(methods.footprint, productsParamsSchema, async ({ products }) =>
    footprints.measure(await Promise.all(products.map(locate))),
  );
  verb(methods.maintain, maintenanceParamsSchema, async ({ product, task }) => {
    if (!readTasks.has(task.kind)) await requireWrite(product);
    // What ends a session is done also where its folder is gone.
    const ends = task.kind === 'clear-session' || task.kind === 'end-processes';
    const folder = ends ? (await locate(product)).root : await existing(product);
    // No look tells its service to end where nothing can be looked at.
    if (task.kind === 'clear-session') await serves.follow(product, folder, { coordinator: null });
    const work = () => maintain({ product, folder, ...shared }, task);
    // A worker without a coordinator is begun here: what would end it must be there first.
    return await (task.kind === 'sling' ? begun(folder, work) : work());
  });
  verb(methods.make, makeParamsSchema, async (asked) => {
    await requireWrite(asked.product);
    return await make(asked);
  });
  verb(methods.doctor, doctorParamsSchema, async ({ products, fix }) => {
    const places: Place[] = [];
    const unready: Unready[] = [];
    for (const product of products) {
      const found = await findProduct(roots, product).catch((thrown) => ({ why: FleetError.wrap(thrown) }));
      if (found.why === null) places.push({ product, folder: found.folder, ...shared });
      else unready.push({ product, why: found.why });
    }
    return await diagnose(shared, places, unready, fix);
  });
  verb(methods.look, lookParamsSchema, async ({ product, what }) =>
    look(product, await existing(product), what),
  );
  verb(methods.diff, diffParamsSchema, async ({ product, what }) =>
    diff(product.name, await existing(product), what),
  );
  verb(methods.artifact, artifactParamsSchema, async ({ product, what }) =>
    artifact(product.name, await existing(product), what),
  );
  verb(methods.usage, usageParamsSchema, async ({ product, sinceMs }) =>
    usages.since(await existing(product), sinceMs),
  );
  verb(methods.bundle, bundleParamsSchema, async ({ product, ...asked }) => {
    await requireWrite(product);
    return { bundle: await makeBundle(product.name, await existing(product), asked) };
  });
  verb(methods.bundlePart, bundlePartParamsSchema, async ({ product, branch, offset }) => ({
    base64: (await readBundle(await existing(product), branch, offset, bundlePartBytes)).toString('base64'),
  }));
  verb(methods.move, moveParamsSchema, async ({ product, step }) => {
    await requireWrite(product);
    return await move(workspaceRoot, product, step);
  });
  return { close: serves.close };
}

/** fleetd would cut the link over a longer reply: refuse this one only. */
function withinFrame(method: string, reply: unknown): unknown {
  const bytes = Buffer.byteLength(JSON.stringify(reply));
  if (bytes <= maxFrameBytes - 1_024) return reply;
  throw new FleetError({
    code: 'AGENT_REPLY_TOO_LARGE',
    message: `Expected an answer to ${method} of at most ${maxFrameBytes} bytes, got ${bytes}.`,
    mend: 'Narrow the question, or clear old mail with `ov mail purge` in the product.',
  });
}

function badParams(method: string, error: z.ZodError): FleetError {
  const issue = error.issues[0];
  return new FleetError({
    code: 'AGENT_BAD_REQUEST',
    message: `Expected the parameters of ${method}, got ${issue?.path.join('.') || 'them'} wrong: ${issue?.message}.`,
    mend: 'Check that fleetd and the runtime are of the same release.',
  });
}
