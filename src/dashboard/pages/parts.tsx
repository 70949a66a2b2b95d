// Small things that several pages show.

import { clockText, duration } from '../../common/units.ts';
import type { FleetEvent } from '../../contract/events.ts';
import type { ObjectiveView } from '../../contract/objectives.ts';
import type { ProductView } from '../../contract/products.ts';
import { stepTones } from '../../text/blueprint.ts';
import { line } from '../../text/sanitise.ts';
import { stateOf } from '../../text/situation.ts';
import { objectiveHref } from './hrefs.ts';
import { Linked } from './linked.tsx';

/** `14:03:21`, UTC: what fleetd's log says too. The script puts the reader's own time in its place. */
export const clock = (iso: string) => (
  <time datetime={iso} data-clock>
    {iso.slice(11, 19)} UTC
  </time>
);

/** `12 min ago` as of when the page was drawn; the script lets it grow. bare: `3 h 5 min`, brief: `3 h` */
export function Ago(props: { at: string; now: string; bare?: boolean; brief?: boolean }) {
  const { at } = props;
  const form = props.brief ? 'brief' : props.bare ? 'bare' : '';
  const whole = duration(Date.parse(props.now) - Date.parse(at));
  const text = form === 'brief' ? whole.split(' ', 2).join(' ') : whole;
  return (
    <time datetime={at} data-ago={form} title={`${at.slice(0, 19).replace('T', ' ')} UTC`}>
      {form !== '' ? text : whole === '0 s' ? 'now' : `${text} ago`}
    </time>
  );
}

/** `2026-11-30 09:00 UTC`; the script puts the reader's own date and time in its place. */
export const When = ({ at }: { at: string }) => (
  <time datetime={at} data-when>
    {clockText(Date.parse(at))}
  </time>
);

/**
 * How much of something is used.
 * @param props.share  0 to 1; null: there is no limit, and a bar's place stays empty
 * @param props.alarming  false: full is no trouble
 */
export const Meter = ({ share, alarming = true }: { share: number | null; alarming?: boolean }) => (
  <svg class="meter" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
    {share !== null && (
      <>
        <rect class="track" width="100" height="6" />
        <rect
          class={share >= 0.9 && alarming ? 'full' : 'used'}
          width={(Math.min(1, share) * 100).toFixed(1)}
          height="6"
        />
      </>
    )}
  </svg>
);

export function ObjectiveLink({ id }: { id: string }) {
  return (
    <a class="id" href={objectiveHref(id)}>
      {line(id)}
    </a>
  );
}

export function State({ product }: { product: ProductView }) {
  const { state, tone } = stateOf(product);
  return <span class={`state ${tone}`}>{state}</span>;
}

export function ObjectiveState({ objective }: { objective: ObjectiveView }) {
  return <span class={`state ${stepTones[objective.state]}`}>{objective.state}</span>;
}

/** Its sentence without the names that stand beside it already. */
export function why(objective: ObjectiveView): string | null {
  const named = `${objective.id} on ${objective.product} `;
  const told = objective.why?.startsWith(named) ? objective.why.slice(named.length) : objective.why;
  const parts = [objective.condition, told].flatMap((part) => (part ? [line(part)] : []));
  return parts.length > 0 ? [...new Set(parts)].join(': ') : null;
}

/** Only those that there is something to say of. */
export function FactList({ facts }: { facts: [string, string][] }) {
  return (
    <dl>
      {facts
        .filter(([, text]) => text !== '')
        .map(([name, text]) => (
          <div>
            <dt>{name}</dt>
            <dd>{text}</dd>
          </div>
        ))}
    </dl>
  );
}

/** Good and bad news stand out in a list of them. */
function toneOf({ kind, data }: FleetEvent): string {
  if (/^(runtime\.lost|product\.trouble|decision\.relief)/.test(kind)) return 'bad';
  if (/^(gate\.opened|budget\.ask)/.test(kind)) return 'warn';
  if (kind !== 'objective.ended') return '';
  return { done: 'good', failed: 'bad' }[String(data.end)] ?? '';
}

export function Events({ events, now }: { events: FleetEvent[]; now: string }) {
  if (events.length === 0) return <p class="quiet">Nothing yet.</p>;
  return (
    <ol class="events">
      {events.map((event) => (
        <li id={`event-${event.seq}`}>
          <span class="when">
            <Ago at={event.at} now={now} brief />
          </span>
          <span class={`told ${toneOf(event)}`}>
            <Told event={event} />
          </span>
        </li>
      ))}
    </ol>
  );
}

/** Its sentence, without what its state says already; what it names leads to its page. */
function Told({ event: { kind, data, text } }: { event: FleetEvent }) {
  const said = line(text);
  const done = kind === 'objective.ended' && data.end === 'done';
  return <Linked text={done ? `${said.split(':', 1)[0]}.` : said} />;
}

/** What is journalled for programs rather than people. */
const technical =
  /^(action\.|session\.(measured|spent)|fleetd\.|notice\.|operator-mail\.|gate\.(delivered|verified)|decision\.wait)/;
/** Said better by another event that comes with it: an objective's beginning and end. */
const doubled = /^session\.(starting|stopping|ended)/;
/** An agent's "noted": its mail stands in its thread. */
const noted = ({ kind, data }: FleetEvent) =>
  kind === 'mail.received' &&
  /^Re: \[obj-/.test(String((data.mail as { subject?: string } | undefined)?.subject));

/** What happened, in the words of the objective, and what humans changed. */
export const forPeople = (events: FleetEvent[]) =>
  events.filter((event) => !technical.test(event.kind) && !doubled.test(event.kind) && !noted(event));
