// Small things that several pages show.
import type { FleetEvent, ObjectiveView, ProductView } from '../../api/contract.ts';
import { duration } from '../../api/text/measure.ts';
import { line } from '../../api/text/sanitise.ts';
import { stateOf } from '../../api/text/situation.ts';

/** `14:03:21`, UTC: what fleetd's log says too. The script puts the reader's own time in its place. */
export const clock = (iso: string) => (
  <time datetime={iso} data-clock>
    {iso.slice(11, 19)} UTC
  </time>
);

/** `12 min ago` as of when the page was drawn; the script lets it grow. */
export function Ago({ at, now, bare }: { at: string; now: string; bare?: boolean }) {
  const text = duration(Date.parse(now) - Date.parse(at));
  return (
    <time datetime={at} data-ago={bare ? 'bare' : ''} title={at.slice(0, 19).replace('T', ' ')}>
      {bare ? text : `${text} ago`}
    </time>
  );
}

export function State({ product }: { product: ProductView }) {
  const { state, tone } = stateOf(product);
  return <span class={`state ${tone}`}>{state}</span>;
}

const objectiveTones: Record<ObjectiveView['state'], string> = {
  queued: 'busy',
  starting: 'busy',
  running: 'good',
  done: 'good',
  failed: 'bad',
  cancelled: 'dim',
};

export function ObjectiveState({ objective }: { objective: ObjectiveView }) {
  return <span class={`state ${objectiveTones[objective.state]}`}>{objective.state}</span>;
}

/** Its sentence without the names that stand beside it already. */
export function why(objective: ObjectiveView): string | null {
  const named = `${objective.id} on ${objective.product} `;
  const told = objective.why?.startsWith(named) ? objective.why.slice(named.length) : objective.why;
  const parts = [objective.condition, told].flatMap((part) => (part ? [line(part)] : []));
  return parts.length > 0 ? [...new Set(parts)].join(': ') : null;
}

export const productHref = (name: string) => `/products/${name}`;
export const gateHref = (n: number) => `/gates/${n}`;

export function Events({ events, now }: { events: FleetEvent[]; now: string }) {
  if (events.length === 0) return <p class="quiet">Nothing yet.</p>;
  return (
    <ol class="events">
      {events.map((event) => (
        <li id={`event-${event.seq}`}>
          <span class="when">
            <Ago at={event.at} now={now} bare />
          </span>
          <span>{line(event.text)}</span>
        </li>
      ))}
    </ol>
  );
}

/** What is journalled for programs rather than people. */
const technical =
  /^(action\.|session\.measured|fleetd\.|notice\.|operator-mail\.|decision\.wait|gate\.(sent|read|delivered))/;
export const forPeople = (events: FleetEvent[]) => events.filter(({ kind }) => !technical.test(kind));
