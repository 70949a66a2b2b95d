// Accounts for whoever looks at them, and the one thing a human may do with them.

import { FleetError } from '../../common/errors.ts';
import type { AccountView } from '../../contract/accounts.ts';
import type { ControlReply } from '../../contract/controls.ts';
import type { Source } from '../../contract/source.ts';
import { accountStore } from '../../journal/accounts/store.ts';
import { closedNow, heldNow } from '../../scheduler/index.ts';
import type { FleetContext } from '../context.ts';
import { accountsOf } from '../decide/account-state.ts';

export type Accounts = ReturnType<typeof createAccounts>;

const iso = (ms: number): string => new Date(ms).toISOString();

/** Every account of products.yaml, and those that only the journal still knows to be closed. */
export function accountViews({
  journal,
  registry,
  clock,
}: Pick<FleetContext, 'journal' | 'registry' | 'clock'>) {
  const { accounts, products } = registry.current();
  const store = accountStore(journal.database);
  const now = clock.nowMs();
  const known = accountsOf(journal, { accounts });
  const limited = store.limited();
  const shares = store.shares().filter(({ untilMs }) => untilMs > now);
  const rows = new Map(store.closed().map((row) => [row.account, row]));
  const names = new Set([...accounts.map(({ name }) => name), ...rows.keys()]);
  return [...names].map((name): AccountView => {
    const state = known.of({ account: name });
    const closed = closedNow(state, now);
    const held = heldNow(state, now);
    const untilMs = (closed ?? held)?.untilMs ?? null;
    const row = rows.get(name);
    return {
      name,
      state: closed ? 'closed' : held ? 'held' : 'open',
      window: (closed ?? held)?.window ?? null,
      since: closed ? iso(closed.sinceMs) : null,
      until: untilMs === null ? null : iso(untilMs),
      nextTrial: closed && row?.probeMs ? iso(row.probeMs) : null,
      limit: closed && row ? row.limit : null,
      products: products.filter(({ account }) => account === name).map((product) => product.name),
      waiting: limited
        .filter((one) => one.account === name && one.wokenMs === null)
        .map((one) => one.objective),
      holdAtPercent: accounts.find((account) => account.name === name)?.holdAtPercent ?? null,
      shares: shares
        .filter(({ account }) => account === name)
        .map(({ window, usedPercent, untilMs: until, atMs }) => ({
          window,
          usedPercent,
          until: iso(until),
          at: iso(atMs),
        })),
    };
  });
}

export function createAccounts(context: FleetContext) {
  const { journal } = context;
  return {
    /**
     * A human bought credit, or knows better: what waits is woken, what is queued starts.
     * @throws FleetError ACCOUNT_UNKNOWN
     */
    open(name: string, source: Source): ControlReply {
      const views = accountViews(context);
      if (!views.some((account) => account.name === name))
        throw new FleetError({
          code: 'ACCOUNT_UNKNOWN',
          class: 'not-found',
          message: `Expected an account of products.yaml, got ${JSON.stringify(name.slice(0, 60))}.`,
          mend: `Accounts: ${views.map((account) => account.name).join(', ')}.`,
        });
      if (
        !accountStore(journal.database)
          .closed()
          .some(({ account }) => account === name)
      )
        return { verb: 'accounts open', text: `Account ${name} is open already.`, changed: false };
      const text = `Account ${name} was opened by ${source.sender ?? source.via}. Those that wait are woken one after the other, and the queue goes on.`;
      journal.record({ kind: 'account.opened', text, data: { account: name, by: 'human', source } });
      return { verb: 'accounts open', text, changed: true };
    },
  };
}
