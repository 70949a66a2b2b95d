// One event in one line.
import type { FleetEvent } from '../contract/events.ts';
import type { Surface } from './layout.ts';

/** `2026-11-20 10:02:03 UTC  session.started  product-a obj-6: …` */
export function eventText(surface: Surface, event: FleetEvent): string {
  const time = surface
    .line(event.at, 40)
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC');
  const about = [event.product, event.objective].filter((name) => name !== null).join(' ');
  const said = surface.line([about, event.text].filter(Boolean).join(': '), Math.max(surface.columns, 300));
  return `${surface.paint('dim', time)}  ${surface.paint('name', surface.line(event.kind, 40))}  ${said}`;
}
