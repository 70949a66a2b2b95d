// run: one `ov` command of the closed list on one product. Writes to a product go one after the other,
// reads and other products do not wait for them (a coordinator start takes twelve seconds).
import { FleetError } from '../../common/errors.ts';
import { type ProductRef, readCommands, writeQueueMs } from '../../contract/runtime/protocol.ts';
import { isOvCommandName } from '../../overstory/commands/index.ts';
import { badArgument } from '../../overstory/errors.ts';
import { readOvArgs } from '../../overstory/run.ts';
import { keyEnvironment } from './account-key.ts';
import type { Ov } from './ov.ts';
import type { Slots } from './slots.ts';

export interface Runs {
  /**
   * @param folder finds the product's; only when its turn has come: looked for before, a later command may be quicker
   *               at the disk and overtake
   * @param args as they came from far away
   * @throws OV_BAD_ARGUMENT before anything is started; PRODUCT_BUSY when earlier writes took too long
   *         (nothing was started); else what `folder` or the command throws
   */
  run(product: ProductRef, folder: () => Promise<string>, name: string, args: unknown): Promise<unknown>;
}

/** @param watched  runs what starts a coordinator */
export function createRuns(
  ov: Ov,
  slots: Slots,
  watched: <T>(folder: string, start: () => Promise<T>) => Promise<T> = (_, start) => start(),
): Runs {
  /** The end of the last write, by the product's path. It never rejects. */
  const lastWrite = new Map<string, Promise<void>>();

  async function inTurn<T>({ name, root }: ProductRef, work: () => Promise<T>): Promise<T> {
    const before = lastWrite.get(root) ?? Promise.resolve();
    /** its turn came, or it will not wait for it any longer */
    let given = false;
    const mine = before.then(async () => {
      if (given) return null;
      given = true;
      return { reply: await work() };
    });
    const settled = mine.then(
      () => {},
      () => {},
    );
    lastWrite.set(root, settled);
    void settled.then(() => {
      if (lastWrite.get(root) === settled) lastWrite.delete(root);
    });
    const late = Promise.withResolvers<never>();
    const patience = setTimeout(() => {
      given = true;
      late.reject(busy(name));
    }, writeQueueMs);
    void before.then(() => clearTimeout(patience));
    const done = await Promise.race([mine, late.promise]);
    if (done === null) throw busy(name);
    return done.reply;
  }

  return {
    async run(product, folder, name, args) {
      if (!isOvCommandName(name))
        throw badArgument(`Expected a command of the list, got ${JSON.stringify(name)}.`);
      const checked = readOvArgs(name, args);
      const call = async () => {
        const found = await folder();
        // Nothing else that is called here starts a claude.
        const env = name === 'coordinator.start' ? await keyEnvironment(product) : {};
        const start = () => slots.run(() => ov.call(found, name, checked, { env }), true);
        return await (name === 'coordinator.start' ? watched(found, start) : start());
      };
      return await (readCommands.has(name) ? call() : inTurn(product, call));
    },
  };
}

function busy(product: string): FleetError {
  return new FleetError({
    code: 'PRODUCT_BUSY',
    message: `Expected the earlier commands to ${product} to end within ${writeQueueMs} ms, got no turn.`,
    mend: 'Nothing was started: try again when the earlier command is done.',
    product,
  });
}
