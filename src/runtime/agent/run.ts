// run: one `ov` command of the closed list on one product. Writes to a product go one after the other,
// reads and other products do not wait for them (a coordinator start takes twelve seconds).
import { FleetError } from '../../errors.ts';
import { isOvCommandName } from '../../overstory/commands/index.ts';
import { badArgument } from '../../overstory/errors.ts';
import { readOvArgs } from '../../overstory/run.ts';
import { readCommands, writeQueueMs } from '../protocol.ts';
import type { Ov } from './ov.ts';
import type { Slots } from './slots.ts';

export interface Runs {
  /**
   * @param args as they came from far away
   * @throws OV_BAD_ARGUMENT before anything is started; PRODUCT_BUSY when earlier writes took too long
   *         (nothing was started); else what the command throws
   */
  run(product: string, folder: string, name: string, args: unknown): Promise<unknown>;
}

export function createRuns(ov: Ov, slots: Slots): Runs {
  /** The end of the last write, by folder. It never rejects. */
  const lastWrite = new Map<string, Promise<void>>();

  async function inTurn<T>(product: string, folder: string, work: () => Promise<T>): Promise<T> {
    const before = lastWrite.get(folder) ?? Promise.resolve();
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
    lastWrite.set(folder, settled);
    void settled.then(() => {
      if (lastWrite.get(folder) === settled) lastWrite.delete(folder);
    });
    const late = Promise.withResolvers<never>();
    const patience = setTimeout(() => {
      given = true;
      late.reject(busy(product));
    }, writeQueueMs);
    void before.then(() => clearTimeout(patience));
    const done = await Promise.race([mine, late.promise]);
    if (done === null) throw busy(product);
    return done.reply;
  }

  return {
    async run(product, folder, name, args) {
      if (!isOvCommandName(name))
        throw badArgument(`Expected a command of the list, got ${JSON.stringify(name)}.`);
      const checked = readOvArgs(name, args);
      const call = () => slots.run(() => ov.call(folder, name, checked), true);
      return await (readCommands.has(name) ? call() : inTurn(product, folder, call));
    },
  };
}

function busy(product: string): FleetError {
  return new FleetError({
    code: 'PRODUCT_BUSY',
    class: 'unavailable',
    message: `Expected the earlier commands to ${product} to end within ${writeQueueMs} ms, got no turn.`,
    mend: 'Nothing was started: try again when the earlier command is done.',
    product,
  });
}
