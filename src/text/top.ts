// The board of `fleet top`: how full the budget is, what needs the human, a line per product with the chosen one
// marked, and what keys do. It never takes more lines than the terminal has.

import { bytes, count, decimal, since, usd } from '../common/units.ts';
import type { GateView } from '../contract/gates.ts';
import type { ObjectiveView } from '../contract/objectives.ts';
import type { ProductView } from '../contract/products.ts';
import type { FleetStatus } from '../contract/status.ts';
import { alarms } from './capacity.ts';
import { asOf, cut, pad, type Surface, type Tone, widthOf } from './layout.ts';
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

const ranks = ['trouble', 'waiting on you', 'running', 'starting', 'stopping', 'stale', 'paused', 'queued'];

/** The order of the board: what needs a human first, what rests last, else as products.yaml has them. */
export function boardOrder(products: readonly ProductView[]): ProductView[] {
  const rank = (product: ProductView) => {
    if (product.gates > 0) return -1;
    const at = ranks.indexOf(stateOf(product).state);
    return at < 0 ? ranks.length : at;
  };
  return products.toSorted((a, b) => rank(a) - rank(b));
}

/** Those that are told on the board; `?` tells all. */
const keys = 's start  p pause  f focus  x stop  u undo  a approve  r reject  t answer  ? keys  q quit';
const gatesShown = 4;

export interface TopLine {
  text: string;
  /** a click on it chooses this one; absent: nothing */
  product?: string;
}

export const topText = (reader: Surface, board: Board): string =>
  topLines(reader, board)
    .map(({ text }) => text)
    .join('\n');

/** All keys, a line each, below those that are no act. */
export function topHelp(surface: Surface, acts: { key: string; says: string }[]): string {
  const all = [
    { key: 'j k, arrows, wheel, click', says: 'choose a product' },
    ...acts,
    { key: '?', says: 'these keys; any key goes back' },
    { key: 'q, Ctrl-C', says: 'quit' },
  ];
  const width = Math.max(...all.map(({ key }) => key.length));
  return all
    .map(
      ({ key, says }) =>
        `${surface.paint('name', pad(key, width))}  ${cut(says, surface.columns - width - 2)}`,
    )
    .join('\n');
}

/** The board line by line, as it is shown from the first row on. */
export function topLines(reader: Surface, { status, gates, chosen, note, height }: Board): TopLine[] {
  const surface = asOf(reader, status);
  const products = boardOrder(status.products);
  const above: (string | TopLine)[] = [
    ...alarms(surface, status).flatMap((text) => text.split('\n')),
    ...meters(surface, status.capacity),
    ...gates.slice(0, gatesShown).map((gate) => ({
      text: gateLine(surface, gate),
      ...(gate.product !== null && { product: gate.product }),
    })),
    ...(gates.length > gatesShown
      ? [surface.paint('warn', `and ${gates.length - gatesShown} more: ${surface.command('gates')}`)]
      : []),
    '',
  ];
  const below = ['', surface.paint('dim', cut(keys, surface.columns)), cut(note, surface.columns)];
  const room = Math.max(3, height - above.length - below.length - 2);
  // the chosen one stays on the screen
  const from = Math.max(0, Math.min(chosen - Math.floor(room / 2), products.length - room));
  const shown = products.slice(from, from + room);
  const name = Math.min(24, Math.max(7, ...products.map((product) => product.name.length)));
  const roomy = surface.columns >= name + 60;
  const left = surface.columns - name - (roomy ? 49 : 35);
  const seen =
    shown.length < products.length ? ` ${from + 1} to ${from + shown.length} of ${products.length}` : '';
  const head = `  ${pad('product', name)} ${pad('state', 14)} ${pad('objective', 9)} ${'for'.padStart(6)}${roomy ? `${'memory'.padStart(9)}${'CPU'.padStart(5)}` : ''} ${seen}`;
  const lines = shown.map((product, i) => ({
    text: productLine(surface, product, currentOf(product, status.queue), {
      chosen: from + i === chosen,
      name,
      left,
      roomy,
    }),
    product: product.name,
  }));
  return [
    ...above,
    surface.paint('dim', cut(head, surface.columns).trimEnd()),
    ...(lines.length > 0 ? lines : ['  No products yet.']),
    ...below,
  ].map((each) => (typeof each === 'string' ? { text: each } : each));
}

