// Several runtimes as one: each call goes to where its product is placed. One that is lost or slow holds up no other.
import { posix } from 'node:path';
import { FleetError } from '../common/errors.ts';
import type { ProductRef } from '../contract/runtime/protocol.ts';
import { movingSide } from './moving-side.ts';
import type { Runtime, RuntimeEvents, RuntimeLink, RuntimePlace } from './runtime.ts';

export interface NamedRuntime {
  name: string;
  runtime: Runtime;
  /** the human's folders are there; the others clone from `repo:` */
  local: boolean;
}

interface Joined extends Omit<NamedRuntime, 'name'> {
  forget(): void;
}

export interface Place {
  /** null: it lost its place */
  runtime: string | null;
  /** left out: there is one runtime, and nothing was ever moved */
  epoch?: number;
  /** its workspace was there once */
  made?: boolean;
}

export interface RouteOptions {
  /** where the product is; null: it has no place yet */
  placeOf(product: string): Place | null;
  /** where the registry's roots lie: each runtime has them at the same place below its own workspace */
  workspaceRoot(): string;
}

export interface Runtimes extends Runtime {
  /** Those that are gone are closed; of the others nothing is touched. */
  set(placed: readonly NamedRuntime[]): void;
}

const unplaced: RuntimeLink = { state: 'connecting', sinceMs: 0, error: null };

