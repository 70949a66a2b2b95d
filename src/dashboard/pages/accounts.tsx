// Keys and subscriptions: which takes work, which is at a limit until when, how full its windows are, who waits for it.
import { capitalised, count } from '../../common/units.ts';
import type { AccountView } from '../../contract/accounts.ts';
import { accountInWords } from '../../text/accounts.ts';
import { block, line } from '../../text/sanitise.ts';
import type { Frame } from '../frame.ts';
import { Confirm } from './confirm.tsx';
import { productHref } from './hrefs.ts';
import { Page } from './layout.tsx';
import { RefusedIn } from './note.tsx';
import { Ago, Meter, ObjectiveLink, When } from './parts.tsx';

/** What is told in words, `in 42 min`, is drawn anew this often. */
const everyMs = 30_000;
const tones = { open: 'good', held: 'warn', closed: 'bad' } as const;

export function AccountsPage({ frame }: { frame: Frame }) {
  const { accounts = [], at } = frame.status;
  const shut = accounts.filter(({ state }) => state !== 'open');
  const summary = `${count(accounts.length, 'account')}${shut.length > 0 ? `, ${shut.length} of them not open` : ''}`;
  const timed = accounts.some(({ state, shares }) => state !== 'open' || shares.length > 0);
  return (
    <Page title="Accounts" trail={[{ text: 'Accounts' }]} frame={frame} summary={summary}>
      <h1>{summary}</h1>
      <p class="quiet">
        Keys and subscriptions that sessions run on. While one is closed nothing starts on it; what waits goes
        on by itself after its reset.
      </p>
      <RefusedIn frame={frame} of={['open-account']} />
      {accounts.length === 0 && <p class="empty">fleetd names no account: it is an older one.</p>}
      <ul class="rows" data-every={timed ? everyMs : undefined}>
        {accounts.map((account) => (
          <Account account={account} frame={frame} now={at} />
        ))}
      </ul>
    </Page>
  );
}

function Account({ account, frame, now }: { account: AccountView; frame: Frame; now: string }) {
  const { name, state, products, waiting, holdAtPercent } = account;
  // of its windows there is a bar each
  const said = accountInWords({ ...account, shares: [] }, Date.parse(now));
  return (
    <li class="row" id={`account-${name}`}>
      <span class={`state ${tones[state]}`}>{state}</span>
      <div class="said">
        <p class="title">{name}</p>
        {said && <p>{capitalised(line(said))}.</p>}
        {account.limit && <pre class="text">{block(account.limit)}</pre>}
        <p class="quiet">
          {products.length === 0 ? 'Carries no product' : 'Carries '}
          {products.map((product, i) => (
            <>
              {i > 0 && ', '}
              <a class="ref" href={productHref(product)}>
                {product}
              </a>
            </>
          ))}
          {holdAtPercent !== null && `; nothing starts from ${holdAtPercent} % of a window on`}
          {account.since && (
            <>
              ; closed <Ago at={account.since} now={now} />
            </>
          )}
          {account.until && (
            <>
              ; until <When at={account.until} />
            </>
          )}
        </p>
        {waiting.length > 0 && (
          <p class="quiet">
            Waiting for it:{' '}
            {waiting.map((id, i) => (
              <>
                {i > 0 && ', '}
                <ObjectiveLink id={id} />
              </>
            ))}
          </p>
        )}
        <Windows account={account} now={now} />
      </div>
      {state === 'closed' && (
        <Confirm
          id={`open-${name}`}
          path={frame.path}
          said={{ act: 'open-account', account: name }}
          title={`Open ${name}`}
          open="Open it"
          go="It is open"
        >
          <p>
            Say this when you bought credit, or when its reset was read wrongly. What waits for it goes on;
            the next limit that is met closes it again.
          </p>
        </Confirm>
      )}
    </li>
  );
}

function Windows({ account, now }: { account: AccountView; now: string }) {
  if (account.shares.length === 0) return null;
  return (
    <dl class="windows">
      {account.shares.map(({ window, usedPercent, until, at }) => (
        <div>
          <dt>{line(window)}</dt>
          <dd>
            <Meter share={usedPercent / 100} /> {Math.round(usedPercent)} % used, resets <When at={until} />{' '}
            <span class="quiet">
              (seen <Ago at={at} now={now} />)
            </span>
          </dd>
        </div>
      ))}
    </dl>
  );
}
