// What `fleet doctor` finds in the runtime, asked from a page: it takes longer than a page should wait, so what was found
// last is kept for the page that looks again.
import type { FleetClient } from '../client/client.ts';
import { FleetError, type FleetErrorShape } from '../common/errors.ts';
import type { Finding } from '../contract/doctor.ts';

export interface Checked {
  /** null: nobody has asked yet, or it is still looked at */
  findings: Finding[] | null;
  /** when it was found, ISO; null with `findings` */
  at: string | null;
  looking: boolean;
  /** why it could not be looked at */
  error: FleetErrorShape | null;
}

export interface Checks {
  last(): Checked;
  /** Begins to look, unless it does already. @param fix  makes the safe mends */
  look(fix: boolean): void;
}

export function keepChecks(client: Pick<FleetClient, 'doctor'>): Checks {
  let last: Checked = { findings: null, at: null, looking: false, error: null };
  return {
    last: () => last,
    look(fix) {
      if (last.looking) return;
      last = { ...last, looking: true };
      void client.doctor({ fix }).then(
        (findings) => {
          last = { findings, at: new Date().toISOString(), looking: false, error: null };
        },
        (thrown) => {
          last = { ...last, looking: false, error: FleetError.wrap(thrown).toJSON() };
        },
      );
    },
  };
}
