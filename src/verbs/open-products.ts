// The products.yaml that add, edit and remove change: which one it is, and what the fleetd in reach says of it.
import type { Command } from 'commander';
import { FleetError } from '../common/errors.ts';
import type { Health } from '../contract/status.ts';
import type { LocalProducts, OpenProducts } from './local-products.ts';
import type { Options, Verb, VerbContext } from './verb.ts';

/** Options that say where it is. */
export const withPlace = (command: Command): Command =>
  command
    .option('--file <products.yaml>', 'instead of the one that fleetd reads')
    .option('--projects <folder>', 'that holds your repositories, where fleetd does not say');

/**
 * @returns inForce: what the fleetd that answers reads; null: none does, so it is only a file
 * @throws FleetError BAD_USAGE in chat, REGISTRY_MISSING, REGISTRY_READ_ONLY, REGISTRY_INVALID
 */
export async function openProducts(
  context: VerbContext,
  verb: Pick<Verb, 'name' | 'usage'>,
  { file, projects }: Options,
): Promise<{ file: OpenProducts; inForce: Health['registry'] | null }> {
  const local = requireProducts(context, verb);
  const inForce = await registryInForce(context);
  const asked = {
    file: typeof file === 'string' ? file : null,
    projects: typeof projects === 'string' ? projects : null,
  };
  return { file: await local.open(asked, inForce), inForce };
}

/** null: no fleetd is in reach, so products.yaml is only a file. @throws FleetError of one that answers wrongly */
async function registryInForce({ client }: VerbContext): Promise<Health['registry'] | null> {
  try {
    return (await client.health()).registry ?? null;
  } catch (error) {
    if (FleetError.wrap(error).code === 'FLEETD_UNREACHABLE') return null;
    throw error;
  }
}

/** @throws FleetError BAD_USAGE where no file can be seen: in chat */
function requireProducts({ products }: VerbContext, verb: Pick<Verb, 'name' | 'usage'>): LocalProducts {
  if (products) return products;
  throw new FleetError({
    code: 'BAD_USAGE',
    message: 'Expected a terminal on the machine where products.yaml lies, got none.',
    mend: `Type \`fleet ${verb.name} ${verb.usage}\` there.`,
  });
}
