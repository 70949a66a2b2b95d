// fleetd's own socket: whoever may write to it is the operator.
import { statSync } from 'node:fs';
import type { Finding } from '../../../contract/doctor.ts';

export function socketFinding(path: string): Finding {
  const common = { check: 'socket', product: null };
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found?.isSocket())
    return {
      ...common,
      state: 'failed',
      says: `Expected fleetd's socket at ${path}, got ${found ? 'something else' : 'nothing'}.`,
      mend: 'Start fleetd, or say where its socket is with --socket or FLEET_SOCKET.',
    };
  if ((found.mode & 0o007) !== 0)
    return {
      ...common,
      state: 'failed',
      says: `Expected ${path} to be closed to other users, got mode ${(found.mode & 0o777).toString(8)}: any of them is the operator.`,
      mend: `\`chmod 600 ${path}\`; the next start of fleetd does it too.`,
    };
  return { ...common, state: 'ok', says: `${path}, closed to other users`, mend: null };
}
