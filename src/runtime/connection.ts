// The Runtime over a channel: its calls over the one link that is kept open, and a check of everything that comes back.
// Of a call that failed the caller is told exactly what is known.
import { z } from 'zod';
import { FleetError } from '../common/errors.ts';
import { findingSchema } from '../contract/doctor.ts';
import { artifactReplySchema } from '../contract/runtime/artifact.ts';
import { bundlePartSchema, bundleReplySchema } from '../contract/runtime/bundle.ts';
import { diffReplySchema } from '../contract/runtime/diff.ts';
import { lookReplySchema } from '../contract/runtime/look.ts';
import { maintenanceReplySchema } from '../contract/runtime/maintenance.ts';
import { footprintSchema, usageReportSchema } from '../contract/runtime/measurements.ts';
import { moveReplySchema } from '../contract/runtime/move.ts';
import {
  changedSchema,
  makeReplySchema,
  methods,
  type ProductRef,
  readCommands,
  workspaceFolderSchema,
  writeQueueMs,
} from '../contract/runtime/protocol.ts';
import { type ProductSnapshot, productSnapshotSchema } from '../contract/runtime/snapshot.ts';
import { type ArgsOf, type OvCommandName, ovCommands, type ReplyOf } from '../overstory/commands/index.ts';
import { readOvReply } from '../overstory/run.ts';
import { wrongProduct } from './faults.ts';
import { ask, type ConnectionOptions, type KeptLink, keepLink } from './kept-link.ts';
import type { Link } from './link.ts';
import { onlyRuntime, type Runtime, type RuntimeEvents } from './runtime.ts';

/** The agent answers `ov` calls itself at their own timeout; this much more means that it does not answer. */
const marginMs = 15_000;
/** Two calls of `ov` of 15 s, behind one look at the same product that began before, and waiting for a slot. */
const snapshotMs = 90_000;
const lookMs = 20_000;
/** Some calls of git, each for 10 s at most and usually some milliseconds. */
const diffMs = 45_000;
/** Its programs are asked for their versions, each for 45 s at most. */
const doctorMs = 75_000;
/** Longest: ending processes, 2 s of patience and then until the kernel has let go of them. */
const maintenanceMs = 30_000;
/** A clone may take ten minutes, and `ov init` a hook of two. */
const makeMs = 780_000;
/** Packing what a session made, and reading a part of it; one file of it. */
const bundleMs = 60_000;
/** Some calls of git over all of its history, each for five minutes at most. */
const moveMs = 1_200_000;
const bundleAnswer = z.object({ bundle: bundleReplySchema.nullable() });

