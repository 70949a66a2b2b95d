// How much of an account's windows is used, as a coordinator's screen shows it.

import type { Screen } from '../../overstory/screen.ts';
import type { Product } from '../../registry/registry.ts';
import type { FleetContext } from '../context.ts';

/** A smaller change is not recorded: each record is a row in the journal. */
const leastPercent = 1;
const sameResetMs = 60_000;

export function noteShares(
  { journal, clock }: FleetContext,
  { name: product, account }: Product,
  { shares }: Screen,
): void {
  if (shares.length === 0) return;
  const known = journal.accounts.shares();
  for (const { window, usedPercent, resetsAtMs: untilMs } of shares) {
    const before = known.find((one) => one.account === account && one.window === window);
    const news =
      before === undefined ||
      Math.abs(before.usedPercent - usedPercent) >= leastPercent ||
      Math.abs(before.untilMs - untilMs) > sameResetMs;
    // A screen of before the reset says nothing of the window that has begun since.
    if (!news || untilMs <= clock.nowMs()) continue;
    journal.record({
      kind: 'account.share',
      product,
      text: `${Math.round(usedPercent)} % of the ${window} of account ${account} is used.`,
      data: { account, window, usedPercent, untilMs },
    });
  }
}
