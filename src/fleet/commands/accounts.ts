// The one thing a human may do with an account.
import { FleetError } from '../../common/errors.ts';
import type { ControlReply } from '../../contract/controls.ts';
import type { Source } from '../../contract/source.ts';
import { accountOpened } from '../../journal/accounts/facts.ts';
import type { FleetContext } from '../context.ts';
import { accountViews } from '../report/accounts.ts';

export type Accounts = ReturnType<typeof createAccounts>;

export function createAccounts(context: FleetContext) {
  const { journal } = context;
  return {
    /**
     * A human bought credit, or says that the reset was read wrongly: what waits is woken, what is queued starts.
     * @throws FleetError ACCOUNT_UNKNOWN
     */
    open(name: string, source: Source): ControlReply {
      const views = accountViews(context);
      if (!views.some((account) => account.name === name))
        throw new FleetError({
          code: 'ACCOUNT_UNKNOWN',
          message: `Expected an account of products.yaml, got ${JSON.stringify(name.slice(0, 60))}.`,
          mend: `Accounts: ${views.map((account) => account.name).join(', ')}.`,
        });
      if (!journal.accounts.closed().some(({ account }) => account === name))
        return { verb: 'accounts open', text: `Account ${name} is open already.`, changed: false };
      const opened = accountOpened(name, `was opened by ${source.sender ?? source.via}`, 'human', { source });
      journal.record(opened);
      return { verb: 'accounts open', text: opened.text, changed: true };
    },
  };
}
