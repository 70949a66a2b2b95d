// Small checks of the runtime and of each product, for `fleet doctor`. Each says what it found and what
// to do; with `fix` the safe ones are mended (nothing is deleted, nothing of a human's is changed).
import { FleetError } from '../../../common/errors.ts';
import type { Finding } from '../../../contract/doctor.ts';
import type { ProductRef } from '../../../contract/runtime/protocol.ts';
import type { Place } from '../maintenance/place.ts';
import type { Check, MachinePlace } from './check.ts';
import { checkout } from './checkout.ts';
import { claude, disk, git, key, ov, tmux } from './machine.ts';
import { account, models, name, owner, repository, servers, state, trust, watchdog } from './product.ts';
import { statusLine } from './status-line.ts';

/** What every product of this runtime depends on. */
const machineChecks: Check<MachinePlace>[] = [ov, git, tmux, disk, key, claude];
/** What one product's start depends on: the same steps as `prepare`, looked at one by one. */
const productChecks: Check<Place>[] = [
  repository,
  state,
  checkout,
  owner,
  name,
  watchdog,
  models,
  account,
  trust,
  servers,
  statusLine,
];

/** A product that `ov` cannot be asked about, and why. */
export interface Unready {
  product: ProductRef;
  why: FleetError;
}

/** @param products  those that overstory works on, and can */
export async function diagnose(
  machine: MachinePlace,
  products: Place[],
  unready: Unready[],
  fix: boolean,
): Promise<Finding[]> {
  const found = machineChecks.map((check) => run(check, machine, null, fix));
  for (const place of products)
    found.push(...productChecks.map((check) => run(check, place, place.product, fix)));
  const said = unready.map(({ product, why }) => ({
    check: repository.name,
    product: product.name,
    ...failed(why),
  }));
  return [...(await Promise.all(found)), ...said];
}

async function run<P>(check: Check<P>, place: P, product: ProductRef | null, fix: boolean): Promise<Finding> {
  const common = { check: check.name, product: product?.name ?? null };
  try {
    return { ...common, mend: null, ...(await check.look(place, fix)) };
  } catch (thrown) {
    return { ...common, ...failed(FleetError.wrap(thrown)) };
  }
}

const failed = ({ code, message, mend }: FleetError) =>
  ({ state: 'failed', says: `${code}: ${message}`, mend }) as const;