export function routeRuntimes(options: RouteOptions): Runtimes {
  const placeOf = (product: string): string | null => options.placeOf(product)?.runtime ?? null;
  const listeners: { [E in keyof RuntimeEvents]: Set<RuntimeEvents[E]> } = {
    changed: new Set(),
    connected: new Set(),
    lost: new Set(),
  };
  let all = new Map<string, Joined>();

  function join({ name, runtime, local }: NamedRuntime): Joined {
    const stops = [
      runtime.on('changed', (product) => {
        // What another runtime says of a product that is not there is nothing.
        if (placeOf(product) === name) for (const listener of listeners.changed) listener(product);
      }),
      runtime.on('connected', (info) => {
        for (const listener of listeners.connected) listener(info, name);
      }),
      runtime.on('lost', (error) => {
        for (const listener of listeners.lost) listener(error, name);
      }),
    ];
    return {
      runtime,
      local,
      forget: () => {
        for (const stop of stops) stop();
      },
    };
  }

  function at(product: ProductRef): { runtime: Runtime; ref: ProductRef } {
    const name = placeOf(product.name);
    const found = name === null ? undefined : all.get(name);
    if (found === undefined)
      throw new FleetError({
        code: 'RUNTIME_UNREACHABLE',
        product: product.name,
        message:
          name === null
            ? `Expected a place for ${product.name} on one of the runtimes, got none yet.`
            : `Expected the runtime ${name}, where ${product.name} is, got none of that name in products.yaml.`,
        mend:
          name === null
            ? `See why with \`fleet why ${product.name}\`.`
            : 'Put it back into products.yaml, or move the product.',
      });
    return { runtime: found.runtime, ref: placed(product, found) };
  }

  /** As its runtime knows it. */
  function placed(product: ProductRef, { runtime, local }: Joined): ProductRef {
    const { epoch, made } = options.placeOf(product.name) ?? {};
    const here = {
      ...product,
      ...(!local && { source: null }),
      ...(epoch && { epoch }),
      ...(made && { expect: true }),
    };
    const link = runtime.link(product.name);
    const below = posix.relative(options.workspaceRoot(), product.root);
    // Until it has said where its workspace is nothing is asked of it.
    if (link.state !== 'connected' || below.startsWith('..')) return here;
    return { ...here, root: posix.join(link.info.workspaceRoot, below) };
  }

  /** The products by the runtime where they are; what has no place is left out. */
  function sorted(products: readonly ProductRef[]): Map<string, ProductRef[]> {
    const by = new Map<string, ProductRef[]>([...all.keys()].map((name) => [name, []]));
    for (const product of products) by.get(placeOf(product.name) ?? '')?.push(product);
    return by;
  }

  const places = (): RuntimePlace[] =>
    [...all].map(([name, { runtime }]) => ({
      name,
      link: runtime.link(),
      leaseEndsMs: runtime.places()[0]?.leaseEndsMs ?? null,
    }));

  return {
    places,
    link(product) {
      // An engine has a link for each product.
      if (product !== undefined) return all.get(placeOf(product) ?? '')?.runtime.link(product) ?? unplaced;
      const links = places().map(({ link }) => link);
      return links.find(({ state }) => state === 'connected') ?? links[0] ?? unplaced;
    },
    set(next) {
      const before = all;
      all = new Map();
      for (const one of next) {
        const known = before.get(one.name);
        if (known?.runtime === one.runtime) all.set(one.name, known);
        else all.set(one.name, join(one));
      }
      for (const [name, { runtime, forget }] of before) {
        if (all.get(name)?.runtime === runtime) continue;
        forget();
        void runtime.close();
      }
    },
    async list() {
      const near = [...all.values()].filter(({ runtime }) => runtime.link().state === 'connected');
      return (await Promise.all(near.map(({ runtime }) => runtime.list()))).flat();
    },
    snapshot: (products, options) =>
      Promise.all(
        products.map(async (product) => {
          const { runtime, ref } = at(product);
          const [found] = await runtime.snapshot([ref], options);
          if (found === undefined) throw new Error(`Expected a snapshot of ${product.name}, got none`);
          return found;
        }),
      ),
    async ov(product, command, args) {
      const { runtime, ref } = at(product);
      return await runtime.ov(ref, command, args);
    },
    async footprint(products) {
      const asked = [...sorted(products)].filter(([, here]) => here.length > 0);
      const [first, ...others] = await Promise.all(
        asked.map(async ([name, here]) => {
          const joined = all.get(name);
          if (joined === undefined) throw new Error(`Expected the runtime ${name}, got none`);
          return await joined.runtime.footprint(here.map((product) => placed(product, joined)));
        }),
      );
      if (first === undefined) return { products: [], container: { memoryBytes: null, cpuCores: null } };
      return { ...first, products: [first, ...others].flatMap((report) => report.products) };
    },
    async look(product, what) {
      const { runtime, ref } = at(product);
      return await runtime.look(ref, what);
    },
    async diff(product, what) {
      const { runtime, ref } = at(product);
      return await runtime.diff(ref, what);
    },
    async artifact(product, what) {
      const { runtime, ref } = at(product);
      return await runtime.artifact(ref, what);
    },
    async usage(product, sinceMs) {
      const { runtime, ref } = at(product);
      return await runtime.usage(ref, sinceMs);
    },
    async make(product, how) {
      const { runtime, ref } = at(product);
      return await runtime.make(ref, how);
    },
    async maintain(product, task) {
      const { runtime, ref } = at(product);
      return await runtime.maintain(ref, task);
    },
    async bundle(product, asked) {
      const { runtime, ref } = at(product);
      return await runtime.bundle(ref, asked);
    },
    async bundlePart(product, branch, offset) {
      const { runtime, ref } = at(product);
      return await runtime.bundlePart(ref, branch, offset);
    },
    by(name) {
      const joined = all.get(name);
      return joined === undefined ? null : movingSide(joined.runtime, (product) => placed(product, joined));
    },
    async doctor(products, fix) {
      const by = sorted(products);
      const found = await Promise.all(
        [...all].map(async ([name, joined]) => {
          const here = (by.get(name) ?? []).map((product) => placed(product, joined));
          const findings = await joined.runtime.doctor(here, fix).catch((thrown) => {
            const { code, message, mend } = FleetError.wrap(thrown);
            return [
              {
                check: 'runtime',
                product: null,
                state: 'failed' as const,
                says: `${code}: ${message}`,
                mend,
              },
            ];
          });
          return all.size === 1
            ? findings
            : findings.map((one) => ({ ...one, says: `${name}: ${one.says}` }));
        }),
      );
      return found.flat();
    },
    async watch(products) {
      const by = sorted(products);
      await Promise.allSettled(
        [...all].map(([name, joined]) =>
          joined.runtime.watch((by.get(name) ?? []).map((product) => placed(product, joined))),
        ),
      );
    },
    on(event, listener) {
      listeners[event].add(listener);
      return () => void listeners[event].delete(listener);
    },
    async close() {
      await Promise.all([...all.values()].map(({ runtime }) => runtime.close()));
    },
  };
}
