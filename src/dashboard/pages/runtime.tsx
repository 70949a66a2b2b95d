// Where sessions run: a row for each runtime, what products use of it, fleetd itself, and the checks of `fleet doctor`.

import type { FleetErrorShape } from '../../common/errors.ts';
import { bytes, capitalised, cores, count, decimal, duration } from '../../common/units.ts';
import { version } from '../../common/version.ts';
import type { ProductView } from '../../contract/products.ts';
import type { RuntimeView } from '../../contract/runtimes.ts';
import type { FleetStatus, Health } from '../../contract/status.ts';
import { capacityLine } from '../../text/capacity.ts';
import { line } from '../../text/sanitise.ts';
import type { Checked } from '../checks.ts';
import type { Frame } from '../frame.ts';
import { FindingList } from './findings.tsx';
import { productHref } from './hrefs.ts';
import { Page } from './layout.tsx';
import { Ago, FactList, State, When } from './parts.tsx';

/** A machine on which products run, as it is shown. */
interface Where {
  name: string;
  /** docker, local …; what it is */
  title: string;
  state: FleetStatus['runtime']['state'];
  ovVersion: string | null;
  simulated: boolean;
  error: FleetErrorShape | null;
  uses: FleetStatus['capacity']['container'];
  /** of the one runtime that there is, nothing more */
  more: RuntimeView | null;
}

/** Each runtime of the fleet; where products.yaml names none, the one that there is. */
function runtimesOf({ runtime, runtimes = [], capacity }: FleetStatus): Where[] {
  if (runtimes.length === 0)
    return [
      { ...runtime, name: 'runtime', title: runtime.description, uses: capacity.container, more: null },
    ];
  return runtimes.map((one) => ({
    ...one,
    title: `${one.name}, ${one.kind}`,
    uses: one.container,
    more: one,
  }));
}

const tones = { connected: 'good', connecting: 'busy', lost: 'bad' } as const;

export function RuntimePage(props: { frame: Frame; health: Health; checked: Checked }) {
  const { frame, health } = props;
  const { status } = frame;
  const all = runtimesOf(status);
  const away = all.filter(({ state }) => state !== 'connected').length;
  const summary =
    all.length > 1
      ? `${count(all.length, 'runtime')}, ${away === 0 ? 'all in reach' : `${away} out of reach`}`
      : `The runtime is ${away === 0 ? 'connected' : 'out of reach'}`;
  return (
    <Page title="Runtime" trail={[{ text: 'Runtime' }]} frame={frame} summary={summary}>
      <h1>{summary}</h1>
      <p class="quiet">
        {capitalised(capacityLine(status.capacity))}.{' '}
        <a class="ref" href="/#set-limits">
          Change a limit
        </a>
      </p>
      <div class="columns">
        <div class="wide">
          <section aria-labelledby="runtimes">
            <h2 id="runtimes">Where sessions run</h2>
            <ul class="rows">
              {all.map((one) => (
                <Runtime one={one} now={status.at} />
              ))}
            </ul>
          </section>
          <section aria-labelledby="uses">
            <h2 id="uses">What products use</h2>
            <Uses products={status.products} />
          </section>
          <FindingList checked={props.checked} path={frame.path} />
        </div>
        <div class="side">
          <Fleetd status={status} health={health} />
        </div>
      </div>
    </Page>
  );
}

function Runtime({ one, now }: { one: Where; now: string }) {
  const { name, title, state, ovVersion, simulated, uses, more } = one;
  const ov = ovVersion === null ? 'ov was not found' : `ov ${line(ovVersion).slice(0, 40)}`;
  return (
    <li class="row" id={`runtime-${name}`}>
      <span class={`state ${tones[state]}`}>{state}</span>
      <div class="said">
        <p class="title">{line(title)}</p>
        {state === 'connected' && (
          <p class="quiet">
            {ov}
            {simulated && ', which is the simulator: no real workers run and nothing is spent'}
          </p>
        )}
        {more && <Placed of={more} now={now} />}
        {one.error && <p class="wrong">{`${line(one.error.message)} ${line(one.error.mend)}`}</p>}
      </div>
      <p class="facts">
        {uses?.memoryBytes != null && <span>{bytes(uses.memoryBytes)} in use</span>}
        {uses?.cpuCores != null && <span>{cores(uses.cpuCores)}</span>}
      </p>
    </li>
  );
}

