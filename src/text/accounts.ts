// Keys and subscriptions: which is at a limit, until when, and how much of each window is used.

import { count, duration } from '../common/units.ts';
import type { AccountView } from '../contract/accounts.ts';
import type { FleetStatus } from '../contract/status.ts';
import { windowText } from '../scheduler/index.ts';
import { paragraphs, type Row, rows, type Surface, sentence } from './layout.ts';
import { line } from './sanitise.ts';

const tones = { open: 'good', held: 'warn', closed: 'bad' } as const;

export function accountsText(surface: Surface, accounts: AccountView[]): string {
  const shut = accounts.filter(({ state }) => state !== 'open').length;
  return paragraphs(
    sentence(
      surface,
      `${count(accounts.length, 'account')}${shut === 0 ? ', open' : `: ${shut} ${shut === 1 ? 'takes' : 'take'} no new work`}.`,
    ),
    rows(
      surface,
      accounts.map((account) => row(surface, account)),
    ),
  );
}

/** What status says of accounts: of those that take no work, and of windows that are seen. */
export function accountsNote(surface: Surface, { accounts = [] }: FleetStatus): string[] {
  return accounts
    .filter(({ state, shares }) => state !== 'open' || shares.length > 0)
    .map((account) =>
      sentence(
        surface,
        `Account ${surface.line(account.name, 50)}${account.state === 'open' ? '' : ` is ${account.state}`}: ${accountInWords(account, surface.nowMs, (text) => surface.line(text, 30))}.`,
        account.state === 'open' ? 'dim' : 'warn',
      ),
    );
}

function row(surface: Surface, account: AccountView): Row {
  const { name, state, products, waiting, limit, holdAtPercent } = account;
  const used =
    products.length > 0 ? `of ${products.map((one) => surface.line(one, 50)).join(', ')}` : 'of no product';
  return {
    name: surface.line(name, 50),
    state,
    tone: tones[state],
    head: accountInWords(account, surface.nowMs, (text) => surface.line(text, 30)),
    quote: limit ?? undefined,
    notes: [
      {
        text: `${used}${holdAtPercent === null ? '' : `; nothing starts from ${holdAtPercent} % on`}`,
        tone: 'dim',
      },
      ...(waiting.length > 0
        ? [
            {
              text: `waiting: ${waiting.map((id) => surface.line(id, 40)).join(', ')}`,
              tone: 'warn' as const,
            },
          ]
        : []),
      ...(state === 'closed'
        ? [{ text: `if you know better: ${surface.command(`accounts open ${name}`)}`, tone: 'dim' as const }]
        : []),
    ],
  };
}

/**
 * `the limit of a session is reached, opens in 42 min; session 12 % used`
 * @param quote what the runtime named, fit for where it is shown
 */
export function accountInWords(
  account: AccountView,
  nowMs: number,
  quote: (text: string) => string = line,
): string {
  const { state, window, until, nextTrial, shares } = account;
  const inTime = (iso: string) => {
    const ms = Date.parse(iso) - nowMs;
    return ms < 1_000 ? 'now' : `in ${duration(ms)}`;
  };
  const parts: string[] = [];
  if (state === 'closed')
    parts.push(
      `${windowText(window ?? '')} is reached, ${
        until !== null
          ? `it opens ${inTime(until)}`
          : `when it ends is not known${nextTrial === null ? '' : `, it is tried ${inTime(nextTrial)}`}`
      }`,
    );
  if (state === 'held' && until !== null) parts.push(`nothing starts until its reset ${inTime(until)}`);
  for (const { window: of, usedPercent, until: reset } of shares)
    parts.push(`${quote(of)} ${Math.round(usedPercent)} % used, resets ${inTime(reset)}`);
  return parts.join('; ');
}
