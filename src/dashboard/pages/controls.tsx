// What a human can do with a product: hold it, let it go on, put it first, stop it, limit it, speak to it.
import { count } from '../../common/units.ts';
import type { ProductView } from '../../contract/products.ts';
import type { FleetStatus } from '../../contract/status.ts';
import { line } from '../../text/sanitise.ts';
import type { Frame } from '../frame.ts';
import { Confirm } from './confirm.tsx';
import { RefusedIn, typedIn } from './note.tsx';

/** Of its session; that one may be stopping already. */
const live = ({ objective, state }: ProductView) => objective !== null && state !== 'stopping';

/** The buttons under its name. Nothing that would be refused. */
export function Controls({ frame, product }: { frame: Frame; product: ProductView }) {
  const { name, objective } = product;
  const said = (act: string) => ({ act, product: name });
  const others = frame.status.products.filter((other) => other.overstory && other.name !== name);
  const atWork = others.filter((other) => other.objective !== null);
  if (!product.overstory) return null;
  return (
    <div class="acts" id="acts">
      {product.paused ? (
        <form method="post" action={frame.path}>
          <button type="submit" name="act" value="resume" class="main">
            Resume
          </button>
        </form>
      ) : (
        <Confirm
          id="pause"
          path={frame.path}
          said={said('pause')}
          title={`Pause ${name}`}
          open="Pause"
          go="Pause it"
          reason
        >
          <p>
            Nothing of {name} starts until you resume it.
            {objective &&
              ` ${objective.id} is stopped, keeps its place in the queue, and goes on from what was committed.`}
          </p>
        </Confirm>
      )}
      {others.length > 0 && (
        <Confirm
          id="focus"
          path={frame.path}
          said={said('focus')}
          title={`Focus on ${name}`}
          open="Focus"
          go="Focus on it"
        >
          <p>
            {name} comes first, and {count(others.length, 'other product')}{' '}
            {others.length === 1 ? 'is' : 'are'} paused
            {atWork.length > 0 &&
              `: ${atWork.map((other) => `${other.objective?.id} on ${other.name}`).join(', ')} ${atWork.length === 1 ? 'is stopped and keeps its' : 'are stopped and keep their'} place`}
            .
          </p>
        </Confirm>
      )}
      {objective && live(product) && (
        <Confirm
          id="stop"
          path={frame.path}
          said={said('stop')}
          title={`Stop ${objective.id} on ${name}`}
          open="Stop"
          go="Stop it"
          danger
          reason
        >
          <p>
            {objective.id} is cancelled and its session ends, with its{' '}
            {count(product.workers.filter(({ state }) => state !== 'completed').length, 'worker')}. What they
            committed stays on its branches. To let it go on later, pause instead.
          </p>
        </Confirm>
      )}
      <RefusedIn frame={frame} of={['pause', 'resume', 'focus', 'stop', 'undo']} />
    </div>
  );
}

const limits = {
  fleet: { slots: 'Slots', live: 'Live sessions', memory: 'Memory', cpu: 'CPU', cost: 'Cost a day' },
  product: { memory: 'Memory', cpu: 'CPU', cost: 'Cost a day' },
};

/** @param product  null: of the whole fleet */
export function Limits(props: {
  frame: Frame;
  product: ProductView | null;
  overrides: FleetStatus['overrides'];
}) {
  const { frame, product, overrides } = props;
  const { refused } = frame;
  const acts = ['priority', 'cap'];
  return (
    <section class="card" aria-labelledby="limits">
      <h2 id="limits">{product ? 'Priority and limits' : 'Limits'}</h2>
      {overrides.length > 0 && (
        <ul class="plain">
          {overrides.map(({ text }) => (
            <li>{line(text)}</li>
          ))}
        </ul>
      )}
      {overrides.length > 0 && product === null && (
        <form method="post" action={frame.path}>
          <button type="submit" name="act" value="undo">
            Undo the last change
          </button>
        </form>
      )}
      <details class="more" id="set-limits" open={acts.includes(refused?.said.act ?? '')}>
        <summary>Change {product ? 'priority or a limit' : 'a limit'}</summary>
        <RefusedIn frame={frame} of={acts} />
        {product && (
          <form method="post" action={frame.path} class="inline" data-keep-while-open id="set-priority">
            <label for="priority">Priority</label>
            <input
              id="priority"
              name="priority"
              required
              maxlength={40}
              autocomplete="off"
              value={typedIn(frame, ['priority'], 'priority') || String(product.priority)}
              aria-describedby="priority-help"
            />
            <button type="submit" name="act" value="priority" aria-label="Set priority">
              Set
            </button>
            <p id="priority-help" class="quiet small">
              1 to 100, high, medium or low; <code>default</code> is what products.yaml says.
            </p>
          </form>
        )}
        <form method="post" action={frame.path} class="inline" data-keep-while-open id="set-limit">
          <label for="what">Limit</label>
          <select id="what" name="what">
            {Object.entries(limits[product ? 'product' : 'fleet']).map(([name, word]) => (
              <option value={name} selected={typedIn(frame, ['cap'], 'what') === name}>
                {word}
              </option>
            ))}
          </select>
          <label for="value" class="unseen">
            Its value
          </label>
          <input
            id="value"
            name="value"
            required
            maxlength={40}
            autocomplete="off"
            value={typedIn(frame, ['cap'], 'value')}
            aria-describedby="value-help"
          />
          <button type="submit" name="act" value="cap" aria-label="Set limit">
            Set
          </button>
          <p id="value-help" class="quiet small">
            <code>{product ? '2' : '3'}</code>, <code>4</code> GiB or <code>512m</code>,{' '}
            <code>{product ? '1.5' : '80%'}</code> {product ? 'cores' : 'of the CPU'}, <code>$20</code>,{' '}
            <code>none</code>, or <code>default</code>.
          </p>
        </form>
      </details>
    </section>
  );
}

/** Words to its coordinator; nothing where nobody is there to read them. */
export function Speak({ frame, product }: { frame: Frame; product: ProductView }) {
  if (product.objective === null || ['starting', 'stopping'].includes(product.state)) return null;
  const acts = ['message', 'ask'];
  return (
    <form method="post" action={frame.path} class="card answer" id="speak" data-keep-while-open>
      <RefusedIn frame={frame} of={acts} />
      <label for="speak-text">Say something to its coordinator</label>
      <textarea id="speak-text" name="text" rows={2} maxlength={65_536} aria-describedby="speak-help">
        {typedIn(frame, acts, 'text')}
      </textarea>
      <p id="speak-help" class="quiet small">
        Ask without words: it is asked where it stands. Its reply shows in its thread.
      </p>
      <p class="verdicts">
        <button type="submit" name="act" value="message">
          Send
        </button>
        <button type="submit" name="act" value="ask">
          Ask
        </button>
      </p>
    </form>
  );
}
