// How much of a usage window is used, as Claude Code says it by itself under its input once much of it is (from 75 to 90 %
// on, by window): "You've used 93% of your session limit · resets 1pm (UTC)". Its status line would know it from the
// first answer on, but where one is configured the screen no longer says "esc to interrupt" (2.1.112), by which
// overstory knows a busy coordinator.
import { resetOf } from './resets.ts';
import { type Window, windows } from './table.ts';

export interface WindowShare {
  window: Window;
  /** 0 to 100 */
  usedPercent: number;
  /** ms since epoch */
  resetsAtMs: number;
}

const said = /You['’]ve used (\d{1,3}) ?% of your ([\w -]{3,40}?) ?[·∙] ?(resets .{1,60})$/i;

/**
 * @param lines  what stands under the input: untrusted, as all of a pane
 * @param saidMs about when it was printed
 * @param zone   IANA name for a text that names none
 */
export function sharesIn(lines: readonly string[], saidMs: number, zone?: string): WindowShare[] {
  return lines.flatMap((line) => {
    const [, percent, name = '', resets = ''] = said.exec(line.trim()) ?? [];
    const window = windows.find(([, pattern]) => pattern.test(name))?.[0] ?? 'unknown';
    const reset = resetOf(resets, saidMs, zone);
    if (percent === undefined || reset === null) return [];
    return [{ window, usedPercent: Math.min(100, Number(percent)), resetsAtMs: reset.atMs }];
  });
}
