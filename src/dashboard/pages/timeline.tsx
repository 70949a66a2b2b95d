// What ran when: a lane per product, its objectives from start to end, its gates as marks.
import type { FleetStatus, GateView, ObjectiveView } from '../../api/contract.ts';
import { duration } from '../../api/text/measure.ts';
import { clock, productHref } from './parts.tsx';

const hourMs = 3_600_000;
const longestMs = 24 * hourMs;
const shortestMs = hourMs / 4;
const width = 1000;

interface Bar {
  objective: ObjectiveView;
  fromMs: number;
  toMs: number;
}

export function Timeline(props: { status: FleetStatus; history: ObjectiveView[]; gates: GateView[] }) {
  const nowMs = Date.parse(props.status.at);
  const running = props.status.products.flatMap(({ objective }) => objective ?? []);
  const bars = [...running, ...props.history].flatMap((objective): Bar[] => {
    if (objective.startedAt === null) return [];
    const toMs = objective.endedAt === null ? nowMs : Date.parse(objective.endedAt);
    return toMs < nowMs - longestMs ? [] : [{ objective, fromMs: Date.parse(objective.startedAt), toMs }];
  });
  if (bars.length === 0) return <p class="quiet">No session in the last 24 hours.</p>;
  const oldest = Math.min(...bars.map(({ fromMs }) => fromMs));
  const startMs = Math.max(nowMs - longestMs, Math.min(oldest, nowMs - shortestMs));
  const x = (ms: number) => (Math.max(0, (ms - startMs) / (nowMs - startMs)) * width).toFixed(1);
  const names = [...new Set(bars.map(({ objective }) => objective.product))].sort();
  return (
    <div class="timeline">
      {names.map((name) => {
        const own = bars.filter(({ objective }) => objective.product === name);
        const gates = props.gates.filter(
          ({ product, askedAt }) => product === name && Date.parse(askedAt) >= startMs,
        );
        return (
          <div class="lane" id={`lane-${name}`}>
            <a href={productHref(name)}>{name}</a>
            <svg
              viewBox={`0 0 ${width} 20`}
              preserveAspectRatio="none"
              role="img"
              aria-label={spoken(own, gates)}
            >
              <rect class="track" y="9" width={String(width)} height="2" />
              {own.map(({ objective, fromMs, toMs }) => (
                <rect
                  class={`bar ${objective.state}`}
                  x={x(fromMs)}
                  y="3"
                  height="14"
                  width={Math.max(3, Number(x(toMs)) - Number(x(fromMs))).toFixed(1)}
                >
                  <title>{`${objective.id} ${objective.state}, ${duration(toMs - fromMs)}`}</title>
                </rect>
              ))}
              {gates.map((gate) => (
                <rect class="gate" x={x(Date.parse(gate.askedAt))} y="0" width="4" height="20">
                  <title>{`gate ${gate.n}, ${gate.state}`}</title>
                </rect>
              ))}
            </svg>
          </div>
        );
      })}
      <div class="lane axis" aria-hidden="true">
        <span />
        <p>
          <span>{clock(new Date(startMs).toISOString())}</span>
          <span>now</span>
        </p>
      </div>
      <p class="legend" aria-hidden="true">
        <span class="key running">running</span>
        <span class="key done">done</span>
        <span class="key failed">failed</span>
        <span class="key cancelled">cancelled</span>
        <span class="key gate">gate</span>
      </p>
    </div>
  );
}

/** The lane in words, newest first. */
function spoken(bars: Bar[], gates: GateView[]): string {
  const said = bars.map(
    ({ objective, fromMs, toMs }) => `${objective.id} ${objective.state}, ${duration(toMs - fromMs)}`,
  );
  return [...said.slice(0, 10), ...gates.map(({ n, state }) => `gate ${n} ${state}`)].join('; ');
}
