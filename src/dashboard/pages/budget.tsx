// How full the budget is: now as figures and bars, over time as areas. Drawn as SVG by the server: no script, no library.

import { bytes, decimal, duration, usd } from '../../common/units.ts';
import type { Usage } from '../../contract/reports.ts';
import type { FleetStatus } from '../../contract/status.ts';
import { unpricedText } from '../../text/capacity.ts';
import { Meter } from './parts.tsx';
import { placeIn, type Span } from './span.ts';

const width = 240;
const height = 40;
type Point = Usage['points'][number];

export function Budget({ status, usage, span }: { status: FleetStatus; usage: Usage; span: Span }) {
  const { capacity } = status;
  const over = (pick: (point: Point) => number | null) => ({ pick, usage, span });
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
          now={capacity.memoryBytes}
          most={capacity.maxMemoryBytes}
          say={bytes}
          over={over((point) => point.memoryBytes)}
        />
        <Tile
          name="CPU"
          now={capacity.cpuCores}
          most={capacity.maxCpuCores}
          say={decimal}
          unit=" cores"
          over={over((point) => point.cpuCores)}
        />
        <Tile
          name="Spent today"
          now={capacity.spentTodayUsd}
          falls={false}
          atLeast={capacity.today.unpriced > 0}
          most={capacity.maxCostUsdPerDay}
          say={usd}
          over={over((point) => point.spentUsd)}
          note={unpricedText(capacity.today)}
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

function Tile(props: {
  name: string;
  /** null: unknown */
  now: number | null;
  most: number | null;
  say: (n: number) => string;
  unit?: string;
  /** whether it is nothing while nothing lives */
  falls?: boolean;
  /** whether some of it is not known */
  atLeast?: boolean;
  /** whether full is a trouble: of slots it is the aim */
  alarming?: boolean;
  over: { pick: (point: Point) => number | null; usage: Usage; span: Span };
  note?: string | null;
}) {
  const { now, most, say, unit = '' } = props;
  const share = most ? (now ?? 0) / most : 0;
  return (
    <li class="tile">
      <h3>{props.name}</h3>
      <p class="amount">
        {props.atLeast && now !== null && <span class="quiet">at least </span>}
        <strong>{now === null ? 'not known' : say(now)}</strong>
        {most !== null && ' '}
        <span class="quiet">
          {most === null ? `${unit}, no limit` : `${now === null ? 'limit' : 'of'} ${say(most)}${unit}`}
        </span>
      </p>
      <Meter share={most === null ? null : share} alarming={props.alarming} />
      {now !== null && (
        <Area
          name={props.name}
          most={most}
          say={(n) => `${say(n)}${unit}`}
          falls={props.falls !== false}
          {...props.over}
        />
      )}
      {props.note && <p class="quiet small">{props.note}</p>}
    </li>
  );
}

function Area(props: {
  name: string;
  usage: Usage;
  span: Span;
  falls: boolean;
  pick: (point: Point) => number | null;
  most: number | null;
  say: (n: number) => string;
}) {
  const { usage, span } = props;
  if (usage.points.length === 0) return null;
  const all = usage.points.map((point) => ({ atMs: Date.parse(point.at), value: props.pick(point) }));
  const runs = known(all);
  if (runs.length === 0) return null;
  const peak = Math.max(...runs.flat().map(({ value }) => value));
  const top = Math.max(props.most ?? 0, peak) * 1.06 || 1;
  const x = (atMs: number) => (placeIn(span, atMs) * width).toFixed(1);
  const y = (value: number) => (height - 0.75 - (value / top) * (height - 0.75)).toFixed(1);
  // Before the first session there was nothing, which is known.
  const start = all[0]?.value === null ? [] : [`0,${y(0)}`];
  const drawn = runs.map((run, i) => {
    const untilMs = i === runs.length - 1 && all.at(-1)?.value !== null ? span.toMs : null;
    const shape = props.falls ? stretches(run, usage.stepMs, untilMs) : run;
    const points = shape.map(({ atMs, value }) => `${x(atMs)},${y(value)}`);
    const lastMs = shape.at(-1)?.atMs ?? span.toMs;
    return { line: [...(i === 0 ? start : []), ...points], end: x(lastMs) };
  });
  const partly = runs.flat().length < all.length;
  return (
    <svg
      class="area"
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`${props.name} over time: at most ${props.say(peak)}${partly ? ', not known at times' : ''}`}
    >
      <title>{`At most ${props.say(peak)}${partly ? '; where the line is missing it is not known' : ''}`}</title>
      {drawn.map(({ line, end }) => (
        <>
          <path
            class="fill"
            d={`M${line[0]?.split(',')[0]},${height} L${line.join(' L')} L${end},${height} Z`}
          />
          <path class="stroke" d={`M${line.join(' L')}`} />
        </>
      ))}
      {props.most !== null && (
        <line class="limit" x1="0" x2={String(width)} y1={y(props.most)} y2={y(props.most)} />
      )}
    </svg>
  );
}

interface Known {
  atMs: number;
  value: number;
}

/** Runs of values between those that are not known. */
function known(all: { atMs: number; value: number | null }[]): Known[][] {
  const runs: Known[][] = [[]];
  for (const { atMs, value } of all)
    if (value === null) runs.push([]);
    else runs.at(-1)?.push({ atMs, value });
  return runs.filter((run) => run.length > 0);
}

/**
 * Down to nothing where nothing lived, instead of a slope from one session to the next.
 * @param untilMs when it is told; null: it is not known what came after the last value
 */
function stretches(values: Known[], stepMs: number, untilMs: number | null): Known[] {
  return values.flatMap((point, i) => {
    const before = values[i - 1];
    const after = values[i + 1];
    const begins = before === undefined || point.atMs - before.atMs > 2.5 * stepMs;
    const nextMs = after?.atMs ?? untilMs;
    const ends = nextMs !== null && nextMs - point.atMs > 2.5 * stepMs;
    return [
      ...(begins ? [{ atMs: point.atMs, value: 0 }] : []),
      point,
      ...(ends
        ? [
            { atMs: point.atMs + stepMs, value: point.value },
            { atMs: point.atMs + stepMs, value: 0 },
            { atMs: nextMs, value: 0 },
          ]
        : []),
    ];
  });
}
