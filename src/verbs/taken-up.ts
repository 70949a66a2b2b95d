// After products.yaml was written: until the fleet has read it, and until a product of it is ready.
import type { VerbContext } from './verb.ts';

/** Said where no fleetd is in reach. */
export const unseen =
  'No fleetd answers here. One that runs without Docker reads it by itself; the bundle after `docker compose restart fleetd`, which ends no session.';

/** Longer than the poll of a fleetd that gets no events of files, and its read. */
const readMs = 15_000;
const pollMs = 150;
/** As long as the runtime gives a clone. */
const readyMs = 900_000;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** @returns why it is not in force, in words; null: it is */
export async function readByFleetd({ client, signal }: VerbContext, digest: string): Promise<string | null> {
  for (let waited = 0; waited < readMs && !signal?.aborted; waited += pollMs) {
    if ((await client.health()).registry?.digest === digest) return null;
    await pause(pollMs);
  }
  const { registry } = await client.status();
  return (
    registry.problems.join(' ') || `fleetd has not read it within ${readMs / 1_000} s: see \`fleet status\`.`
  );
}

/** It is looked at once more when it is made: until then a start would be refused for what was seen before. */
async function troubleOf(client: VerbContext['client'], name: string): Promise<string> {
  let said = '';
  for (let waited = 0; waited < readMs; waited += pollMs) {
    const { products } = await client.status({ product: name });
    const error = products[0]?.error ?? null;
    if (error === null) return '';
    said = ` Nothing starts on it yet: ${error.code}: ${error.message} ${error.mend}`;
    await pause(pollMs);
  }
  return said;
}

/**
 * @param tell  called as it goes on
 * @returns what is to be said when it is ready
 * @throws FleetError of what is in its way
 */
export async function madeReady(
  { client, source, signal }: VerbContext,
  name: string,
  tell: (sentence: string) => void,
): Promise<string> {
  for (let waited = 0; waited < readyMs && !signal?.aborted; ) {
    const since = Date.now();
    const { text, pending } = await client.prepare(name, { source });
    if (!pending) return `${text}${await troubleOf(client, name)}`;
    waited += Math.max(1, Date.now() - since);
    tell(`${name} is still being made ready (${Math.round(waited / 1_000)} s)`);
  }
  return `${name} is being made ready; \`fleet events --last 5\` tells when it is.`;
}
