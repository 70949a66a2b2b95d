// What waits, in its order, and why.
import type { FleetStatus } from '../../contract/status.ts';
import { line } from '../../text/sanitise.ts';
import { Ago, ObjectiveLink, productHref, why } from './parts.tsx';

const shownQueue = 20;

export function Queue({ status }: { status: FleetStatus }) {
  if (status.queue.length === 0) return null;
  // the reason is often the same for all: said once
  const shown = status.queue.slice(0, shownQueue);
  const more = status.queue.length - shown.length;
  const reasons = shown.map((objective) => reasonOf(why(objective) ?? ''));
  return (
    <section aria-labelledby="queue">
      <h2 id="queue">Waiting, and why</h2>
      <ol class="rows queue">
        {shown.map((objective, i) => (
          <li class="row" id={`queued-${objective.id}`}>
            <span class="place">{objective.position ?? '–'}</span>
            <div class="said">
              <p class="one-line">
                <a class="title" href={productHref(objective.product)}>
                  {objective.product}
                </a>{' '}
                <ObjectiveLink id={objective.id} /> {line(objective.text)}
              </p>
              <p class="quiet">
                {i > 0 && reasons[i - 1]?.cause === reasons[i]?.cause && reasons[i]?.rest
                  ? `likewise; ${reasons[i]?.rest}`
                  : why(objective)}
              </p>
            </div>
            <p class="facts">
              <span>
                <Ago at={objective.createdAt} now={status.at} bare />
              </span>
            </p>
          </li>
        ))}
      </ol>
      {more > 0 && (
        <p class="quiet hint">
          And {more} more: <code>fleet queue</code>
        </p>
      )}
    </section>
  );
}

/** `waits for a slot: 2 of 2 in use by …; next in line; expected …` → its cause, and what is its own */
function reasonOf(text: string): { cause: string; rest: string } {
  const at = text.indexOf('; ');
  return at < 0 ? { cause: text, rest: '' } : { cause: text.slice(0, at), rest: text.slice(at + 2) };
}
