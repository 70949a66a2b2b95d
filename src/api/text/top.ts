// The board of `fleet top`: capacity, a line per product with the chosen one marked, gates, and what keys do.
import type { FleetStatus, GateView } from '../contract.ts';
import { alarms, capacityLine } from './capacity.ts';
import { asOf, cut, pad, paragraphs, type Surface, sentence } from './layout.ts';
import { bytes, since } from './measure.ts';
import { currentOf, stateOf, whyNote } from './situation.ts';

export interface Board {
  status: FleetStatus;
  /** open ones */
  gates: GateView[];
  /** index of the chosen product */
  chosen: number;
  /** what the last key came to, or what is being typed */
  note: string;
  /** rows of the terminal */
  height: number;
}

export function topText(reader: Surface, { status, gates, chosen, note, height }: Board): string {
  const surface = asOf(reader, status);
  const { products } = status;
  const above = [...alarms(surface, status), sentence(surface, `${capacityLine(status.capacity)}.`)];
  const below = [
    ...gates.slice(0, 5).map((gate) => gateLine(surface, gate)),
    surface.paint(
      'dim',
      'j/k choose  p pause/resume  f focus  u undo  a approve  r reject  t answer  q quit',
    ),
    note,
  ];
  const taken = above.join('\n').split('\n').length + below.length + 3;
  const room = Math.max(3, height - taken);
  // the chosen one stays on the screen
  const from = Math.max(0, Math.min(chosen - Math.floor(room / 2), products.length - room));
  const name = Math.min(24, Math.max(7, ...products.map((product) => product.name.length)));
  const lines = products.slice(from, from + room).map((product, i) => {
    const { state, tone } = stateOf(product);
    const objective = currentOf(product, status.queue);
    const used = product.footprint;
    const started = objective && since(objective.startedAt, surface.nowMs);
    const figures = [
      pad(started ?? '', 10),
      pad(used?.memoryBytes ? bytes(used.memoryBytes) : '', 8),
      pad(typeof used?.cpuCores === 'number' ? `${used.cpuCores.toFixed(1)}c` : '', 5),
      pad(product.gates > 0 ? `gate${product.gates > 1 ? `s ${product.gates}` : ''}` : '', 7),
    ].join(' ');
    const about = objective
      ? objective.state === 'queued'
        ? whyNote(surface, objective)
        : objective.text
      : '';
    const left = Math.max(8, surface.columns - name - 62);
    return [
      from + i === chosen ? surface.paint('name', '>') : ' ',
      surface.paint('name', pad(cut(product.name, name), name)),
      surface.paint(tone, pad(state, 14)),
      pad(objective?.id ?? '', 8),
      figures,
      surface.line(about ?? '', left),
    ]
      .join(' ')
      .trimEnd();
  });
  return paragraphs(above, lines.length > 0 ? lines : 'No products yet.', below);
}

const gateLine = (surface: Surface, gate: GateView): string =>
  surface.paint(
    'warn',
    `gate ${gate.n} ${gate.product ?? 'fleet'}: ${surface.line(gate.subject, surface.columns - 30)}`,
  );
