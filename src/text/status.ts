// The whole fleet at a glance.

import { bytes, capitalised, count } from '../common/units.ts';
import type { ProductView } from '../contract/products.ts';
import type { FleetStatus } from '../contract/status.ts';
import { accountsNote } from './accounts.ts';
import { alarms, capacityLine, runtimeLine } from './capacity.ts';
import { overridesNote } from './control.ts';
import { asOf, paragraphs, rows, type Surface, sentence } from './layout.ts';
import { noProducts } from './products.ts';
import { situation, stateOf } from './situation.ts';

/** Above this many products, the quiet ones share one line. */
const eachOnItsLine = 12;

export function statusText(reader: Surface, status: FleetStatus): string {
  const surface = asOf(reader, status);
  const { products } = status;
  if (products.length === 0)
    return paragraphs(
      alarms(surface, status),
      noProducts(surface, status.registry.file),
      runtimeLine(surface, status.runtime),
    );
  const folded = products.length > eachOnItsLine ? products.filter(quiet) : [];
  const shown = products.filter((product) => !folded.includes(product));
  return paragraphs(
    alarms(surface, status),
    sentence(surface, `${summary(status)}; ${capacityLine(status.capacity)}${diskNote(products)}.`),
    shown.length > 0
      ? rows(
          surface,
          shown.map((product) => situation(surface, product, status.queue)),
        )
      : '',
    fold(surface, folded),
    accountsNote(surface, status),
    overridesNote(surface, status),
    runtimeLine(surface, status.runtime),
  );
}

/** Of those that are counted. */
function diskNote(products: ProductView[]): string {
  const counted = products.flatMap(({ diskBytes }) => diskBytes ?? []);
  return counted.length === 0 ? '' : `, ${bytes(counted.reduce((sum, one) => sum + one, 0))} of disk`;
}

/** Nothing to say of it but its state. */
const quiet = (product: ProductView) =>
  ['idle', 'unknown'].includes(product.state) &&
  product.queued + product.gates + product.unreadMail === 0 &&
  !product.error;

/** `Idle: product-b, product-d.`, one line for each state */
function fold(surface: Surface, products: ProductView[]): string[] {
  const byState = new Map<string, string[]>();
  for (const product of products) {
    const { state } = stateOf(product);
    const word = state === 'stale' ? 'stale, idle when last seen' : state;
    byState.set(word, [...(byState.get(word) ?? []), product.name]);
  }
  return [...byState].map(([word, names]) =>
    sentence(surface, `${capitalised(word)}: ${names.join(', ')}.`, 'dim'),
  );
}

/** `4 products: 1 running, 1 queued, 2 idle` */
function summary(status: FleetStatus): string {
  const states = new Map<string, number>();
  for (const product of status.products) {
    const { state } = stateOf(product);
    states.set(state, (states.get(state) ?? 0) + 1);
  }
  const parts = [...states].sort((a, b) => Number(a[0] === 'idle') - Number(b[0] === 'idle'));
  return `${count(status.products.length, 'product')}: ${parts.map(([state, n]) => `${n} ${state}`).join(', ')}`;
}
