// What an act on a page is: the fields of a form, what came of them, and small things that several acts need.
import type { FleetClient } from '../client/client.ts';
import type { ControlReply } from '../contract/controls.ts';
import type { ObjectiveView } from '../contract/objectives.ts';
import type { Source } from '../contract/source.ts';
import { line } from '../text/sanitise.ts';
import { objectiveHref } from './pages/hrefs.ts';

/** The fields of a form, with what its page adds: `product`, `objective` or `blueprint`. */
export type Said = Record<string, string>;

/** What came of an act, told on the page that follows. */
export interface Note {
  text: string;
  /** where to look on */
  href?: string;
  /** the fields of the act that takes it back */
  undo?: Said;
}

export type Act = (client: FleetClient, said: Said) => Promise<Note>;

export const source: Source = { via: 'dashboard', sender: 'operator', thread: null };

export const field = (said: Said, name: string): string => said[name] ?? '';

/** Of an objective that was asked for. */
export function started({ id, product, state, why, cautions = [] }: ObjectiveView): Note {
  const told = why?.startsWith(`${id} on ${product} `) ? why.slice(`${id} on ${product} `.length) : why;
  return {
    text: [`${id} on ${product} is ${state}${told ? `: ${line(told).replace(/\.$/, '')}` : ''}.`, ...cautions]
      .map((part) => line(part))
      .join(' '),
    href: objectiveHref(id),
    ...(state === 'queued' && { undo: { act: 'cancel', objective: id, reason: 'Taken back at once.' } }),
  };
}

/** Of a change that the journal has a number of. */
export const controlled = ({ text, change, verb }: ControlReply): Note => ({
  text: line(text),
  ...(change !== undefined && verb !== 'undo' && { undo: { act: 'undo', change: String(change) } }),
});
