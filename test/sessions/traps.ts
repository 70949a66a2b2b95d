// Every trap of overstory that a driver must get past: what this project does, the test of the ordinary run
// that holds it to that (file and a piece of its name), and the case of `npm run test:overstory`, if it can be
// had on the real `ov`. scripts/overstory-traps.ts makes the table of docs/overstory.md from it.
export interface Trap {
  trap: string;
  does: string;
  /** `<file>: <text of the test>`; null: only the real one shows it */
  test: string | null;
  /** the end of a case's name in docs/results/overstory.json; null: cannot be had there */
  real: string | null;
}

const s = (file: string, name: string) => `test/sessions/${file}.test.ts: ${name}`;
const mainJob = 'queues, starts, hands over, hears "Run complete", stops, leaves nothing';
const trapped = "gets over a stale watchdog.pid, an orphan session and a human's config.local.yaml";
const hears = 'lets a headless lead hear its mail: a second turn, by the supervised ov serve';
const broken = 'names a mail.db that is broken or locked, waits, and goes on when it is mended';

export const traps: readonly Trap[] = [
  {
    trap: 'A folder without `.overstory/config.yaml` is taken for a project of defaults; the text says "unable to open database file"',
    does: 'looked at before `ov` is; `OV_NOT_INITIALISED`',
    test: s('prepare', 'refuses a product without .overstory, and one without a commit'),
    real: null,
  },
  {
    trap: '`.overstory` in a folder of a larger repository is ignored',
    does: 'refused before a start: `PRODUCT_NOT_GIT_ROOT`, `OV_NOT_GIT`',
    test: s('prepare', 'refuses a product inside a larger repository, and one of a name that is taken'),
    real: null,
  },
  {
    trap: 'Without a git identity agents cannot commit, and nobody says so',
    does: 'refused before a start: `GIT_NO_IDENTITY`',
    test: s('prepare', 'refuses where git does not know who commits'),
    real: null,
  },
  {
    trap: 'Two projects of one name share a tmux session',
    does: 'refused before a start, naming both: `PROJECT_NAME_TAKEN`',
    test: s('prepare', 'refuses a product inside a larger repository, and one of a name that is taken'),
    real: null,
  },
  {
    trap: '`watchdog.pid` names a process that is something else by now: 0.11 refuses to start, every `coordinator stop` ends it',
    does: 'removed before a start unless it is a watchdog of this product; nobody is ended',
    test: s('prepare', 'removes a watchdog.pid that names %s, and ends nobody'),
    real: trapped,
  },
  {
    trap: 'Stopping the last tmux session fails every other time',
    does: 'a keeper session is there before every start, and started again when it is gone',
    test: s('prepare', 'starts the keeper again when the tmux server is gone'),
    real: 'died: the tmux server is killed under it; the next objective starts all the same',
  },
  {
    trap: 'Claude Code\'s first-run dialogs: `ov` presses Enter on "No, exit", or waits 30 s',
    does: 'trust and onboarding are seeded for the root before a start (never with the simulator)',
    test: 'test/runtime/prepare/claude.test.ts: ',
    real: 'tells Claude Code to trust the root before it starts there',
  },
  {
    trap: 'A session in tmux that no row knows of blocks every start: "duplicate session"',
    does: 'exactly that session is ended (`=name`), and the start tried once more',
    test: s('faults', 'clears an orphan session and starts once more'),
    real: trapped,
  },
  {
    trap: 'Exit 1 of `coordinator start` does not prove that nothing runs',
    does: 'the product is looked at, whatever the exit code said',
    test: s('faults', 'that failed after its effect is a running session'),
    real: null,
  },
  {
    trap: 'A logged-out coordinator is `working` for ever',
    does: 'its screen is read; `CLAUDE_LOGGED_OUT` or `CLAUDE_DIALOG` ends the session with the mend',
    test: s('faults', 'logged out ends the session with the mend'),
    real: 'logged out: told by its screen, with the mend',
  },
  {
    trap: 'A hung coordinator is `working` for ever',
    does: '`SESSION_HUNG` in status until it moves or a human ends it',
    test: s('faults', 'hung is named and not ended'),
    real: 'hung: named in status, not ended; a stop ends it',
  },
  {
    trap: 'A coordinator whose terminal vanished while idle is `completed`, as one that finished',
    does: 'told apart by the run: open means died',
    test: s('liveness', 'says %s'),
    real: 'died: the coordinator exits with its run open',
  },
  {
    trap: '`coordinator send` succeeds with `nudged: false`: the mail is stored, nobody is woken',
    does: 'must be read within 60 s, else one nudge, to the coordinator only',
    test: s('faults', 'nudges a coordinator that was not woken and did not read'),
    real: null,
  },
  {
    trap: 'From 0.10 on headless workers get mail from a running `ov serve` only',
    does: 'the agent keeps one per product with a live coordinator',
    test: null,
    real: hears,
  },
  {
    trap: '`ov serve` outlives an agent that was killed, and two of them answer mail twice',
    does: 'the next agent ends it, by its mark, before it starts its own',
    test: null,
    real: 'ends the ov serve of an agent that was killed before it starts its own',
  },
  {
    trap: 'Stock coordinators do not ask before they act',
    does: 'the dispatch text demands a PLAN mail and waiting where `plan_approval: required`',
    test: 'test/overstory/dispatch.test.ts: plan',
    real: 'mails a plan and waits where plan approval is required, and goes on when it is approved',
  },
  {
    trap: '"Run complete" is a habit, `check-complete` is off by default, a closed run may be an accident: none is reliable alone',
    does: 'all three are read; the exit trigger is set in config.local.yaml and believed only after quiet with no question open',
    test: s('finish', 'is done when its exit trigger is met and it has been quiet'),
    real: mainJob,
  },
  {
    trap: '`coordinator stop` exits 1 and leaves row and run open',
    does: 'finished by looking: stopped again, the run closed, the session ended',
    test: s('faults', 'that half-fails is finished by observation'),
    real: null,
  },
  {
    trap: 'Workers and what they started live on after a stop',
    does: "ended after a grace by pid and start time, only with overstory's mark in their environment",
    test: s('faults', 'ends a worker that leaves a process behind'),
    real: 'ends what a session left behind, by pid and start time, and says what it parked',
  },
  {
    trap: 'There is no suspend: a pause is a stop, and the next session knows nothing',
    does: 'unmerged branches are listed; a resume hands over the objective, the branches and the last report',
    test: s('faults', 'parks what is not merged, and a resume hands it over'),
    real: null,
  },
  {
    trap: 'A broken or locked mail.db reads as "0 unread" in status',
    does: 'cross-checked; named in status, the objective waits and goes on when it is mended',
    test: s('faults', 'a broken mail.db is a trouble, not "no mail"; mended, the objective goes on'),
    real: broken,
  },
  {
    trap: 'Files of another user under `.overstory`: a start fails after its tmux session was made',
    does: 'looked at before a start: `OV_READONLY_DB` with both uids',
    test: 'test/runtime/prepare/products.test.ts: ',
    real: null,
  },
  {
    trap: "Limits of a human's config.yaml and what the fleet wants differ",
    does: '`agents.maxConcurrent` in config.local.yaml, marked as ours; what a human set there stands',
    test: s('prepare', 'keeps what a human set, and every comment'),
    real: trapped,
  },
  {
    trap: 'Control characters, a `;` at the end and 128 KiB arguments steer tmux or fail',
    does: 'cleaned, and long text through `spec write`',
    test: 'test/overstory/commands.test.ts: lets through no text that would steer tmux, whatever it is given',
    real: null,
  },
  {
    trap: 'overstory refuses root',
    does: '`OV_ROOT_REFUSED`; the runtime is uid 1000, and so are the tests on the real one',
    test: null,
    real: 'start → status → send → mail → stop',
  },
  {
    trap: 'Any of it at once',
    does: 'start/stop cycles with random faults leave no process and no tmux session (200: `npm run test:cycles`)',
    test: s('cycles', '20 start/stop cycles with random faults leave no process and no tmux session'),
    real: null,
  },
];
