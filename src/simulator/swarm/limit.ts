// What Claude Code shows when the usage of its account is used up, word for word as the real one does
// (test/simulator/limit.test.ts holds it to recorded panes), and until when.

/**
 * line: one line, and its prompt (2.1.112) · menu: a menu opens over the prompt, where nothing may be typed (2.1.112) ·
 * automatic: it says that it goes on by itself, and does (2.1.332)
 */
type Form = 'line' | 'menu' | 'automatic';

export interface LimitShown {
  form: Form;
  resetAtMs: number;
  /** under the prompt that ran into it */
  lines: string[];
  /** in place of the input; null: none */
  menu: string[] | null;
  /** under the input */
  notices: string[];
}

const names: Record<string, string> = { session: 'session ', week: 'weekly ', model: 'Opus ', any: '' };
const minuteMs = 60_000;
const rule = '─'.repeat(60);

/**
 * @param words  of the fault: a form and a window (session, week, model, any), in any order; line and session unless given
 * @param inMs   its reset; a screen says whole minutes, so that it is the next one
 */
export function limitShown(words: string, inMs: number, nowMs: number): LimitShown {
  const said = words.split(' ');
  const form: Form = (['menu', 'automatic'] as const).find((one) => said.includes(one)) ?? 'line';
  const window = Object.keys(names).find((one) => said.includes(one)) ?? 'session';
  const resetAtMs = Math.ceil((nowMs + inMs) / minuteMs) * minuteMs;
  const at = clockOf(resetAtMs, nowMs);
  const hit = `  ⎿  You've hit your ${names[window]}limit · resets ${at} (UTC)`;
  const common = { form, resetAtMs, menu: null, notices: [] };
  if (form === 'menu') return { ...common, lines: [hit, '', '❯ /rate-limit-options', ''], menu };
  if (form === 'line') return { ...common, lines: [hit, '     /upgrade to increase your usage limit.', ''] };
  return {
    ...common,
    lines: [hit, '', `● Usage limit reached · set to continue automatically at ${at}`, ''],
    notices: [
      `  ⚠ Usage limit reached · limit resets ${at}`,
      `    Continuing automatically at ${at} · Esc to cancel`,
    ],
  };
}

const menu = [
  rule,
  '  What do you want to do?',
  '',
  '  ❯ 1. Stop and wait for limit to reset',
  '    2. Upgrade your plan',
  '',
  '  Enter to confirm · Esc to cancel',
];

/** "12:38pm", on another day "Dec 2, 12:40pm"; no minutes on the hour. */
function clockOf(atMs: number, nowMs: number): string {
  const at = new Date(atMs);
  const minute = at.getUTCMinutes() === 0 ? undefined : '2-digit';
  const day = atMs - nowMs > 24 * 60 * minuteMs ? ({ month: 'short', day: 'numeric' } as const) : {};
  const clock = { ...day, hour: 'numeric', minute, hour12: true, timeZone: 'UTC' } as const;
  return at.toLocaleString('en-US', clock).replace(/\s([AP]M)/, (_, half: string) => half.toLowerCase());
}
