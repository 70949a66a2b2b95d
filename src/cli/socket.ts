// Where fleetd listens, when nobody says: in its container, or in a trial in this folder or one above it.
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FleetError } from '../common/errors.ts';

const containerSocket = '/run/fleet/operator/fleetd.sock';
const trialSocket = join('.fleet', 'run', 'operator.sock');

/** --socket, else FLEET_SOCKET, else the first that exists. Throws FLEETD_UNREACHABLE when none does. */
export function findSocket(given: string | null, env: NodeJS.ProcessEnv, cwd: string): string {
  const named = given ?? env.FLEET_SOCKET;
  if (named) return named;
  const places = [containerSocket];
  for (let folder = cwd; ; folder = dirname(folder)) {
    places.push(join(folder, trialSocket));
    if (folder === dirname(folder)) break;
  }
  const found = places.find((path) => statSync(path, { throwIfNoEntry: false })?.isSocket());
  if (found) return found;
  throw new FleetError({
    code: 'FLEETD_UNREACHABLE',
    message: `Expected fleetd's socket at ${containerSocket} or ${trialSocket} here or in a folder above, found none.`,
    mend: 'Start it (`npm start` for the trial), ask inside its container (`docker compose exec fleetd fleet …`), or say where it is with --socket or FLEET_SOCKET.',
  });
}
