// Accounts as the scheduler sees them: journal + products.yaml.

import type { Journal } from '../../journal/journal.ts';
import type { Product, Registry } from '../../registry/registry.ts';
import type { AccountState } from '../../scheduler/state.ts';

/** It has not been woken, or what it shows since is not believed yet. */
export const standsAtLimit = (journal: Pick<Journal, 'accounts'>, session: number): boolean =>
  journal.accounts.limited().some((one) => one.session === session);

/** Its account has opened since: what its screen still shows holds nothing back. */
export const wokenFromLimit = (journal: Pick<Journal, 'accounts'>, session: number): boolean =>
  journal.accounts.limited().some((one) => one.session === session && one.wokenMs !== null);

/** What the journal knows of all accounts, read once. */
export function accountsOf(journal: Pick<Journal, 'accounts'>, registry: Pick<Registry, 'accounts'>) {
  const store = journal.accounts;
  const closed = new Map(store.closed().map((row) => [row.account, row]));
  const shares = Map.groupBy(store.shares(), ({ account }) => account);
  const limited = new Set(
    store.limited().flatMap(({ session, wokenMs }) => (wokenMs === null ? session : [])),
  );

  function held(name: string): AccountState['held'] {
    const holdAtPercent = registry.accounts.find((account) => account.name === name)?.holdAtPercent ?? null;
    if (holdAtPercent === null) return null;
    const over = (shares.get(name) ?? []).filter(({ usedPercent }) => usedPercent >= holdAtPercent);
    // The one that resets last holds longest.
    const [last] = over.sort((a, b) => b.untilMs - a.untilMs);
    if (last === undefined) return null;
    const { window, usedPercent, untilMs } = last;
    return { window, usedPercent, holdAtPercent, untilMs };
  }

  const states = new Map<string, AccountState>();
  return {
    of({ account: name }: Pick<Product, 'account'>): AccountState {
      const known = states.get(name);
      if (known !== undefined) return known;
      const row = closed.get(name);
      const state: AccountState = {
        name,
        closed: row ? { window: row.window, sinceMs: row.sinceMs, untilMs: row.untilMs } : null,
        held: held(name),
      };
      states.set(name, state);
      return state;
    },
    /** It stands at a limit and has not been woken. */
    limited: (session: number): boolean => limited.has(session),
  };
}
