// How full the budget is: now as figures and bars, over time as areas. Drawn as SVG by the server: no script, no library.
import type { FleetStatus, Usage } from '../../api/contract.ts';
import { bytes, count, duration, usd } from '../../api/text/measure.ts';
import { placeIn, type Span } from './span.ts';

const width = 240;
const height = 40;
type Point = Usage['points'][number];

export function Budget({ status, usage, span }: { status: FleetStatus; usage: Usage; span: Span }) {
  const { capacity } = status;
  const cores = (n: number) => n.toFixed(1);
  // Nothing at work uses nothing; of what works and is not measured yet nobody knows.
  const used = (now: number | null) => (capacity.liveSessions === 0 ? 0 : now);
  const over = (pick: (point: Point) => number) => ({ pick, usage, span });
  return (
    <section class="budget" aria-labelledby="budget">
      <h2 id="budget" class="unseen">
        Budget
      </h2>
      <ul class="tiles">
        <Tile
          name="Sessions"
          now={capacity.slotsUsed}
          most={capacity.slots}
          say={String}
          unit={capacity.slots === 1 ? ' slot' : ' slots'}
          alarming={false}
          over={over((point) => point.sessions)}
          note={
            capacity.liveSessions > capacity.slotsUsed
              ? `${capacity.liveSessions - capacity.slotsUsed} more waiting on you`
              : null
          }
        />
        <Tile
          name="Memory"
          now={used(capacity.memoryBytes)}
          most={capacity.maxMemoryBytes}
          say={bytes}
          over={over((point) => point.memoryBytes)}
        />
        <Tile
          name="CPU"
          now={used(capacity.cpuCores)}
          most={capacity.maxCpuCores}
          say={cores}
          unit=" cores"
          over={over((point) => point.cpuCores)}
        />
        <Tile
          name="Spent today"
          now={capacity.today.sessions === 0 ? 0 : capacity.spentTodayUsd}
          most={capacity.maxCostUsdPerDay}
          say={usd}
          over={over((point) => point.spentUsd)}
          note={unpriced(capacity.today)}
        />
      </ul>
      <p class="quiet small">
        {usage.points.length === 0
          ? 'The curves begin with the next session.'
          : `Curves: the last ${duration(span.toMs - span.fromMs)}. Dashed: the limit.`}
      </p>
    </section>
  );
}

/** What can be told of sessions whose cost is unknown; null: there are none. */
function unpriced({ unpriced: sessions, tokens }: FleetStatus['capacity']['today']): string | null {
  if (sessions === 0) return null;
  const counted = tokens === null ? 'tokens unknown' : `${tokens.toLocaleString('en-US')} tokens in all`;
  return `${count(sessions, 'session')} of unknown cost, ${counted}`;
}

function Tile(props: {
  name: string;
  /** null: unknown */
  now: number | null;
  most: number | null;
  say: (n: number) => string;
  unit?: string;
  /** whether full is a trouble: of slots it is the aim */
  alarming?: boolean;
  over: { pick: (point: Point) => number; usage: Usage; span: Span };
  note?: string | null;
}) {
  const { now, most, say, unit = '' } = props;
  const share = most ? Math.min(1, (now ?? 0) / most) : 0;
  return (
    <li class="tile">
      <h3>{props.name}</h3>
      <p class="amount">
        <strong>{now === null ? 'unknown' : say(now)}</strong>{' '}
        <span class="quiet">{most === null ? `${unit}, no limit`.trim() : `of ${say(most)}${unit}`}</span>
      </p>
      <svg class="meter" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
        {most !== null && (
          <>
            <rect class="track" width="100" height="6" />
            <rect
              class={share >= 0.9 && props.alarming !== false ? 'full' : 'used'}
              width={(share * 100).toFixed(1)}
              height="6"
            />
          </>
        )}
      </svg>
      {now !== null && <Area name={props.name} most={most} say={(n) => `${say(n)}${unit}`} {...props.over} />}
      {props.note && <p class="quiet small">{props.note}</p>}
    </li>
  );
}

function Area(props: {
  name: string;
  usage: Usage;
  span: Span;
  pick: (point: Point) => number;
  most: number | null;
  say: (n: number) => string;
}) {
  const { usage, span } = props;
  if (usage.points.length === 0) return null;
  const values = usage.points.map((point) => ({ atMs: Date.parse(point.at), value: props.pick(point) }));
  const peak = Math.max(...values.map(({ value }) => value));
  const top = Math.max(props.most ?? 0, peak) * 1.06 || 1;
  const x = (atMs: number) => (placeIn(span, atMs) * width).toFixed(1);
  const y = (value: number) => (height - 0.75 - (value / top) * (height - 0.75)).toFixed(1);
  const lastMs = values.at(-1)?.atMs ?? span.toMs;
  const line = stretches(values, usage.stepMs)
    .map(({ atMs, value }) => `${x(atMs)},${y(value)}`)
    .join(' L');
  return (
    <svg
      class="area"
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`${props.name} over time: at most ${props.say(peak)}`}
    >
      <title>{`At most ${props.say(peak)}`}</title>
      <path class="fill" d={`M0,${height} L0,${y(0)} L${line} L${x(lastMs)},${height} Z`} />
      <path class="stroke" d={`M0,${y(0)} L${line}`} />
      {props.most !== null && (
        <line class="limit" x1="0" x2={String(width)} y1={y(props.most)} y2={y(props.most)} />
      )}
    </svg>
  );
}

/** Down to nothing where nothing lived, instead of a slope from one session to the next. */
function stretches(values: { atMs: number; value: number }[], stepMs: number) {
  return values.flatMap((point, i) => {
    const before = values[i - 1];
    const after = values[i + 1];
    const begins = before === undefined || point.atMs - before.atMs > 2.5 * stepMs;
    const ends = after !== undefined && after.atMs - point.atMs > 2.5 * stepMs;
    return [
      ...(begins ? [{ atMs: point.atMs, value: 0 }] : []),
      point,
      ...(ends
        ? [
            { atMs: point.atMs + stepMs, value: point.value },
            { atMs: point.atMs + stepMs, value: 0 },
          ]
        : []),
    ];
  });
}
