// What is over: searched by words, product, how it ended, and days.
import { duration, usd } from '../../common/units.ts';
import type { ObjectiveView } from '../../contract/objectives.ts';
import { line } from '../../text/sanitise.ts';
import type { Frame } from '../frame.ts';
import { objectiveHref, productHref } from './hrefs.ts';
import { Page } from './layout.tsx';
import { RefusedIn } from './note.tsx';
import { Ago, ObjectiveLink, ObjectiveState, why } from './parts.tsx';

export const askedFields = ['text', 'product', 'state', 'since', 'until'] as const;
export type Asked = Record<(typeof askedFields)[number], string>;

const ends = { done: 'done', failed: 'failed', cancelled: 'cancelled' };

export function HistoryPage(props: {
  frame: Frame;
  asked: Asked;
  found: ObjectiveView[];
  /** from 1 */
  page: number;
  more: boolean;
}) {
  const { frame, asked, found, page } = props;
  const now = frame.status.at;
  const searched = Object.values(asked).some((word) => word !== '');
  const names = frame.status.products.map(({ name }) => name);
  return (
    <Page
      title="History"
      trail={[{ text: 'History' }]}
      frame={frame}
      summary={`${found.length} objectives that are over`}
    >
      <h1>History</h1>
      <search>
        <form method="get" action="/history" class="search" data-keep-while-open>
          <p>
            <label for="text">Words</label>
            <input id="text" name="text" type="search" value={asked.text} maxlength={200} />
          </p>
          <p>
            <label for="product">Product</label>
            <select id="product" name="product">
              <option value="">all</option>
              {[...new Set([...names, ...(asked.product ? [asked.product] : [])])].map((name) => (
                <option selected={name === asked.product}>{name}</option>
              ))}
            </select>
          </p>
          <p>
            <label for="state">Ended</label>
            <select id="state" name="state">
              <option value="">anyhow</option>
              {Object.entries(ends).map(([state, word]) => (
                <option value={state} selected={state === asked.state}>
                  {word}
                </option>
              ))}
            </select>
          </p>
          <p>
            <label for="since">From (UTC day)</label>
            <input id="since" name="since" type="date" value={asked.since} />
          </p>
          <p>
            <label for="until">To</label>
            <input id="until" name="until" type="date" value={asked.until} />
          </p>
          <p class="verdicts">
            <button type="submit" class="main">
              Search
            </button>
            {searched && (
              <a class="button" href="/history">
                All
              </a>
            )}
          </p>
        </form>
      </search>
      <RefusedIn frame={frame} of={['history']} />
      {found.length === 0 ? (
        <p class="empty">{searched ? 'Nothing that is over is like that.' : 'Nothing is over yet.'}</p>
      ) : (
        <ul class="rows">
          {found.map((objective) => (
            <Over objective={objective} now={now} />
          ))}
        </ul>
      )}
      <p class="pages">
        {page > 1 && <a href={hrefOf(asked, page - 1)}>Newer</a>}
        {props.more && <a href={hrefOf(asked, page + 1)}>Older</a>}
      </p>
    </Page>
  );
}

function Over({ objective, now }: { objective: ObjectiveView; now: string }) {
  const { id, product, startedAt, endedAt, outcome, state } = objective;
  const took = startedAt && endedAt ? duration(Date.parse(endedAt) - Date.parse(startedAt)) : '';
  const reason = state === 'done' ? null : why(objective);
  return (
    <li class="row" id={`over-${id}`}>
      <ObjectiveState objective={objective} />
      <div class="said">
        <p>
          <a class="title" href={productHref(product)}>
            {product}
          </a>{' '}
          <span class="objective">
            <ObjectiveLink id={id} /> <a href={objectiveHref(id)}>{line(objective.text)}</a>
          </span>
        </p>
        {reason && <p class="quiet">{reason}</p>}
      </div>
      <p class="facts">
        {outcome?.costUsd != null && <span>{usd(outcome.costUsd)}</span>}
        {took && <span>{took}</span>}
        {endedAt && (
          <span>
            <Ago at={endedAt} now={now} />
          </span>
        )}
      </p>
    </li>
  );
}

function hrefOf(asked: Asked, page: number): string {
  const query = new URLSearchParams(Object.entries(asked).filter(([, word]) => word !== ''));
  if (page > 1) query.set('page', String(page));
  return `/history?${query}`;
}
