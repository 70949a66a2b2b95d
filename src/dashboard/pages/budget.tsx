// How full the budget is: now as bars, over time as areas. Drawn as SVG by the server: no script, no library.
import type { FleetStatus } from '../../api/contract.ts';
import { bytes, duration, usd } from '../../api/text/measure.ts';
import { type Sample, thinned } from '../samples.ts';

const width = 240;
const height = 44;

export function Budget({ status, samples }: { status: FleetStatus; samples: readonly Sample[] }) {
  const { capacity } = status;
  const cores = (n: number) => n.toFixed(1);
  return (
    <section class="card" aria-labelledby="budget" id="budget-card">
      <h2 id="budget">Budget</h2>
      <Meter
        name="Slots"
        now={capacity.slotsUsed}
        most={capacity.slots}
        text={`${capacity.slotsUsed} of ${capacity.slots}`}
        note={
          capacity.liveSessions === capacity.slotsUsed
            ? null
            : `${capacity.liveSessions} of ${capacity.maxLiveSessions} sessions live`
        }
      />
      <Meter
        name="Memory"
        now={capacity.memoryBytes ?? 0}
        most={capacity.maxMemoryBytes}
        text={amount(capacity.memoryBytes, capacity.maxMemoryBytes, bytes)}
      />
      <Area
        name="Memory"
        samples={samples}
        pick={(s) => s.memoryBytes}
        most={capacity.maxMemoryBytes}
        say={bytes}
      />
      <Meter
        name="CPU"
        now={capacity.cpuCores ?? 0}
        most={capacity.maxCpuCores}
        text={amount(capacity.cpuCores, capacity.maxCpuCores, cores, ' cores')}
      />
      <Area
        name="CPU"
        samples={samples}
        pick={(s) => s.cpuCores}
        most={capacity.maxCpuCores}
        say={(n) => `${cores(n)} cores`}
      />
      <Meter
        name="Spent today"
        now={capacity.spentTodayUsd ?? 0}
        most={capacity.maxCostUsdPerDay}
        text={amount(capacity.spentTodayUsd ?? 0, capacity.maxCostUsdPerDay, usd)}
      />
      {(capacity.spentTodayUsd ?? 0) > 0 && (
        <Area
          name="Spent"
          samples={samples}
          pick={(s) => s.spentUsd}
          most={capacity.maxCostUsdPerDay}
          say={usd}
        />
      )}
      <Span samples={samples} />
    </section>
  );
}

function Span({ samples }: { samples: readonly Sample[] }) {
  const [first] = samples;
  const last = samples.at(-1);
  if (!first || !last || first === last)
    return <p class="quiet small">The curves begin with the next session.</p>;
  return (
    <p class="quiet small">
      Curves: the last {duration(last.atMs - first.atMs)} in which sessions lived, the dashed line is the
      limit.
    </p>
  );
}

const amount = (now: number | null, most: number | null, say: (n: number) => string, unit = '') =>
  `${say(now ?? 0)}${most === null ? `${unit}, no limit` : ` of ${say(most)}${unit}`}`;

function Meter(props: {
  name: string;
  now: number;
  most: number | null;
  text: string;
  note?: string | null;
}) {
  const share = props.most ? Math.min(1, props.now / props.most) : 0;
  return (
    <div class="meter">
      <p>
        <span class="name">{props.name}</span> <span class="figure">{props.text}</span>
      </p>
      {props.most !== null && (
        <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
          <rect class="track" width="100" height="6" />
          <rect
            class={share >= 0.9 && props.name !== 'Slots' ? 'full' : 'used'}
            width={(share * 100).toFixed(1)}
            height="6"
          />
        </svg>
      )}
      {props.note && <p class="quiet small">{props.note}</p>}
    </div>
  );
}

function Area(props: {
  name: string;
  samples: readonly Sample[];
  pick: (sample: Sample) => number;
  most: number | null;
  say: (n: number) => string;
}) {
  const points = thinned(props.samples, props.pick, width);
  const [first] = points;
  const last = points.at(-1);
  if (!first || !last || first === last) return null;
  const peak = Math.max(...points.map(({ value }) => value));
  const top = Math.max(props.most ?? 0, peak) * 1.08 || 1;
  const x = (atMs: number) => (((atMs - first.atMs) / (last.atMs - first.atMs)) * width).toFixed(1);
  const y = (value: number) => (height - (value / top) * height).toFixed(1);
  const line = points.map(({ atMs, value }) => `${x(atMs)},${y(value)}`).join(' L');
  return (
    <svg
      class="area"
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`${props.name} over time: now ${props.say(last.value)}, at most ${props.say(peak)}`}
    >
      <title>{`At most ${props.say(peak)}`}</title>
      <path class="fill" d={`M${x(first.atMs)},${height} L${line} L${width},${height} Z`} />
      <path class="stroke" d={`M${line}`} />
      {props.most !== null && (
        <line class="limit" x1="0" x2={String(width)} y1={y(props.most)} y2={y(props.most)} />
      )}
    </svg>
  );
}
