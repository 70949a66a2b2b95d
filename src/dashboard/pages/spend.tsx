// What was spent per day and product: a chart drawn by the server, and its table.
import { count, usd } from '../../common/units.ts';
import type { Spending } from '../../contract/reports.ts';
import { costOf } from '../../text/report.ts';
import type { Frame } from '../frame.ts';
import { productHref } from './hrefs.ts';
import { Page } from './layout.tsx';

/** Days that can be asked for. */
export const spans = [7, 30, 90];
/** Products with a colour of their own, those that cost most; the rest share one. */
const coloured = 6;
const others = 'others';
const height = 180;
const slot = 24;
const shownDays = 31;

type Cell = Spending['spent'][number];

export function SpendPage(props: { frame: Frame; spending: Spending; days: number }) {
  const { frame, spending, days } = props;
  const { spent } = spending;
  const total = sum(spent);
  const unpriced = spent.reduce((all, cell) => all + cell.unpriced, 0);
  const names = byCost(spent);
  return (
    <Page title="Spend" trail={[{ text: 'Spend' }]} frame={frame} summary={`${usd(total)} in ${days} days`}>
      <h1>
        {usd(total)} in {days} days
      </h1>
      <p class="quiet">
        By the UTC day on which a session ended or goes on, at known prices.
        {unpriced > 0 && ` The price of ${count(unpriced, 'session')} is not known: not in it.`}
      </p>
      <nav class="pages" aria-label="Days">
        {spans.map((span) =>
          span === days ? (
            <strong aria-current="true">{span} days</strong>
          ) : (
            <a href={`/spend?days=${span}`}>{span} days</a>
          ),
        )}
      </nav>
      {total === 0 ? (
        <p class="empty">Nothing with a known price in these days.</p>
      ) : (
        <>
          <Chart spending={spending} names={names} days={days} />
          <Table spent={spent} names={names} />
        </>
      )}
    </Page>
  );
}

const sum = (cells: Cell[]): number => cells.reduce((all, { costUsd }) => all + (costUsd ?? 0), 0);

/** The dearest first. */
function byCost(spent: Cell[]): string[] {
  const products = Map.groupBy(spent, ({ product }) => product);
  return [...products]
    .filter(([, cells]) => sum(cells) > 0)
    .sort(([, a], [, b]) => sum(b) - sum(a))
    .map(([name]) => name);
}

function Chart({ spending, names, days }: { spending: Spending; names: string[]; days: number }) {
  const { spent, until } = spending;
  const lastMs = Date.parse(until.slice(0, 10));
  const all = Array.from({ length: days }, (_, i) =>
    new Date(lastMs - (days - 1 - i) * 86_400_000).toISOString().slice(0, 10),
  );
  const top = Math.max(...all.map((day) => sum(spent.filter((cell) => cell.day === day)))) || 1;
  const named = names.slice(0, coloured);
  const series = names.length > coloured ? [...named, others] : named;
  const width = days * slot;
  const tall = (costUsd: number) => (costUsd / top) * (height - 24);
  return (
    <figure class="card chart">
      <svg
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Spend per day: at most ${usd(top)}. The table below has the figures.`}
      >
        <line class="limit" x1="0" x2={width} y1="20" y2="20" />
        {all.map((day, i) => {
          const cells = spent.filter((cell) => cell.day === day);
          let base = height - 4;
          return (
            <g>
              {series.map((name, at) => {
                const mine = cells.filter(({ product }) =>
                  name === others ? !named.includes(product) : product === name,
                );
                const cost = sum(mine);
                if (cost === 0) return null;
                base -= tall(cost);
                return (
                  <rect
                    class={`series s${at}`}
                    x={i * slot + 3}
                    width={slot - 6}
                    y={base.toFixed(1)}
                    height={Math.max(1, tall(cost)).toFixed(1)}
                  >
                    <title>{`${day}, ${name}: ${usd(cost)}`}</title>
                  </rect>
                );
              })}
            </g>
          );
        })}
      </svg>
      <p class="ends" aria-hidden="true">
        <span>{all[0]}</span>
        <span>line: {usd(top)}</span>
        <span>{all.at(-1)}</span>
      </p>
      <p class="legend" aria-hidden="true">
        {series.map((name, at) => (
          <span class={`key s${at}`}>{name}</span>
        ))}
      </p>
    </figure>
  );
}

function Table({ spent, names }: { spent: Cell[]; names: string[] }) {
  const days = [...Map.groupBy(spent, ({ day }) => day)].sort(([a], [b]) => (a < b ? 1 : -1));
  const said = (cells: Cell[]) => (cells.length === 0 ? '' : costOf(cells));
  return (
    <section class="scrolls" tabindex={0} aria-label="Spend per day and product">
      <table class="steps figures">
        <thead>
          <tr>
            <th scope="col">Day</th>
            <th scope="col">All</th>
            {names.map((name) => (
              <th scope="col">
                <a href={productHref(name)}>{name}</a>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">All days</th>
            <td>{said(spent)}</td>
            {names.map((name) => (
              <td>{said(spent.filter(({ product }) => product === name))}</td>
            ))}
          </tr>
          {days.slice(0, shownDays).map(([day, cells]) => (
            <tr>
              <th scope="row">
                <a href={`/history?since=${day}&until=${day}`}>{day}</a>
              </th>
              <td>{said(cells)}</td>
              {names.map((name) => (
                <td>{said(cells.filter(({ product }) => product === name))}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
