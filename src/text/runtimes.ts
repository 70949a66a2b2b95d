// The machines on which products run, a row each.
import { bytes, cores, count, duration } from '../common/units.ts';
import type { RuntimeView } from '../contract/runtimes.ts';
import type { FleetStatus } from '../contract/status.ts';
import { runtimeLine } from './capacity.ts';
import { paragraphs, type Row, rows, type Surface, sentence } from './layout.ts';

const tones = { connected: 'good', connecting: 'busy', lost: 'bad' } as const;

export function runtimesText(surface: Surface, { runtimes = [], runtime }: FleetStatus): string {
  if (runtimes.length === 0)
    return paragraphs(
      sentence(surface, 'One runtime, for all products: products.yaml names no others (`runtimes:`).'),
      runtimeLine(surface, runtime),
    );
  const away = runtimes.filter(({ state }) => state !== 'connected').length;
  return paragraphs(
    sentence(
      surface,
      `${count(runtimes.length, 'runtime')}${away === 0 ? ', all in reach' : `: ${away} out of reach`}.`,
    ),
    rows(
      surface,
      runtimes.map((one) => row(surface, one)),
    ),
  );
}

function row(surface: Surface, one: RuntimeView): Row {
  const of = (label: string, now: number | null, most: number | null, say: (n: number) => string) =>
    now === null && most === null
      ? []
      : [`${label} ${say(now ?? 0)}${most === null ? '' : ` of ${say(most)}`}`];
  const named = (names: string[]) => names.map((name) => surface.line(name, 50)).join(', ');
  return {
    name: one.name,
    state: one.state,
    tone: tones[one.state],
    head: [
      one.kind,
      ...(one.state === 'connected' ? [] : [`for ${duration(surface.nowMs - Date.parse(one.since))}`]),
      ...of('memory', one.memoryBytes, one.maxMemoryBytes, bytes),
      ...of('CPU', one.cpuCores, one.maxCpuCores, cores),
    ].join(', '),
    notes: [
      {
        text: one.products.length === 0 ? 'no product is there' : `products: ${named(one.products)}`,
        tone: 'dim',
      },
      ...(one.live.length === 0 ? [] : [{ text: `at work: ${named(one.live)}`, tone: 'busy' as const }]),
      ...(one.labels.length === 0
        ? []
        : [{ text: `labels: ${one.labels.join(', ')}`, tone: 'dim' as const }]),
      ...(one.error === null
        ? []
        : [{ text: surface.line(`${one.error.message} ${one.error.mend}`, 300), tone: 'bad' as const }]),
    ],
  };
}