/** What has its place on one of several, and what they use of it. */
function Placed({ of, now }: { of: RuntimeView; now: string }) {
  const { state, since, products, live, labels, memoryBytes, maxMemoryBytes, cpuCores, maxCpuCores } = of;
  const used = [
    maxMemoryBytes === null ? '' : `memory ${bytes(memoryBytes ?? 0)} of ${bytes(maxMemoryBytes)}`,
    maxCpuCores === null ? '' : `CPU ${decimal(cpuCores ?? 0)} of ${cores(maxCpuCores)}`,
  ].filter(Boolean);
  return (
    <>
      <p class="quiet">
        {state !== 'connected' && (
          <>
            Since <Ago at={since} now={now} />.{' '}
          </>
        )}
        {products.length === 0 ? 'No product has its place there' : 'Products: '}
        {products.map((product, i) => (
          <>
            {i > 0 && ', '}
            <a class="ref" href={productHref(product)}>
              {product}
            </a>
            {live.includes(product) && ' (at work)'}
          </>
        ))}
      </p>
      {used.length > 0 && <p class="quiet">By sessions: {used.join(', ')}</p>}
      {labels.length > 0 && <p class="quiet">Labels: {labels.map((label) => line(label)).join(', ')}</p>}
    </>
  );
}

function Uses({ products }: { products: ProductView[] }) {
  if (products.length === 0) return <p class="empty">No products yet.</p>;
  const all = products.reduce((sum, { diskBytes }) => sum + (diskBytes ?? 0), 0);
  const placed = products.some(({ runtime }) => runtime !== undefined);
  const known = products.some(({ diskBytes }) => diskBytes !== undefined);
  return (
    <section class="scrolls card" tabindex={0} aria-label="Memory, CPU and disk per product">
      <table class="steps">
        <thead>
          <tr>
            <th scope="col">Product</th>
            <th scope="col">State</th>
            {placed && <th scope="col">Runtime</th>}
            <th scope="col">Memory</th>
            <th scope="col">CPU</th>
            <th scope="col">Disk</th>
          </tr>
        </thead>
        <tbody>
          {products.map((product) => (
            <tr>
              <th scope="row">
                <a href={productHref(product.name)}>{product.name}</a>
              </th>
              <td>
                <State product={product} />
              </td>
              {placed && <td>{product.runtime ?? ''}</td>}
              <td>{product.footprint?.memoryBytes ? bytes(product.footprint.memoryBytes) : ''}</td>
              <td>
                {typeof product.footprint?.cpuCores === 'number' ? cores(product.footprint.cpuCores) : ''}
              </td>
              <td>{product.diskBytes === undefined ? '' : bytes(product.diskBytes)}</td>
            </tr>
          ))}
          {known && products.length > 1 && (
            <tr>
              <th scope="row">{count(products.length, 'product')}</th>
              <td />
              {placed && <td />}
              <td />
              <td />
              <td>{bytes(all)}</td>
            </tr>
          )}
        </tbody>
      </table>
    </section>
  );
}

function Fleetd({ status, health }: { status: FleetStatus; health: Health }) {
  const { registry, journal, clock } = status;
  const facts: [string, string][] = [
    ['Release', health.version === version ? version : `${health.version}; these pages are of ${version}`],
    ['Products', line(registry.file)],
    ['Workspace', health.registry ? line(health.registry.workspaceRoot) : ''],
    ['Projects', health.registry?.projectsRoot ? line(health.registry.projectsRoot) : ''],
    ['Journal', journal.error ? line(journal.error.message) : 'it is written'],
  ];
  return (
    <section class="card" aria-labelledby="fleetd">
      <h2 id="fleetd">fleetd</h2>
      <FactList facts={facts} />
      {clock && (
        <p class="wrong small">
          Its clock went {clock.byMs > 0 ? 'forward' : 'back'} by {duration(Math.abs(clock.byMs))}{' '}
          <When at={clock.at} />: ages and times around it may be wrong.
        </p>
      )}
    </section>
  );
}
