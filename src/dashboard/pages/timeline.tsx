// What ran when: a lane per product, a bar per session, its gates as marks from asked to answered.

import { duration } from '../../common/units.ts';
import type { Timeline as TimelineView } from '../../contract/reports.ts';
import { line } from '../../text/sanitise.ts';
import { productHref } from './hrefs.ts';

import { placeIn, type Span, ticksOf } from './span.ts';

/** Lanes shown at once; the rest are folded. */
const lanesShown = 12;

type Session = TimelineView['sessions'][number];
type Mark = TimelineView['gates'][number];

/** How a bar looks, and its word. */
const kinds: Record<Session['state'], { tone: string; word: string }> = {
  starting: { tone: 'running', word: 'starting' },
  running: { tone: 'running', word: 'running' },
  stopping: { tone: 'running', word: 'stopping' },
  done: { tone: 'done', word: 'done' },
  failed: { tone: 'failed', word: 'failed' },
  cancelled: { tone: 'cancelled', word: 'cancelled' },
  requeued: { tone: 'requeued', word: 'put back into the queue' },
};
const legend = {
  running: 'running',
  done: 'done',
  failed: 'failed',
  cancelled: 'cancelled',
  requeued: 'put back',
};

/** @param alone the lane of one product on its own page: its name stands above already */
export function Timeline({ timeline, span, alone }: { timeline: TimelineView; span: Span; alone?: boolean }) {
  const { sessions, gates } = timeline;
  if (sessions.length === 0)
    return <p class="quiet">{alone ? 'It did not run' : 'Nothing ran'} in the last 24 hours.</p>;
  // who runs now comes first, then who ran last
  const names = [
    ...new Set([...sessions.filter(({ endedAt }) => endedAt === null), ...sessions].map((s) => s.product)),
  ];
  const lane = (name: string) => (
    <Lane
      name={name}
      sessions={sessions.filter(({ product }) => product === name)}
      gates={gates.filter(({ product }) => product === name)}
      span={span}
      alone={alone ?? false}
    />
  );
  const tones = new Set(sessions.map(({ state }) => kinds[state].tone));
  return (
    <div class={`timeline ${alone ? 'alone' : ''}`}>
      {names.slice(0, lanesShown).map(lane)}
      {names.length > lanesShown && (
        <details class="more-lanes" id="more-lanes">
          <summary>{names.length - lanesShown} more products that ran</summary>
          {names.slice(lanesShown).map(lane)}
        </details>
      )}
      <div class="lane axis" aria-hidden="true">
        {!alone && <span />}
        <svg width="100%" height="16" aria-hidden="true">
          {ticksOf(span).map((age) => (
            <text x={percent(placeIn(span, span.toMs - age))} y="12" text-anchor="middle">
              {duration(age)} ago
            </text>
          ))}
          <text x="100%" y="12" text-anchor="end">
            now
          </text>
        </svg>
      </div>
      <p class="legend" aria-hidden="true">
        {Object.entries(legend)
          .filter(([tone]) => tones.has(tone))
          .map(([tone, word]) => (
            <span class={`key ${tone}`}>{word}</span>
          ))}
        {gates.length > 0 && <span class="key gate">asks you</span>}
      </p>
    </div>
  );
}

const percent = (share: number) => `${(share * 100).toFixed(2)}%`;

function Lane(props: { name: string; sessions: Session[]; gates: Mark[]; span: Span; alone: boolean }) {
  const { name, sessions, gates, span } = props;
  const place = (iso: string | null) => placeIn(span, iso === null ? span.toMs : Date.parse(iso));
  return (
    <div class="lane" id={`lane-${name}`}>
      {!props.alone && <a href={productHref(name)}>{name}</a>}
      <svg width="100%" height="24" role="img" aria-label={spoken(sessions, gates, span)}>
        {ticksOf(span).map((age) => (
          <line
            class="tick"
            x1={percent(placeIn(span, span.toMs - age))}
            x2={percent(placeIn(span, span.toMs - age))}
            y1="0"
            y2="24"
          />
        ))}
        <rect class="track" y="12" width="100%" height="1" />
        {sessions.map((session) => (
          <rect
            class={`bar ${kinds[session.state].tone}`}
            x={percent(Math.min(place(session.startedAt), 0.996))}
            y="6"
            height="13"
            rx="2"
            width={percent(Math.max(0.004, place(session.endedAt) - place(session.startedAt)))}
          >
            <title>{told(session, span)}</title>
          </rect>
        ))}
        {gates.map((gate) => (
          <g class="gate">
            <rect
              x={percent(place(gate.askedAt))}
              y="1"
              height="3"
              width={percent(Math.max(0.003, place(gate.resolvedAt) - place(gate.askedAt)))}
            />
            <circle cx={percent(Math.min(0.996, Math.max(0.004, place(gate.askedAt))))} cy="3" r="4">
              <title>{`gate ${gate.n}, ${gate.state}: ${line(gate.subject)}`}</title>
            </circle>
          </g>
        ))}
      </svg>
    </div>
  );
}

function told({ objective, state, startedAt, endedAt, why }: Session, span: Span): string {
  const ms = (endedAt === null ? span.toMs : Date.parse(endedAt)) - Date.parse(startedAt);
  return `${objective} ${kinds[state].word}, ${duration(ms)}${why && state !== 'done' ? `: ${line(why)}` : ''}`;
}

/** The lane in words, newest first. */
const spoken = (sessions: Session[], gates: Mark[], span: Span): string =>
  [
    ...sessions.slice(0, 10).map((session) => told(session, span)),
    ...gates.map(({ n, state }) => `gate ${n} ${state}`),
  ].join('; ');
