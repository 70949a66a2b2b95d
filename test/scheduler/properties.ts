// What must hold of the scheduler, each as a check against any implementation of it: the test suite runs them on the
// real one, scripts/scheduler-mutants.ts on broken copies.

import { accountGivesSlot, closedStartsNothing } from './properties/accounts.ts';
import { enforcementHolds, humanGivesSlot, moreBudget, ownCapsHold } from './properties/budgets.ts';
import { cyclesFound } from './properties/cycle.ts';
import { limitsHold, onlyReady, sameForAll, sumsHold, unknownIsNull } from './properties/limits.ts';
import { backfills, fifoOracle, hopelessAside, orderKept } from './properties/order.ts';
import type { Property } from './properties/property.ts';
import { explains, reasonsAreTrue } from './properties/reasons.ts';
import { forecastComesTrue, forecastStarts, lives, sharesFairly, wakesExactly } from './properties/time.ts';

export type { Scheduler } from './properties/property.ts';

export const properties: Property[] = [
  sameForAll,
  limitsHold,
  sumsHold,
  onlyReady,
  reasonsAreTrue,
  orderKept,
  backfills,
  wakesExactly,
  enforcementHolds,
  ownCapsHold,
  moreBudget,
  humanGivesSlot,
  closedStartsNothing,
  accountGivesSlot,
  fifoOracle,
  hopelessAside,
  unknownIsNull,
  lives,
  sharesFairly,
  forecastComesTrue,
  forecastStarts,
  explains,
  cyclesFound,
];