/** Starts to connect and returns at once; until it is connected every call fails with RUNTIME_UNREACHABLE. */
export function connectRuntime(
  options: ConnectionOptions,
): Runtime & Pick<KeptLink, 'leaseEndsMs' | 'giveBackLease'> {
  const { channel, onLog = () => {} } = options;
  const listeners: { [E in keyof RuntimeEvents]: Set<RuntimeEvents[E]> } = {
    changed: new Set(),
    connected: new Set(),
    lost: new Set(),
  };
  let watched: ProductRef[] = [];
  let told: { link: Link; text: string } | null = null;

  function tell(notify: () => void): void {
    try {
      notify();
    } catch (error) {
      onLog(`a listener failed: ${error instanceof Error ? error.stack : error}`);
    }
  }

  const kept = keepLink(options, {
    greeted: (link) => sendWatch(link).catch((error) => onLog(`watch: ${FleetError.wrap(error).message}`)),
    changed(params) {
      const product = changedSchema.safeParse(params).data?.product;
      const known = watched.find(({ name }) => name === product);
      if (known !== undefined) for (const listener of listeners.changed) tell(() => listener(known.name));
    },
    connected(info) {
      for (const listener of listeners.connected) tell(() => listener(info));
    },
    lost(error) {
      for (const listener of listeners.lost) tell(() => listener(error));
    },
  });

  const request = async <S extends z.ZodType>(method: string, params: object, timeoutMs: number, reply: S) =>
    await ask(kept.link(), method, params, timeoutMs, reply);

  /** Each product that is made ready asks for all: what this link was told once holds. */
  async function sendWatch(link: Link): Promise<void> {
    const asked = { products: watched.map(refOf) };
    const text = JSON.stringify(asked);
    if (told?.link === link && told.text === text) return;
    told = { link, text };
    await link.request(methods.watch, asked, lookMs).catch((error) => {
      told = null;
      throw error;
    });
  }

  return {
    link: () => kept.state(),
    places: () => [{ name: onlyRuntime, link: kept.state(), leaseEndsMs: kept.leaseEndsMs() }],
    list: () => request(methods.list, {}, lookMs, workspaceFolderSchema.array()),
    async snapshot(products, { fresh = false } = {}) {
      return await Promise.all(
        products.map(async (product): Promise<ProductSnapshot> => {
          const params = { product: refOf(product), fresh };
          const found = await request(methods.snapshot, params, snapshotMs, productSnapshotSchema);
          if (found.product === product.name) return found;
          throw wrongProduct(methods.snapshot, product.name, found.product);
        }),
      );
    },
    async ov<N extends OvCommandName>(product: ProductRef, command: N, args: ArgsOf<N>): Promise<ReplyOf<N>> {
      const link = kept.link();
      const ownMs = ovCommands[command].timeoutMs + (readCommands.has(command) ? 0 : writeQueueMs);
      const params = { product: refOf(product), command, args };
      return readOvReply(command, await link.request(methods.run, params, ownMs + marginMs));
    },
    async footprint(products) {
      const params = { products: products.map(refOf) };
      const report = await request(methods.footprint, params, lookMs, footprintSchema);
      const stray = report.products.find(({ product }, index) => product !== products[index]?.name);
      if (stray === undefined && report.products.length === products.length) return report;
      throw wrongProduct(
        methods.footprint,
        products.map(({ name }) => name).join(', '),
        stray?.product ?? 'fewer',
      );
    },
    look: (product, what) =>
      request(methods.look, { product: refOf(product), what }, lookMs, lookReplySchema),
    diff: (product, what) =>
      request(methods.diff, { product: refOf(product), what }, diffMs, diffReplySchema),
    artifact: (product, what) =>
      request(methods.artifact, { product: refOf(product), what }, bundleMs, artifactReplySchema),
    usage: (product, sinceMs) =>
      request(methods.usage, { product: refOf(product), sinceMs }, lookMs, usageReportSchema),
    maintain: (product, task) =>
      request(methods.maintain, { product: refOf(product), task }, maintenanceMs, maintenanceReplySchema),
    make: async (product, { repo, type, description, anew }) =>
      (
        await request(
          methods.make,
          { product: refOf(product), repo, type, description, ...(anew && { anew }) },
          makeMs,
          makeReplySchema,
        )
      ).done,
    async doctor(products, fix) {
      const way = (await channel.doctor?.()) ?? [];
      // Out of reach, the way to it is all that can be looked at, and the more needed.
      if (kept.state().state !== 'connected') return way;
      const asked = { products: products.map(refOf), fix };
      return [...way, ...(await request(methods.doctor, asked, doctorMs, findingSchema.array()))];
    },
    bundle: async (product, asked) =>
      (await request(methods.bundle, { product: refOf(product), ...asked }, bundleMs, bundleAnswer)).bundle,
    async bundlePart(product, branch, offset) {
      const asked = { product: refOf(product), branch, offset };
      const { base64 } = await request(methods.bundlePart, asked, bundleMs, bundlePartSchema);
      return Buffer.from(base64, 'base64');
    },
    move: (product, step) =>
      request(methods.move, { product: refOf(product), step }, moveMs, moveReplySchema),
    async watch(products) {
      watched = products;
      await sendWatch(kept.link());
    },
    on(event, listener) {
      listeners[event].add(listener);
      return () => void listeners[event].delete(listener);
    },
    leaseEndsMs: kept.leaseEndsMs,
    giveBackLease: kept.giveBackLease,
    close: kept.close,
  };
}

/** Products of the registry carry more than the agent needs to know. */
function refOf({ name, root, key, source, checkout, epoch, expect }: ProductRef): ProductRef {
  return {
    name,
    root,
    ...(key && { key }),
    ...(source && { source }),
    ...(checkout === 'in-place' && { checkout }),
    ...(epoch && { epoch }),
    ...(expect && { expect }),
  };
}
