import { describe, expect, it } from 'vitest';
import type { ProductSnapshot } from '../../src/contract/runtime/snapshot.ts';
import { type Evidence, liveness } from '../../src/fleet/observe/liveness.ts';
import { readScreen } from '../../src/overstory/screen.ts';

const now = Date.parse('2026-01-05T12:00:00Z');
const ago = (ms: number) => new Date(now - ms).toISOString();
const patience = { screenConfirmMs: 8_000, hungAfterMs: 1_200_000 };
const minute = 60_000;

type Coordinator = NonNullable<ProductSnapshot['coordinator']>;
function evidence(
  coordinator: Partial<Coordinator> | null,
  more: {
    endedByLease?: boolean;
    runId?: string | null;
    worker?: string;
    health?: ProductSnapshot['health'];
  } = {},
): Evidence {
  return {
    snapshot: {
      product: 'p',
      observedAtMs: now,
      health: more.health ?? 'ok',
      error: null,
      projectName: 'p',
      runId: more.runId === undefined ? 'run-1' : more.runId,
      coordinator: coordinator && {
        state: 'working',
        sessionId: 's',
        tmuxSession: 'overstory-p-coordinator',
        tmuxAlive: true,
        pid: 1,
        startedAt: ago(60 * minute),
        lastActivity: ago(30 * minute),
        ...coordinator,
      },
      workers: more.worker
        ? [
            {
              name: 'lead-1',
              capability: 'lead',
              state: more.worker,
              taskId: 't',
              parent: 'coordinator',
              depth: 1,
              branch: 'b',
              worktree: 'w',
              startedAt: ago(40 * minute),
              lastActivity: ago(30 * minute),
            },
          ]
        : [],
      operatorMail: [],
      operatorMailLeftOut: 0,
      mergeQueueCount: 0,
      worktrees: [],
      ...(more.endedByLease && { endedByLease: true as const }),
    },
    finalMail: false,
    screen: null,
    nowMs: now,
  };
}
const shows = (text: string, sinceMs: number) => ({ seen: readScreen(text, now), sinceMs: now - sinceMs });
const atPrompt = (text: string) => `❯ go on\n  ⎿  ${text}\n\n❯ `;
const menu = ' Do you want to proceed?\n ❯ 1. Yes\n   2. No';
const state = (given: Evidence) => liveness(given, patience).state;
const gone = { state: 'completed', tmuxAlive: false };

describe('liveness', () => {
  it.each<[string, Evidence]>([
    ['unknown', evidence({}, { health: 'error' })],
    ['finished', { ...evidence({}), finalMail: true }],
    ['finished', evidence(gone, { runId: null })],
    // as `ov coordinator stop` leaves it, which the watchdog of the lease called
    ['cut-off', evidence(gone, { runId: null, endedByLease: true })],
    ['cut-off', evidence(null, { endedByLease: true })],
    ['finished', { ...evidence(gone, { endedByLease: true }), finalMail: true }],
    ['idle', evidence({}, { endedByLease: true })],
    // "assumed finished": its terminal vanished while it was idle, and its run is still open
    ['died', evidence(gone)],
    ['died', evidence({ state: 'zombie', tmuxAlive: false })],
    ['died', evidence({ tmuxAlive: false })],
    ['died', evidence(null)],
    ['idle', evidence({})],
    ['busy', evidence({}, { worker: 'in_turn' })],
    ['idle', evidence({}, { worker: 'between_turns' })],
    ['idle', evidence({}, { worker: 'completed' })],
    ['busy', { ...evidence({}), screen: shows('✶ Thinking… (3s · esc to interrupt)', minute) }],
    ['hung', { ...evidence({}), screen: shows('✶ Thinking… (3s · esc to interrupt)', 25 * minute) }],
    // a worker at work explains a quiet coordinator
    [
      'busy',
      {
        ...evidence({}, { worker: 'working' }),
        screen: shows('✶ Thinking… (esc to interrupt)', 25 * minute),
      },
    ],
    // a hook fired: it is not hung
    [
      'busy',
      {
        ...evidence({ lastActivity: ago(minute) }),
        screen: shows('✶ Thinking… (esc to interrupt)', 25 * minute),
      },
    ],
    ['logged-out', { ...evidence({}), screen: shows(atPrompt('Not logged in · Please run /login'), 10_000) }],
    ['busy', { ...evidence({}), screen: shows(atPrompt('Not logged in · Please run /login'), 1_000) }],
    // what a coordinator writes about a login ends nothing
    ['idle', { ...evidence({}), screen: shows('● Not logged in · Please run /login\n\n❯ ', 60 * minute) }],
    ['dialog', { ...evidence({}), screen: shows(menu, 10_000) }],
    ['busy', { ...evidence({}), screen: shows(menu, 1_000) }],
    [
      'limited',
      {
        ...evidence({}),
        screen: shows(atPrompt("You've hit your session limit · resets 8:50pm (UTC)"), 60 * minute),
      },
    ],
    ['limited', { ...evidence({}), screen: shows(atPrompt('Credit balance too low · Add funds:'), minute) }],
    ['refused', { ...evidence({}), screen: shows(atPrompt('Context limit reached · /clear'), minute) }],
    ['died', { ...evidence({}), screen: shows('Resume this session with:\nclaude --resume 1\n$ ', minute) }],
    ['starting', { ...evidence({}), screen: shows('', 15 * minute) }],
    ['hung', { ...evidence({}), screen: shows('', 25 * minute) }],
    ['busy', { ...evidence({}, { worker: 'working' }), screen: shows('', 25 * minute) }],
    ['starting', { ...evidence({ lastActivity: ago(minute) }), screen: shows('', 25 * minute) }],
  ])('says %s', (expected, given) => {
    expect(state(given)).toBe(expected);
  });

  it('tells of an API that does not answer without giving the session up', () => {
    const given = { ...evidence({}), screen: shows(atPrompt('API Error: 529 Overloaded'), 60 * minute) };
    expect(liveness(given, patience)).toMatchObject({ state: 'idle', error: { code: 'CLAUDE_API_ERROR' } });
  });
});

describe('a screen', () => {
  it('does not take what a worker wrote for the state of Claude Code', () => {
    const quoted = `I added the text "Please run /login" to login.ts.\n${'more output\n'.repeat(20)}❯ `;
    expect(readScreen(quoted, now).problem).toBeNull();
  });

  it('stands still when only seconds and spinners change', () => {
    const at = (s: number, spinner: string) =>
      readScreen(`${spinner} Thinking… (${s}s · esc to interrupt)`, now).print;
    expect(at(3, '✶')).toBe(at(184, '✻'));
    expect(at(3, '✶')).not.toBe(readScreen('✶ Writing… (3s · esc to interrupt)', now).print);
  });

  it.each([
    [
      'Do you trust the files in this folder?\n ❯ 1. Yes, I trust this folder\n   2. No, exit',
      'CLAUDE_DIALOG',
    ],
    ['WARNING: Claude Code running in Bypass Permissions mode\n ❯ 1. No, exit', 'CLAUDE_DIALOG'],
    ['Select login method:\n ❯ 1. Claude account', 'CLAUDE_LOGGED_OUT'],
    ['Invalid API key · Please run /login', 'CLAUDE_LOGGED_OUT'],
  ])('knows %j', (text, code) => {
    expect(readScreen(text, now).problem?.code).toBe(code);
  });
});
