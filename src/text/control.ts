// What a live control changed, why something waits, and what would happen.

import { duration, since } from '../common/units.ts';
import type { ControlReply } from '../contract/controls.ts';
import type { PlanReply, Why } from '../contract/plans.ts';
import type { FleetStatus } from '../contract/status.ts';
import { paragraphs, rows, type Surface, sentence } from './layout.ts';

const longest = 4_000;

export function controlText(surface: Surface, { text, changed, verb }: ControlReply): string {
  const back = changed && verb !== 'undo' ? ` Take it back with ${surface.command('undo')}.` : '';
  return sentence(surface, `${surface.line(text, longest)}${back}`);
}

export const whyText = (surface: Surface, { line }: Why): string =>
  sentence(surface, surface.line(line, longest));

/** What would start, in order and with times, then what cannot be said to start. */
export function planText(surface: Surface, { at, starts, waits, truncated }: PlanReply): string {
  const inTime = (iso: string) => {
    const ms = Date.parse(iso) - Date.parse(at);
    return ms < 1_000 ? 'now' : `in about ${duration(ms)}`;
  };
  if (starts.length + waits.length === 0) return sentence(surface, 'Nothing waits: nothing would start.');
  return paragraphs(
    starts.length > 0
      ? [
          'Would start, in this order:',
          ...rows(
            surface,
            starts.map(({ objective, product, start, end, line }, index) => ({
              name: `${index + 1}. ${surface.line(objective, 40)}`,
              state: surface.line(product, 50),
              tone: 'busy',
              head: inTime(start),
              notes: [
                ...(line === undefined
                  ? []
                  : [
                      {
                        text: surface.line(withoutName(line, objective, product), 400),
                        tone: 'dim' as const,
                      },
                    ]),
                ...(end === null ? [] : [{ text: `ends ${inTime(end)}`, tone: 'dim' as const }]),
              ],
            })),
          ),
        ]
      : '',
    waits.length > 0
      ? [
          'When these start cannot be said yet:',
          ...rows(
            surface,
            waits.map(({ objective, product, line }) => ({
              name: surface.line(objective, 40),
              state: surface.line(product, 50),
              tone: 'dim',
              head: surface.line(withoutName(line, objective, product), 400),
              notes: [],
            })),
          ),
        ]
      : '',
    truncated ? sentence(surface, 'Later starts are left out.', 'dim') : '',
  );
}

const withoutName = (line: string, objective: string, product: string): string =>
  line.startsWith(`${objective} on ${product} `) ? line.slice(`${objective} on ${product} `.length) : line;

/** What chat changed on top of products.yaml; nothing when nothing is. */
export function overridesNote(surface: Surface, { overrides }: FleetStatus): string {
  if (overrides.length === 0) return '';
  const told = overrides.map(({ text, since: at }) => {
    const ago = since(at, surface.nowMs);
    return `${surface.line(text, 200).replace(/^The /, 'the ')}${ago ? `, since ${ago}` : ''}`;
  });
  return sentence(
    surface,
    `Changed live: ${told.join('; ')}. ${surface.command('undo')} takes back the last change.`,
    'warn',
  );
}
