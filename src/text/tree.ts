// Who works for whom: product → coordinator → leads → workers, from the parents that overstory reports.

import { since } from '../common/units.ts';
import type { ProductView } from '../contract/products.ts';
import type { FleetStatus } from '../contract/status.ts';
import { asOf, type Surface } from './layout.ts';
import { stateOf, stateWord } from './situation.ts';
import { modelText } from './spend.ts';

export interface Branch {
  worker: ProductView['workers'][number];
  below: Branch[];
}

/** A worker whose parent is not among them stands under the coordinator; a circle of parents is cut. */
export function workerTree(workers: ProductView['workers']): Branch[] {
  const names = new Set(workers.map(({ name }) => name));
  const placed = new Set<string>();
  const under = (parent: string | null): Branch[] =>
    workers
      .filter((worker) => !placed.has(worker.name) && parentOf(worker) === parent)
      .map((worker) => {
        placed.add(worker.name);
        return { worker, below: under(worker.name) };
      });
  const parentOf = ({ parent, name }: Branch['worker']) =>
    parent !== null && parent !== name && names.has(parent) ? parent : null;
  const roots = under(null);
  const left = workers.filter(({ name }) => !placed.has(name));
  return [...roots, ...left.map((worker) => ({ worker, below: [] }))];
}

export function treeText(reader: Surface, status: FleetStatus): string {
  const surface = asOf(reader, status);
  return status.products.map((product) => productTree(surface, product)).join('\n');
}

function productTree(surface: Surface, product: ProductView): string {
  const { state, tone } = stateOf(product);
  const lines = [`${surface.paint('name', product.name)} ${surface.paint(tone, state)}`];
  const { objective } = product;
  if (objective || product.workers.length > 0) {
    const about = objective ? `: ${objective.id} ${surface.line(objective.text, 60)}` : '';
    lines.push(`└─ coordinator${on('coordinator')}${about}`);
    draw(workerTree(product.workers), '   ');
  }
  return lines.join('\n');

  /** `, on claude-opus-5-5` */
  function on(agent: string): string {
    const model = modelText(product.spend, agent, (name) => surface.line(name, 60));
    return model === null ? '' : `, on ${model}`;
  }

  function draw(branches: Branch[], margin: string): void {
    branches.forEach(({ worker, below }, i) => {
      const last = i === branches.length - 1;
      const active = since(worker.lastActivity, surface.nowMs);
      const bad = worker.state === 'stalled' || worker.state === 'zombie';
      const word = surface.paint(
        bad ? 'bad' : worker.state === 'completed' ? 'dim' : 'good',
        stateWord(surface, worker.state),
      );
      lines.push(
        `${margin}${last ? '└─' : '├─'} ${surface.line(worker.name, 40)} ${word}${active ? `, active ${active} ago` : ''}${on(worker.name)}`,
      );
      draw(below, `${margin}${last ? '   ' : '│  '}`);
    });
  }
}
