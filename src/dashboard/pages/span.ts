// The stretch of time that curves and timeline share: from the first that lived in it, so that a young fleet is not
// a sliver at the edge of a day.
import type { Timeline } from '../../contract/reports.ts';

const hourMs = 3_600_000;
export const longestHours = 24;
const shortestMs = hourMs / 4;

export interface Span {
  fromMs: number;
  toMs: number;
}

export function spanOf(timeline: Timeline): Span {
  const toMs = Date.parse(timeline.until);
  const oldest = Math.min(toMs, ...timeline.sessions.map(({ startedAt }) => Date.parse(startedAt)));
  return { fromMs: Math.max(toMs - longestHours * hourMs, Math.min(oldest, toMs - shortestMs)), toMs };
}

/** Where a time lies, from 0 to 1. */
export const placeIn = ({ fromMs, toMs }: Span, ms: number): number =>
  Math.min(1, Math.max(0, (ms - fromMs) / (toMs - fromMs)));

const stepsMs = [5, 15, 30, 60, 120, 240].map((minutes) => minutes * 60_000);

/** Round ages within the span, oldest first: at most five. */
export function ticksOf({ fromMs, toMs }: Span): number[] {
  const lengthMs = toMs - fromMs;
  const stepMs = stepsMs.find((step) => lengthMs / step <= 5.5) ?? 6 * hourMs;
  const ages: number[] = [];
  // what lies at the very edge would be cut off
  for (let age = stepMs; age < lengthMs * 0.97; age += stepMs) ages.unshift(age);
  return ages;
}
