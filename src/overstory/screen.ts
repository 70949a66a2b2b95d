// What the text on a coordinator's screen says about Claude Code (2.0.76, 2.1.71 and 2.1.328 were looked at).
// Only the end of it counts: above stands what the worker wrote, and that may quote anything.
import { FleetError } from '../errors.ts';

export interface Screen {
  /**
   * blank: nothing is drawn yet (a slow start) · busy: it thinks or runs a tool · idle: at its prompt ·
   * dialog: a menu, a login or a question waits for a human · limited: a usage limit · problem: any other error
   */
  state: 'blank' | 'busy' | 'idle' | 'dialog' | 'limited' | 'problem';
  busy: boolean;
  /** what it says is wrong; null: nothing */
  problem: FleetError | null;
  /** it will go on by itself when the service answers again */
  passing: boolean;
  /** of `limited`, and of the menu that a limit opens */
  limit: UsageLimit | null;
  /** false: typed text and Enter would choose something, or go nowhere. Nothing may be typed */
  acceptsText: boolean;
  /** the text without what changes while nothing happens (seconds, spinners): equal means that it stands still */
  print: string;
}

export interface UsageLimit {
  window: 'session' | 'week' | 'model' | 'spend' | 'credit' | 'unknown';
  /** ms since epoch; null: it did not say */
  resetsAtMs: number | null;
  /** the line as shown, untrusted */
  text: string;
  /** Claude Code said that it goes on by itself at the reset: leave it alone */
  continuesByItself: boolean;
  /** a menu stands over the prompt */
  opensMenu: boolean;
}

/** Lines at the end that belong to Claude Code itself: its last message, its prompt, its status line. */
const ownLines = 14;

const problems = [
  {
    code: 'CLAUDE_LOGGED_OUT',
    class: 'refused',
    pattern:
      /Please run \/login|Not logged in|Select login method|Invalid API key|OAuth token (has )?(expired|been revoked)|Invalid authentication credentials/i,
    message: 'Expected Claude Code to be logged in, got its login text on the screen.',
    mend: "Put a valid ANTHROPIC_API_KEY (or CLAUDE_CODE_OAUTH_TOKEN) into the runtime's environment, restart the runtime (the tmux server keeps the old one), and start the objective again.",
    passing: false,
  },
  {
    code: 'CLAUDE_DIALOG',
    class: 'refused',
    pattern:
      /Do you trust the files|Is this a project you (created or )?trust|trust this folder|running in Bypass Permissions mode|Do you want to use this API key|Choose the text style|Press Enter to continue/i,
    message: 'Expected Claude Code at its prompt, got a dialog that waits for a human.',
    mend: "Run `fleet doctor --fix` (it seeds Claude Code's first-run state), or answer the dialog once in the runtime; then start the objective again.",
    passing: false,
  },
  {
    code: 'CLAUDE_API_ERROR',
    class: 'refused',
    pattern:
      /API Error|Can't reach the API|Unable to connect to Anthropic|Credit balance is too low|overloaded_error/i,
    message: "Expected an answer from the model's API, got an error on the screen.",
    mend: "Check the runtime's way to the API, the key's limits and its balance; the session goes on when the API answers.",
    passing: true,
  },
] as const;

/**
 * @param content of `coordinator.output`: untrusted text
 * @param _nowMs  by which "resets 8:50pm" is a moment
 */
export function readScreen(content: string, _nowMs: number): Screen {
  const lines = content.split('\n').map((line) => line.trimEnd());
  const own = lines
    .filter((line) => line.trim() !== '')
    .slice(-ownLines)
    .join('\n');
  const busy = /esc to interrupt/i.test(own);
  const found = busy ? undefined : problems.find(({ pattern }) => pattern.test(own));
  const state = busy
    ? 'busy'
    : own === ''
      ? 'blank'
      : !found
        ? 'idle'
        : found.code === 'CLAUDE_DIALOG'
          ? 'dialog'
          : 'problem';
  return {
    state,
    busy,
    limit: null,
    acceptsText: state === 'busy' || state === 'idle' || (state === 'problem' && found?.passing === true),
    problem: found
      ? new FleetError({ code: found.code, class: found.class, message: found.message, mend: found.mend })
      : null,
    passing: found?.passing ?? false,
    print: own.replace(/\d+/g, '0').replace(/[✢✳✶✻✽·*⠁-⣿]/gu, ''),
  };
}
