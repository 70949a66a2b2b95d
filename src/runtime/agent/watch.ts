// watch: says when overstory wrote something in a product. inotify wakes it; a slow poll of the same
// signature covers what inotify misses (mounts it does not cross, a `.overstory` made or replaced later).
import { type FSWatcher, watch as watchFolder } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { signatureOf } from './signature.ts';

/** A burst of writes is one change. Counted from the first write, so that a busy product is still heard. */
const gatherMs = 75;
const pollMs = 2_000;

interface WatchedProduct {
  product: string;
  /** resolved, or where it will be */
  root: string;
}

export interface Watcher {
  /** Replaces the set; resolves when each product's present state is known, so that no later write is missed. */
  set(products: WatchedProduct[]): Promise<void>;
}

export function createWatcher(changed: (product: string) => void): Watcher {
  const watched = new Map<string, ReturnType<typeof watchProduct>>();
  setInterval(() => {
    for (const one of watched.values()) void one.check();
  }, pollMs).unref();

  return {
    async set(products) {
      const wanted = new Map(products.map((one) => [`${one.product}\0${one.root}`, one]));
      for (const [key, one] of watched) {
        if (wanted.has(key)) continue;
        one.close();
        watched.delete(key);
      }
      for (const [key, { product, root }] of wanted)
        if (!watched.has(key))
          watched.set(
            key,
            watchProduct(root, () => changed(product)),
          );
      await Promise.all([...watched.values()].map((one) => one.ready));
    },
  };
}

function watchProduct(root: string, changed: () => void) {
  let closed = false;
  let signature: string | null = null;
  let watcher: FSWatcher | null = null;
  let watchedInode: bigint | null = null;
  let gathering: NodeJS.Timeout | null = null;
  let checking: Promise<void> | null = null;
  let again = false;

  async function attach(): Promise<void> {
    const folder = join(root, '.overstory');
    const inode = await stat(folder, { bigint: true }).then(
      (found) => found.ino,
      () => null,
    );
    if (inode === watchedInode || closed) return;
    detach();
    if (inode === null) return;
    try {
      watcher = watchFolder(folder, { persistent: false }, () => {
        gathering ??= setTimeout(() => {
          gathering = null;
          void check();
        }, gatherMs);
      });
      watcher.on('error', detach);
      watchedInode = inode;
    } catch {
      // No inotify here (its limit, its absence): the poll remains.
    }
  }

  function detach(): void {
    watcher?.close();
    watcher = null;
    watchedInode = null;
  }

  /** Compares, and tells if it differs. One comparison at a time; a wake during it makes one more. */
  async function check(): Promise<void> {
    if (checking !== null) {
      again = true;
      return;
    }
    checking = (async () => {
      do {
        again = false;
        await attach();
        const now = await signatureOf(root);
        if (closed || now === signature) continue;
        signature = now;
        changed();
      } while (again && !closed);
    })();
    await checking;
    checking = null;
  }

  const ready = (async () => {
    await attach();
    signature = await signatureOf(root);
  })();

  return {
    ready,
    check,
    close() {
      closed = true;
      if (gathering !== null) clearTimeout(gathering);
      detach();
    },
  };
}
