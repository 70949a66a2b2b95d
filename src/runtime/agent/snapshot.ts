// snapshot: what one product looks like now, from `ov status` and, where that counts any mail, `ov mail
// list`. An unchanged product is answered from the last look, also from one of the agent before (kept-look.ts); one with a
// live session may be read over its `ov serve`; a look that has not begun yet serves everyone who asks meanwhile.
import { realpath } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { FleetError } from '../../common/errors.ts';
import type { ProductRef } from '../../contract/runtime/protocol.ts';
import { blindSnapshot, type ProductSnapshot } from '../../contract/runtime/snapshot.ts';
import type { ReplyOf } from '../../overstory/commands/index.ts';
import { readProjectName } from '../../overstory/config.ts';
import { snapshotOf } from './describe.ts';
import { leastToLookBytes, requireSpace, requireWritableDisk } from './disk.ts';
import type { DiskUse } from './disk-use.ts';
import { type Found, findProduct, initialised, type Roots } from './find.ts';
import type { KeptLooks } from './kept-look.ts';
import { wasEnded } from './lease/ended.ts';
import { operatorMail } from './operator-mail.ts';
import type { Ov } from './ov.ts';
import { readServe, withAgents } from './served.ts';
import { frameOf, signatureOf } from './signature.ts';
import type { Slots } from './slots.ts';

export interface Snapshots {
  /**
   * Never rejects: what went wrong is the snapshot's health and error.
   * @param fresh somebody waits for what is now; else a change is looked at behind what is waited for
   */
  take(product: ProductRef, fresh: boolean): Promise<ProductSnapshot>;
}

/** Workers' worktrees are made while we look: that is no trouble, and over in milliseconds. */
async function onceMade<T>(look: () => Promise<T>): Promise<T> {
  for (let again = 0; ; again++) {
    try {
      return await look();
    } catch (thrown) {
      if (again === 3 || FleetError.wrap(thrown).code !== 'GIT_WORKTREE_HALF_MADE') throw thrown;
      await sleep(50);
    }
  }
}

interface Known {
  /**
   * the last good look, and the signature from before it began; status is the last that `ov` said itself, null: to the agent
   * before
   */
  last: { signature: string; status: ReplyOf<'status'> | null; snapshot: ProductSnapshot } | null;
  begun: Promise<ProductSnapshot> | null;
  /** asked for, not begun: whatever happened until now will be in it */
  coming: Promise<ProductSnapshot> | null;
  /** somebody waits for the one that is coming */
  urgent: boolean;
}

/**
 * @param looked called with each new look of `ov`, before its snapshot is given out
 * @param servePort where a product's `ov serve` listens, or null
 * @param disk how much a product's folder holds
 * @param kept looks that outlive the agent
 */
