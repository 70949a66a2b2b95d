// Accounts as they are shown.
import type { AccountView } from '../../contract/accounts.ts';
import { closedNow, heldNow } from '../../scheduler/index.ts';
import type { FleetContext } from '../context.ts';
import { accountsOf } from '../decide/account-state.ts';

const iso = (ms: number): string => new Date(ms).toISOString();

/** Every account of products.yaml, and those that only the journal still knows to be closed. */
export function accountViews({
  journal,
  registry,
  clock,
}: Pick<FleetContext, 'journal' | 'registry' | 'clock'>) {
  const { accounts, products } = registry.current();
  const store = journal.accounts;
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