function productLine(
  surface: Surface,
  product: ProductView,
  objective: ObjectiveView | null,
  { chosen, name, left, roomy }: { chosen: boolean; name: number; left: number; roomy: boolean },
): string {
  const { state, tone } = stateOf(product);
  const used = product.footprint;
  // the largest unit says enough
  const age = objective && since(objective.startedAt ?? objective.createdAt, surface.nowMs);
  const brief = age?.split(' ', 2).join(' ') ?? '';
  const about = objective
    ? objective.state === 'queued'
      ? whyNote(surface, objective)
      : objective.text
    : '';
  return [
    chosen ? surface.paint('name', '>') : ' ',
    surface.paint('name', pad(cut(product.name, name), name)),
    surface.paint(tone, pad(state, 14)),
    pad(objective?.id ?? '', 9),
    brief.padStart(6),
    ...(roomy
      ? [
          (used?.memoryBytes ? bytes(used.memoryBytes) : '').padStart(8),
          (typeof used?.cpuCores === 'number' ? used.cpuCores.toFixed(1) : '').padStart(4),
        ]
      : []),
    surface.line(about ?? '', Math.max(8, left)),
  ]
    .join(' ')
    .trimEnd();
}

const gateLine = (surface: Surface, gate: GateView): string => {
  const head = `gate ${gate.n} ${gate.product ?? 'fleet'}: `;
  return surface.paint('warn', `${head}${surface.line(gate.subject, surface.columns - widthOf(head))}`);
};

/** `slots 2/2 ████  memory 3.7 GiB of 8 GiB ███░░ …`, each as wide as the others, on as many lines as they need. */
function meters(surface: Surface, capacity: FleetStatus['capacity']): string[] {
  const all: { label: string; now: number | null; most: number | null; alarming: boolean }[] = [
    {
      label: `${capacity.slotsUsed} of ${count(capacity.slots, 'slot')} used`,
      now: capacity.slotsUsed,
      most: capacity.slots,
      alarming: false,
    },
    {
      label: `memory ${of(capacity.memoryBytes, capacity.maxMemoryBytes, bytes)}`,
      now: capacity.memoryBytes,
      most: capacity.maxMemoryBytes,
      alarming: true,
    },
    {
      label: `CPU ${of(capacity.cpuCores, capacity.maxCpuCores, decimal)}`,
      now: capacity.cpuCores,
      most: capacity.maxCpuCores,
      alarming: true,
    },
    {
      label: `today ${of(capacity.spentTodayUsd, capacity.maxCostUsdPerDay, usd)}`,
      now: capacity.spentTodayUsd,
      most: capacity.maxCostUsdPerDay,
      alarming: true,
    },
  ];
  const bar = 10;
  const width = Math.max(...all.map(({ label }) => widthOf(label)));
  const cells = all.map(({ label, now, most, alarming }) => {
    const share = most ? Math.min(1, (now ?? 0) / most) : 0;
    const full = Math.round(share * bar);
    const tone: Tone = share >= 0.9 && alarming ? 'bad' : 'busy';
    const drawn =
      most === null
        ? ' '.repeat(bar)
        : surface.paint(tone, '█'.repeat(full)) + surface.paint('dim', '░'.repeat(bar - full));
    return `${pad(label, width)} ${drawn}`;
  });
  const inLine = Math.max(1, Math.min(cells.length, Math.floor((surface.columns + 3) / (width + bar + 4))));
  // two and two rather than three and one
  const each = inLine === 3 ? 2 : inLine;
  return Array.from({ length: Math.ceil(cells.length / each) }, (_, i) =>
    cells
      .slice(i * each, (i + 1) * each)
      .join('   ')
      .trimEnd(),
  );
}

const of = (now: number | null, most: number | null, say: (n: number) => string): string =>
  `${now === null ? '–' : say(now)}${most === null ? '' : `${now === null ? ', limit' : ' of'} ${say(most)}`}`;