export function createSnapshots(
  ov: Ov,
  slots: Slots,
  roots: Roots,
  looked: (product: ProductRef, folder: string, snapshot: ProductSnapshot) => Promise<void>,
  servePort: (folder: string) => number | null,
  disk: DiskUse,
  kept: KeptLooks,
): Snapshots {
  const products = new Map<string, Known>();

  async function lookAt(
    product: ProductRef,
    folder: string,
    known: Known,
    behind: boolean,
  ): Promise<ProductSnapshot> {
    const signature = await signatureOf(folder);
    await requireWritableDisk(folder);
    await requireSpace(folder, leastToLookBytes);
    const basis = signature && (await kept.basisOf(folder, signature));
    const observedAtMs = Date.now();
    const status = await onceMade(() => ov.call(folder, 'status', { agent: 'operator' }, { behind }));
    const messages = await operatorMail(ov, folder, status, Date.now() - observedAtMs, behind);
    const projectName = await readProjectName(folder);
    const snapshot = await snapshotOf(product, folder, observedAtMs, projectName, status, messages);
    // `ov` takes a folder without `.overstory` for a project in which nothing ever ran. One that went while it was
    // looked at (a switched branch, a folder moved away) must be called gone, or its session would be called dead.
    const found = await findProduct(roots, product);
    if (found.why !== null) return blind(product, found);
    await looked(product, folder, snapshot);
    if (signature !== null) known.last = { signature, status, snapshot };
    if (basis) await kept.keep(product, basis, status, snapshot);
    return snapshot;
  }

  /** Only on top of a look by `ov`, and only while the frame that REST cannot tell stands. */
  async function readServed(product: ProductRef, folder: string, known: Known, signature: string) {
    const { last } = known;
    const port = servePort(folder);
    if (last?.status == null || port === null || frameOf(signature) !== frameOf(last.signature)) return null;
    const observedAtMs = Date.now();
    const read = await readServe(port);
    const status = read && withAgents(last.status, read.agents);
    if (status === null || known.last !== last || !(await initialised(folder))) return null;
    const { projectName } = last.snapshot;
    const snapshot = await snapshotOf(
      product,
      folder,
      observedAtMs,
      projectName,
      status,
      read?.operatorMail ?? [],
    );
    known.last = { signature, status: last.status, snapshot };
    return snapshot;
  }

  /** Of a product that this agent has not looked at: the one before has, and nothing was written since. */
  async function fromBefore(
    product: ProductRef,
    folder: string,
    known: Known,
  ): Promise<ProductSnapshot | null> {
    const signature = await signatureOf(folder);
    await requireWritableDisk(folder);
    await requireSpace(folder, leastToLookBytes);
    const basis = signature && (await kept.basisOf(folder, signature));
    const snapshot = basis ? await kept.read(product, basis) : null;
    if (!signature || snapshot === null || known.last !== null) return null;
    known.last = { signature, status: null, snapshot };
    return snapshot;
  }

  /** Without starting `ov`; null when it must be asked. */
  async function fromLast(
    product: ProductRef,
    folder: string,
    known: Known,
  ): Promise<ProductSnapshot | null> {
    if (known.last === null) return await fromBefore(product, folder, known);
    const signature = await signatureOf(folder);
    if (signature === null) return null;
    if (known.last.signature === signature) return known.last.snapshot;
    return await readServed(product, folder, known, signature);
  }

  /** One look at a time per product: one that hangs holds no more than its own place. */
  function enqueue(product: ProductRef, folder: string, known: Known): Promise<ProductSnapshot> {
    const before = known.begun?.catch(() => {}) ?? Promise.resolve();
    const look: Promise<ProductSnapshot> = before
      .then(() =>
        slots.run(
          async () => {
            const behind = !known.urgent;
            known.begun = look;
            known.coming = null;
            known.urgent = false;
            return await lookAt(product, folder, known, behind);
          },
          () => known.urgent,
        ),
      )
      .finally(() => {
        known.begun = null;
      });
    known.coming = look;
    return look;
  }

  async function take(product: ProductRef, fresh: boolean): Promise<ProductSnapshot> {
    const found = await findProduct(roots, product);
    if (found.why !== null) return blind(product, found);
    const { folder } = found;
    const key = `${product.name}\0${folder}`;
    const known: Known = products.get(key) ?? { last: null, begun: null, coming: null, urgent: false };
    products.set(key, known);
    if (!fresh && known.coming === null) {
      if (known.begun !== null) return await known.begun;
      const answer = await fromLast(product, folder, known);
      if (answer !== null) return answer;
    }
    known.urgent ||= fresh;
    const look = known.coming ?? enqueue(product, folder, known);
    if (fresh) slots.reconsider();
    return await look;
  }

  return {
    async take(product, fresh) {
      try {
        const snapshot = await take(product, fresh);
        if (snapshot.health !== 'ok') return snapshot;
        const endedByLease = await wasEnded(roots.workspaceRoot, await realpath(product.root));
        return { ...snapshot, diskBytes: disk.of(product), ...(endedByLease && { endedByLease }) };
      } catch (error) {
        return blindSnapshot(product.name, Date.now(), 'error', FleetError.wrap(error));
      }
    },
  };
}

const blind = ({ name }: ProductRef, { folder, why }: Extract<Found, { why: FleetError }>) =>
  blindSnapshot(name, Date.now(), folder === null ? 'missing' : 'uninitialised', why);
