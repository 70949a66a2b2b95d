// A product among others: a row where there is something to say of it, a name in a card where there is not.
import { bytes, cores, count } from '../../common/units.ts';
import type { ProductView } from '../../contract/products.ts';
import { line } from '../../text/sanitise.ts';
import { ageNote } from '../../text/situation.ts';
import { productHref } from './hrefs.ts';
import { Linked } from './linked.tsx';
import { Ago, ObjectiveLink, State, why } from './parts.tsx';

/** Nothing to say of it but its state; why a queued one waits is said in the queue. */
export const quiet = (product: ProductView) =>
  ['idle', 'unknown'].includes(product.state) &&
  !product.stale &&
  product.gates + product.unreadMail === 0 &&
  !product.error;

/** @param path  of the page that it is a row of */
export function ProductRow({ product, now, path }: { product: ProductView; now: string; path: string }) {
  const { objective, footprint } = product;
  const busy = product.workers.filter(({ state }) => state !== 'completed');
  const facts = {
    age: objective?.startedAt ? <Ago at={objective.startedAt} now={now} bare /> : '',
    workers: busy.length > 0 ? count(busy.length, 'worker') : '',
    memory: footprint?.memoryBytes ? bytes(footprint.memoryBytes) : '',
    cpu: typeof footprint?.cpuCores === 'number' ? cores(footprint.cpuCores) : '',
    mail: product.unreadMail > 0 ? count(product.unreadMail, 'unread mail') : '',
    queued: product.queued > 0 ? `${product.queued} queued` : '',
  };
  const reason = objective && why(objective);
  return (
    <li
      class={`row ${product.state === 'idle' && product.queued === 0 ? 'rests' : ''}`}
      id={`product-${product.name}`}
    >
      <State product={product} />
      <div class="said">
        <p>
          <a class="title" href={productHref(product.name)}>
            {product.name}
          </a>{' '}
          {objective ? (
            <span class="objective">
              <ObjectiveLink id={objective.id} /> {line(objective.text)}
            </span>
          ) : (
            product.description && <span class="quiet">{line(product.description)}</span>
          )}
        </p>
        {reason && (
          <p class="quiet">
            <Linked text={reason} />
          </p>
        )}
        {product.error && (
          <p class="wrong">
            {line(product.error.message)} <strong>{line(product.error.mend)}</strong>
          </p>
        )}
        {product.paused && (
          <p class="quiet">
            paused: {line(product.paused.reason)}, <Ago at={product.paused.since} now={now} />
          </p>
        )}
        {ageNote(product) && <p class="quiet">{ageNote(product)}</p>}
      </div>
      <p class="facts">
        {Object.entries(facts).map(
          ([name, fact]) => fact !== '' && <span class={`fact-${name}`}>{fact}</span>,
        )}
      </p>
      <Menu product={product} path={path} />
    </li>
  );
}

/** What is done with it here and now; what needs words or a second thought is on its page. */
function Menu({ product, path }: { product: ProductView; path: string }) {
  const { name, paused, objective } = product;
  if (!product.overstory) return null;
  return (
    <details class="menu" name="menu" id={`menu-${name}`}>
      <summary aria-label={`Act on ${name}`} title={`Act on ${name}`}>
        ⋯
      </summary>
      <form method="post" action={path}>
        <input type="hidden" name="product" value={name} />
        <a href={`/start?product=${name}`}>Start an objective</a>
        {paused ? (
          <button type="submit" name="act" value="resume">
            Resume
          </button>
        ) : (
          <button type="submit" name="act" value="pause">
            Pause{objective ? `; ${objective.id} keeps its place` : ''}
          </button>
        )}
        <button type="submit" name="act" value="focus">
          Focus: pause all others
        </button>
        {objective && <a href={`${productHref(name)}#speak`}>Say something to it</a>}
        {objective && <a href={`${productHref(name)}#stop`}>Stop…</a>}
      </form>
    </details>
  );
}

/** Those with nothing to say, in one card. */
export function Folded({ products }: { products: ProductView[] }) {
  return (
    <details class="card folded" open={products.length <= 60}>
      <summary>{count(products.length, 'product')} at rest</summary>
      <ul class="chips">
        {products.map((product) => (
          <li>
            <a href={productHref(product.name)}>{product.name}</a>
            <span class="quiet">
              {product.queued > 0 ? ' queued' : product.state === 'unknown' ? ' not seen yet' : ''}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}
