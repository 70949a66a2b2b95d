// What waits, in its order, and why; who comes first is changed here.
import type { ObjectiveView } from '../../contract/objectives.ts';
import { line } from '../../text/sanitise.ts';
import type { Frame } from '../frame.ts';
import { objectiveHref, productHref } from './hrefs.ts';
import { Linked } from './linked.tsx';
import { RefusedIn } from './note.tsx';
import { Ago, ObjectiveLink, why } from './parts.tsx';

const shownQueue = 20;

export function Queue({ frame }: { frame: Frame }) {
  const { queue, at: now } = frame.status;
  if (queue.length === 0) return null;
  // the reason is often the same for all: said once
  const shown = queue.slice(0, shownQueue);
  const more = queue.length - shown.length;
  const reasons = shown.map((objective) => reasonOf(why(objective) ?? ''));
  return (
    <section aria-labelledby="queue">
      <h2 id="queue">Waiting, and why</h2>
      <RefusedIn frame={frame} of={['priority']} />
      <ol class="rows queue" data-queue>
        {shown.map((objective, i) => (
          <li
            class="row"
            id={`queued-${objective.id}`}
            data-objective={objective.id}
            data-product={objective.product}
            data-drags={leads(queue, i) ? '' : undefined}
          >
            <span class="place">{objective.position ?? '–'}</span>
            <div class="said">
              <p class="one-line">
                <a class="title" href={productHref(objective.product)}>
                  {objective.product}
                </a>{' '}
                <ObjectiveLink id={objective.id} /> {line(objective.text)}
              </p>
              <p class="quiet">
                <Linked
                  text={
                    i > 0 && reasons[i - 1]?.cause === reasons[i]?.cause && reasons[i]?.rest
                      ? `likewise; ${reasons[i]?.rest}`
                      : (why(objective) ?? '')
                  }
                />
              </p>
            </div>
            <p class="facts">
              <span>
                <Ago at={objective.createdAt} now={now} bare />
              </span>
            </p>
            <Moves path={frame.path} queue={queue} at={i} />
          </li>
        ))}
      </ol>
      <form method="post" action={frame.path} id="move" hidden>
        <input type="hidden" name="act" value="priority" />
        <input type="hidden" name="product" value="" />
        <input type="hidden" name="priority" value="" />
      </form>
      {more > 0 && (
        <p class="quiet hint">
          And {more} more: <code>fleet queue</code>
        </p>
      )}
    </section>
  );
}

/** Whether it is the next one of its product: a priority moves that one. */
const leads = (queue: ObjectiveView[], at: number): boolean =>
  queue[at]?.position != null && queue.findIndex(({ product }) => product === queue[at]?.product) === at;

function Moves({ path, queue, at }: { path: string; queue: ObjectiveView[]; at: number }) {
  const mine = queue[at];
  if (mine === undefined) return null;
  const others = (some: ObjectiveView[]) =>
    leads(queue, at)
      ? some.filter(({ product, position }) => product !== mine.product && position !== null)
      : [];
  const up = others(queue.slice(0, at)).at(-1);
  const down = others(queue.slice(at + 1))[0];
  return (
    <form method="post" action={path} class="moves">
      <input type="hidden" name="act" value="priority" />
      <input type="hidden" name="product" value={mine.product} />
      {up && (
        <button
          type="submit"
          name="priority"
          value={`before ${up.id}`}
          aria-label={`Put ${mine.id} before ${up.id}`}
          title={`Before ${up.id}`}
        >
          ↑
        </button>
      )}
      {down && (
        <button
          type="submit"
          name="priority"
          value={`after ${down.id}`}
          aria-label={`Put ${mine.id} behind ${down.id}`}
          title={`Behind ${down.id}`}
        >
          ↓
        </button>
      )}
      <a
        class="button"
        href={`${objectiveHref(mine.id)}#cancel`}
        aria-label={`Cancel ${mine.id}`}
        title="Cancel it"
      >
        ×
      </a>
    </form>
  );
}

/** `waits for a slot: 2 of 2 in use by …; next in line; expected …` → its cause, and what is its own */
function reasonOf(text: string): { cause: string; rest: string } {
  const at = text.indexOf('; ');
  return at < 0 ? { cause: text, rest: '' } : { cause: text.slice(0, at), rest: text.slice(at + 2) };
}
