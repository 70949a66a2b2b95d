// Every trap of overstory that a driver must get past: what this project does, the test of the ordinary run that
// holds it to that (file and a piece of its name), and what shows it on the real `ov`: a case of `npm run
// test:overstory`, or a recorded call of it that the contract test reads. scripts/overstory-traps.ts makes the table of
// docs/overstory.md from it. In the order of that page's sources: starting, workers, seeing, stopping, what the machine
// does, what the command line does.
export interface Trap {
  trap: string;
  does: string;
  /** `<file>: <text of the test>`; null: only the real one shows it */
  test: string | null;
  /** the end of a case's name in docs/results/overstory.json; a recorded call; or why there is neither */
  real: string | { recorded: string } | { not: string };
}

const s = (file: string, name: string) => `test/sessions/${file}.test.ts: ${name}`;
const o = (file: string, name: string) => `test/overstory/${file}.test.ts: ${name}`;
const recorded = (name: string) => ({ recorded: name });
const mainJob = 'queues, starts, hands over, hears "Run complete", stops, leaves nothing';
const trapped = "gets over a stale watchdog.pid, an orphan session and a human's config.local.yaml";
const hears = 'lets a headless lead hear its mail: a second turn, by the supervised ov serve';
const broken = 'names a mail.db that is broken or locked, waits, and goes on when it is mended';
const pausedFirst =
  'is paused and stopped coordinator first: told before, asks nobody, and the resume is given its word';
const steers = 'answers a question in its thread, and says where it stands in the fixed form';
const lies = 'says exit 1 after a start that worked, and after a stop that worked: what is there counts';
const serverKilled = 'died: the tmux server is killed under it; the next objective starts all the same';
const bare = 'a folder without config.yaml is refused, which ov takes for a project of defaults';
const inner = 'a folder inside a larger repository is refused, whose .overstory ov ignores';
const texts = o('recordings', 'know every failure of overstory 0.9.4 to 0.11.0 by its text');
const asRead = o('recordings', 'read as they did when a human went through them');

export const traps: readonly Trap[] = [
  {
    trap: 'A folder without `.overstory/config.yaml` is taken for a project of defaults; elsewhere the text is "unable to open database file"',
    does: 'looked at before `ov` is; `OV_NOT_INITIALISED`',
    test: s('prepare', 'refuses a product without .overstory, and one without a commit'),
    real: bare,
  },
  {
    trap: '`.overstory` in a folder of a larger repository is ignored',
    does: 'refused before a start: `PRODUCT_NOT_GIT_ROOT`, `OV_NOT_GIT`',
    test: s('prepare', 'refuses a product inside a larger repository, and one of a name that is taken'),
    real: inner,
  },
  {
    trap: 'A config.yaml or a manifest that is not valid, or no manifest',
    does: '`OV_BAD_CONFIG`, `OV_NOT_INITIALISED`: refused for good, a human mends it',
    test: s('faults', 'is refused for good where only a human can mend'),
    real: recorded('status-bad-config'),
  },
  {
    trap: 'Without a git identity agents cannot commit, and nobody says so',
    does: 'refused before a start: `GIT_NO_IDENTITY`',
    test: s('prepare', 'refuses where git does not know who commits'),
    real: 'a repository without a git identity is refused, which ov starts',
  },
  {
    trap: 'git before 2.40: every merge prediction fails, without a word elsewhere',
    does: '`fleet doctor` warns; predictions are never acted on',
    test: 'test/runtime/doctor/doctor.test.ts: finds a sound fleet sound',
    real: recorded('merge-dry-run-branch'),
  },
  {
    trap: 'git calls a repository of another user dubious, and `ov` then says that there is none',
    does: '`OV_DUBIOUS_OWNERSHIP`, `OV_NOT_GIT` with both mends; the images set safe.directory',
    test: texts,
    real: recorded('root-git-status'),
  },
  {
    trap: 'Two projects of one name share a tmux session',
    does: 'refused before a start, naming both: `PROJECT_NAME_TAKEN`',
    test: s('prepare', 'refuses a product inside a larger repository, and one of a name that is taken'),
    real: 'two products of one project name are refused, which would share a tmux session',
  },
  {
    trap: '`tmux -t` takes a prefix for a name',
    does: 'only `=name` is ever used; `ov` does not, so that a project whose name goes on after another and "-" (app, app-web) gets one without "-" in config.local.yaml',
    test: s(
      'prepare',
      'gives a project whose name goes on after another and "-" one that ov cannot take for it',
    ),
    real: trapped,
  },
  {
    trap: '`watchdog.pid` names a process that is something else by now: 0.11 refuses to start, every `coordinator stop` ends it',
    does: 'removed before a start unless it is a watchdog of this product; nobody is ended',
    test: s('prepare', 'removes a watchdog.pid that names %s, and ends nobody'),
    real: trapped,
  },
  {
    trap: 'Stopping the last tmux session fails every other time',
    does: 'a keeper session is there before every start, and started again when it is gone; a stop that fails is finished by looking',
    test: s('prepare', 'starts the keeper again when the tmux server is gone'),
    real: 'loses the keeper: the last session is stopped all the same, and its run is closed',
  },
  {
    trap: 'The environment is that of whoever started the tmux server: a key given later is not seen',
    does: 'the keeper is started with the whole environment; the mend of a bad key says to restart the runtime',
    test: s('liveness-faults', 'logged out ends the session with the mend'),
    real: { not: 'needs a key that changes' },
  },
  {
    trap: 'Claude Code\'s first-run dialogs: `ov` presses Enter on "No, exit", or waits 30 s',
    does: "trust and onboarding are seeded for the root before a start; in a human's own home (trial with `--real`) only by `fleet doctor --fix`",
    test: 'test/runtime/bootstrap/claude.test.ts: ',
    real: 'tells Claude Code to trust the root before it starts there',
  },
  {
    trap: 'A `.mcp.json` in the product or above it: where dangerous mode is accepted, as it must be, its programs run unasked in the coordinator; else each is asked about',
    does: 'those nobody has answered for are kept from running (`disabledMcpjsonServers` of the runtime’s own home) until `.claude/settings.local.json` allows them; in a human’s home refused: `CLAUDE_MCP_UNANSWERED`',
    test: 'test/runtime/bootstrap/claude.test.ts: runs no MCP server unasked, and each that the human allows in Claude Code’s own way',
    real: {
      not: 'a matter of claude: by hand with 2.1.71, 2.1.112 and 2.1.332 (2026-11-29): not asked, not run',
    },
  },
  {
    trap: 'A CLAUDE.md that imports a file from outside the product (`@~/…`): a dialog at the start',
    does: 'seeded as asked: such files are left out; what a human has approved stays',
    test: 'test/runtime/bootstrap/claude.test.ts: a CLAUDE.md that imports from outside is a question until it was answered',
    real: { not: 'a matter of claude: by hand with 2.1.71, 2.1.112 and 2.1.332 (2026-11-29)' },
  },
  {
    trap: 'A login or an unknown dialog: 30 s, then exit 1, and an open run stays behind',
    does: 'the screen is looked at while it starts: `CLAUDE_DIALOG` or `CLAUDE_LOGGED_OUT` with its words; without a dialog on it `OV_SLOW_START`, which is tried again; the next start closes what is open',
    test: texts,
    real: recorded('coordinator-start-claude-login-screen'),
  },
  {
    trap: 'claude that ends at once, or is not there',
    does: '`OV_CLAUDE_DIED`; looked at again, tried again, then given up with the mend',
    test: texts,
    real: recorded('coordinator-start-no-claude'),
  },
  {
    trap: 'A session in tmux that no row knows of blocks every start: "duplicate session"',
    does: 'exactly that session is ended (`=name`), and the start tried once more',
    test: s('faults', 'clears an orphan session and starts once more'),
    real: trapped,
  },
  {
    trap: '"Already running": a start of a coordinator that is there fails',
    does: 'as good as a success: it is taken over',
    test: 'test/fleet/loop.test.ts: adopts what runs, keeps the queue, repeats nothing',
    real: 'start → status → send → mail → stop',
  },
  {
    trap: 'Several starts at once: one wins, the others fail in two ways',
    does: 'one door, one start per session, and writes to a product go one after the other',
    test: 'test/runtime/local-agent.test.ts: writes of a product go one after the other; reads and other products do not wait',
    real: recorded('coordinator-start-concurrent'),
  },
  {
    trap: 'Exit 1 of `coordinator start` does not prove that nothing runs',
    does: 'the product is looked at, whatever the exit code said',
    test: s('faults', 'that failed after its effect is a running session'),
    real: lies,
  },
  {
    trap: 'Files of another user under `.overstory`: a start fails after its tmux session was made',
    does: 'looked at before a start: `OV_READONLY_DB` with both uids',
    test: 'test/runtime/bootstrap/products.test.ts: ',
    real: 'databases that may not be written are refused, which ov finds out after it has made a tmux session',
  },
  {
    trap: 'overstory refuses root',
    does: '`OV_ROOT_REFUSED`; the runtime is uid 1000, and so are the tests on the real one',
    test: texts,
    real: 'start → status → send → mail → stop',
  },
  {
    trap: '`ov`, bun, claude or tmux is not on PATH: some commands work, some fail, some after their effect',
    does: '`OV_MISSING`, `OV_TMUX_MISSING`, `OV_CLAUDE_DIED`; `fleet doctor` looks for each',
    test: o('run', 'names a missing program, a program that may not run and a missing folder'),
    real: recorded('coordinator-start-no-tmux'),
  },
  {
    trap: '`ml`, `sd`, `cn` may be missing: `sling` and groups then want a flag',
    does: 'the image has them; nothing here depends on them (the tracker trigger is never used)',
    test: asRead,
    real: recorded('sling-no-tracker'),
  },
  {
    trap: '`OVERSTORY_PROJECT_ROOT` overrides the folder of every command',
    does: 'taken out of the environment of every `ov`',
    test: o('run', 'runs in the folder, with the environment given and without OVERSTORY_PROJECT_ROOT'),
    real: { not: 'it is never there' },
  },
  {
    trap: 'The name given to `--profile` is not kept from the shell that starts the session',
    does: 'the client cannot say it',
    test: o('commands', 'carries the name under which the command is listed'),
    real: { not: 'what it takes to show is kept out of this repository; seen on 0.11.0 (2026-11-20)' },
  },
  {
    trap: '`coordinator send` succeeds with `nudged: false`: the mail is stored, nobody is woken',
    does: 'must be heard: asked after when the screen is idle, by the id of the mail, and again after 2 and 8 min; then `MAIL_UNHEARD`. Sent once',
    test: s('faults', 'asks a coordinator that was not woken whether it has heard, by the id of the mail'),
    real: recorded('coordinator-send-edge-2'),
  },
  {
    trap: 'Hooks after tool calls mark all mail read, and Claude Code shows its model nothing of what they print: mail that comes during a turn is read and lost',
    does: 'read counts for nothing: heard is what was answered or acted on (`src/fleet/act/heard`), and what is asked after is named with a command that shows read mail too',
    test: 'test/fleet/heard.test.ts: is asked after when the screen is idle, by its id, once, and never sent again',
    real: { not: 'seen by hand on 0.10.3 and 0.11.0 with Claude Code 2.1.112 and 2.1.332 (2026-11-29)' },
  },
  {
    trap: 'Nothing wakes a coordinator under tmux for mail of its workers, and what comes during its turn is marked read unseen',
    does: 'when its screen has been idle for 20 s, what they wrote is named to it by id, like mail of the operator',
    test: 'test/fleet/heard.test.ts: is named to a coordinator that fell idle without it, soon and all in one line',
    real: { not: 'read in the sources of 0.10.3 and 0.11.0 (mail send leaves a marker for the next prompt)' },
  },
  {
    trap: '`nudge` exits 0 with `delivered: false`, and types into no worker in a terminal from 0.10.3 on: it starts a second claude',
    does: 'read as `OV_BUSY`, `OV_NOT_RUNNING`; only coordinators are nudged, a worker cannot be named',
    test: o('commands', 'nudges the coordinator and nobody else'),
    real: recorded('nudge-worker'),
  },
  {
    trap: '`coordinator ask` loses the id that it sent when it times out',
    does: 'never used: `fleet ask` sends, and looks for the reply by its thread',
    test: 'test/verbs/verbs.test.ts: sends once and finds the reply by its thread',
    real: steers,
  },
  {
    trap: 'A coordinator that follows its own instructions answers with `mail reply --payload`, which does not exist',
    does: 'replies are found by thread, with or without a payload',
    test: 'test/verbs/verbs.test.ts: sends once and finds the reply by its thread',
    real: recorded('mail-reply-payload-flag'),
  },
  {
    trap: 'A reply inherits the type of what it answers: a reply to a decision_gate is one',
    does: 'only a decision_gate that opens a thread is a question; a reply where a human has answered is a message, unless its own words ask anew',
    test: 'test/fleet/gates/gates.test.ts: hears a decision gate that is addressed to the coordinator, and withdraws it when answered there',
    real: recorded('mail-list-decision-gate'),
  },
  {
    trap: '`mail check` marks all mail read, and a lost reply loses it',
    does: 'never used: listed, journalled, then `mail read` one by one',
    test: o('commands', 'lists its commands and nothing that objects inherit'),
    real: 'start → status → send → mail → stop',
  },
  {
    trap: 'No result of a test is kept: the quality gates of config.yaml are commands that workers are told to run, and whether they passed stands, if anywhere, in the words of a worker_done, a merge_ready or a reviewer’s result, without a payload',
    does: 'these mails are kept with the end of their session and quoted as what workers say; nothing is read out of them',
    test: 'test/fleet/worker-reports.test.ts: as each said it, oldest first, without what went to the operator or came from the coordinator',
    real: recorded('mail-list-after-workers'),
  },
  {
    trap: 'Control characters and a `;` at the end steer tmux: ^C ends the session, `;` wakes nobody',
    does: 'taken out of every text',
    test: o('commands', 'lets through no text that would steer tmux, whatever it is given'),
    real: steers,
  },
  {
    trap: 'One argument holds 128 KiB, and of a body 500 characters are typed',
    does: 'longer text goes through `spec write` on standard input; what must not be missed comes first',
    test: o('run', 'gives a spec on standard input, of any length'),
    real: 'takes an objective longer than an argument may be',
  },
  {
    trap: '`--body --help` prints help and sends nothing (0.9.4)',
    does: 'always `--body=…`',
    test: o('run', 'passes text as it is, in one argument, through no shell'),
    real: recorded('mail-send-dashbody'),
  },
  {
    trap: 'Ids become paths and branches, and `spec write` does not hold its own to the folder of specs',
    does: '`[a-z0-9][a-z0-9-]{0,40}`, checked before anything starts',
    test: o('run', 'starts nothing for arguments it refuses'),
    real: {
      not: 'what it takes to show is kept out of this repository; seen on 0.9.4 and 0.10.3 (2026-11-20)',
    },
  },
  {
    trap: 'Mail of workers is text of a model',
    does: 'data, never instruction: fenced where it is shown, obeyed nowhere',
    test: o('operator', 'keeps no control characters of a worker'),
    real: steers,
  },
  {
    trap: 'Stock coordinators do not ask before they act',
    does: 'the dispatch text demands a PLAN mail and waiting where `plan_approval: required`',
    test: o('dispatch', 'plan'),
    real: 'puts a plan before the human as a gate, brings the rejection and then the approval, and sees both read',
  },
  {
    trap: 'From 0.10 on headless workers get mail from a running `ov serve` only',
    does: 'the agent keeps one per product with a live coordinator',
    test: 'test/runtime/served.test.ts: mail and activity come over REST; what REST cannot tell comes from ov',
    real: hears,
  },
  {
    trap: '`ov serve` outlives an agent that was killed, and two of them answer mail twice',
    does: 'the next agent ends it, by its mark, before it starts its own',
    test: null,
    real: 'ends the ov serve of an agent that was killed before it starts its own',
  },
  {
    trap: 'REST reads the books and reconciles nothing: a dead coordinator stays `running`',
    does: 'it may only say what moves within a session; all else is asked of `ov status`',
    test: 'test/runtime/served.test.ts: mail and activity come over REST; what REST cannot tell comes from ov',
    real: 'an idle look changes nothing, with and without ov serve',
  },
  {
    trap: 'A decision_gate ends a headless worker: the answer never arrives',
    does: "questions are the coordinator's; an answer whose asker is gone goes to a new session",
    test: 'test/fleet/gates/gates.test.ts: gives the answer to a new session when the asker is gone, and says so',
    real: recorded('mail-send-gate-terminal-agent'),
  },
  {
    trap: 'A worker that dies is told to its parent only, or to nobody',
    does: '`worker.lost`: the human is told once, by its mail or by its row',
    test: 'test/fleet/environment.test.ts: a worker that died is told once, by its mail and by its row',
    real: 'tells the human of a worker that died and of a merge that failed',
  },
  {
    trap: 'A merge that fails is told to the coordinator only',
    does: '`merge.failed`: the human is told',
    test: 'test/fleet/environment.test.ts: each merge that failed is told',
    real: 'tells the human of a worker that died and of a merge that failed',
  },
  {
    trap: '`sling` says success and `booting` of a worker whose claude ended before its first word; its row says working for 10 minutes, why is in `.overstory/logs/<agent>/<turn>/stderr.log` only',
    does: 'found by the session id and the turn.pid it lacks; the human is told what it printed: `WORKER_DIED_AT_START`',
    test: 'test/sessions/liveness-faults.test.ts: a worker whose claude died at its start is told with what it printed, though sling called it a success',
    real: {
      not: 'the fake claude never dies so early; by hand with Claude Code 2.1.71 on 0.10.3 and 0.11.0 (2026-11-29)',
    },
  },
  {
    trap: 'Headless workers inherit the marks of the coordinator’s Claude Code: up to 2.1.74 it then refuses to start, later ones are told of a session, a socket and a token that are not theirs',
    does: '`bin/overstory-claude` stands before `claude` in the image and in the trial with `--real`; the agent takes them out of its own environment; `fleet doctor` names the pairs of versions',
    test: 'test/runtime/marks.test.ts: bin/overstory-claude takes away what the agent takes away, and hands on words and exit',
    real: { not: 'a matter of claude: by hand with 2.1.71, 2.1.112 and 2.1.332 (2026-11-29)' },
  },
  {
    trap: '`sling` exits 0 although claude crashed in the first turn',
    does: '`OV_TURN_FAILED` unless the turn ended `completed`',
    test: o('recordings', '%s is a failure although it exits 0 or answers in text'),
    real: recorded('sling-headless-crash'),
  },
  {
    trap: '`sling` killed in mid-turn leaves its claude and an `in_turn` row behind',
    does: 'told as `WORKER_CUT_OFF`; what lives on after a stop is ended by the process table',
    test: s('faults', 'ends a worker that leaves a process behind'),
    real: recorded('status-sling-killed-midturn'),
  },
  {
    trap: 'A headless worker is `completed` however its turn ended: with its last mail, with a question, or with nothing',
    does: 'of a worker without a coordinator its mail says which: the first is done, the second waits for the human, the third has failed',
    test: s('direct', 'what it asks reaches the human, and the answer the worker that goes on'),
    real: recorded('sling-direct-question'),
  },
  {
    trap: 'A finished worker’s name cannot be slung again, and nothing is heard in its turn',
    does: 'an answer goes to another worker with a name of its own, on the branch of the one that asked',
    test: s('direct', 'what it asks reaches the human, and the answer the worker that goes on'),
    real: recorded('sling-direct-name-taken'),
  },
  {
    trap: 'A worker in a terminal is `completed` while its claude stays open',
    does: 'ended after a grace by pid and start time',
    test: s('faults', 'ends a worker that leaves a process behind'),
    real: 'in terminals leaves nothing open when its rows say completed',
  },
  {
    trap: 'A headless worker gets no `--model` from agent-manifest.json: it runs on the default of Claude Code, which may be dearer',
    does: 'the aliases of the manifest are said again as `models:` in config.local.yaml, marked as ours; another name there is warned of by `fleet doctor`',
    test: s('prepare', "says the workers' models again, follows the manifest, and keeps a human's"),
    real: {
      not: 'by hand (2026-11-29): 0.10.3 and 0.11.0 give no --model without it, `--model sonnet` with it; on Claude Code 2.1.332 a builder ran on opus-5-5, then on sonnet-5-5',
    },
  },
  {
    trap: '`ov costs` counts a reply once per content block, prices all opus alike, leaves headless workers out and misses hidden requests',
    does: 'never asked: usage is read from the transcripts, once by message id, `cost-state` where Claude Code writes it',
    test: 'test/runtime/usage.test.ts: of 2.1.71: each reply once, by its last line, subagents and a fork included',
    real: { not: 'transcripts of the real Claude Code are what the test reads' },
  },
  {
    trap: "Limits of a human's config.yaml and what the fleet wants differ",
    does: '`agents.maxConcurrent` in config.local.yaml, marked as ours; what a human set there stands',
    test: s('prepare', 'keeps what a human set, and every comment'),
    real: trapped,
  },
  {
    trap: 'Nothing bounds how many workers a coordinator starts, and the limit counts the coordinator itself',
    does: 'that limit, one more than the workers that may be, and the worker budget in the dispatch text',
    test: o('dispatch', 'budget'),
    real: 'has no more workers than the fleet allows',
  },
  {
    trap: "`status` shows all projects' tmux sessions, one run, or after a stop every row there ever was",
    does: 'by exact name; rows by the time of the session',
    test: 'test/runtime/local-agent.test.ts: says what ov says, oldest mail first, without the root among the worktrees',
    real: 'start → status → send → mail → stop',
  },
  {
    trap: 'A logged-out coordinator is `working` for ever',
    does: 'its screen is read, Claude Code’s own lines since the last prompt only; `CLAUDE_LOGGED_OUT` ends the session with the mend',
    test: s('liveness-faults', 'logged out ends the session with the mend'),
    real: 'logged out: told by its screen, with the mend',
  },
  {
    trap: 'Claude Code stops at a usage limit, a menu, a full context, a model that is not there: its row stays `working`',
    does: 'told by its screen: a menu (an unknown one with its words), a full context, a refusal are put before the human, the session is not ended; a usage limit closes its account until the reset that it names',
    test: 'test/overstory/screen.test.ts: %s is %s',
    real: {
      not: 'a matter of claude: panes of 2.1.71, 2.1.112 and 2.1.332, made by running them (2026-11-29)',
    },
  },
  {
    trap: '`ov coordinator send` and `ov nudge` type text and Enter into the terminal, whatever stands there: at a menu that chooses',
    does: 'the screen is looked at first: `SCREEN_TAKES_NO_TEXT`, and it is tried again; the menu of a limit that is over is closed with Esc',
    test: 'test/sessions/prepare.test.ts: closes the menu of a usage limit with Esc, and touches nothing else',
    real: { not: 'a matter of claude: by hand with 2.1.112 and 2.1.332 (2026-11-29)' },
  },
  {
    trap: '`ov nudge` knows a busy coordinator by "esc to interrupt", which 2.1.112 leaves out where a human has configured a status line',
    does: 'busy is told by the spinner too, before anything is typed; `fleet doctor` warns of the status line: `CLAUDE_STATUS_LINE`',
    test: 'test/runtime/doctor/programs.test.ts: a status line of the human’s is warned of where it hides that a coordinator works',
    real: {
      not: 'a matter of claude: `test/claude/terminal.test.ts` on 2.1.112, which hides it, and 2.1.332, which does not (2026-11-29)',
    },
  },
  {
    trap: 'A headless worker that is killed in its turn, or whose turn ends in an error, stays `working` (0.10.3) or `between_turns` (0.11): nobody is told, its parent neither',
    does: 'one that is not completed, in no turn and silent for 10 s is told as `WORKER_CUT_OFF`, with what its claude printed',
    test: 'test/runtime/local-agent.test.ts: tells a worker whose claude is gone, at its start or in its turn, from all that live, go on or have ended',
    real: { not: 'a matter of claude: `npm run test:claude`, kill -9 of a builder' },
  },
  {
    trap: 'A hung coordinator is `working` for ever',
    does: '`SESSION_HUNG` in status until it moves or a human ends it',
    test: s('liveness-faults', 'hung is named and not ended'),
    real: 'hung: named in status, not ended; a stop ends it',
  },
  {
    trap: '`lastActivity` moves by hooks only: one that thinks and one that waits look alike',
    does: 'the screen tells busy from idle',
    test: s('liveness', 'says %s'),
    real: 'busy, then idle, then finished: told by screen, rows and mail',
  },
  {
    trap: 'A coordinator whose terminal vanished while idle is `completed`, as one that finished',
    does: 'told apart by the run: open means died',
    test: s('liveness', 'says %s'),
    real: 'died: the coordinator exits with its run open',
  },
  {
    trap: '"Run complete" is a habit, `check-complete` is off by default, a closed run may be an accident: none is reliable alone',
    does: 'all three are read; the exit trigger is set in config.local.yaml and believed only after quiet with no question open',
    test: s('finish', 'is done when its exit trigger is met and it has been quiet'),
    real: mainJob,
  },
  {
    trap: 'A broken or locked mail.db reads as "0 unread" in status',
    does: 'cross-checked; named in status, the objective waits and goes on when it is mended',
    test: s('liveness-faults', 'a broken mail.db is a trouble, not "no mail"; mended, the objective goes on'),
    real: broken,
  },
  {
    trap: 'A broken sessions.db',
    does: '`OV_DB_CORRUPT`: named, told the human, nothing concluded from it',
    test: texts,
    real: recorded('coordinator-status-corrupt-sessions-db'),
  },
  {
    trap: '`coordinator stop` exits 1 and leaves row and run open',
    does: 'finished by looking: stopped again, the run closed, the session ended',
    test: s('faults', 'that half-fails is finished by observation'),
    real: lies,
  },
  {
    trap: 'A coordinator takes the end of its workers for a failure and mails the human about it',
    does: 'it is stopped before them; who they are is journalled first',
    test: 'test/fleet/stop.test.ts: is the coordinator, then the leads, then who works for them',
    real: pausedFirst,
  },
  {
    trap: 'Workers and what they started live on after a stop',
    does: "ended after a grace by pid and start time, only with overstory's mark in their environment",
    test: s('faults', 'ends a worker that leaves a process behind'),
    real: 'ends what a session left behind, by pid and start time, and says what it parked',
  },
  {
    trap: 'A pid is used again: a row, or a watchdog.pid, names somebody else by now',
    does: "nobody is ended by a pid alone: start time and overstory's mark must agree",
    test: s('prepare', "never ends a process without overstory's mark, nor one of another start time"),
    real: trapped,
  },
  {
    trap: 'There is no suspend: a pause is a stop, and the next session knows nothing',
    does: 'the coordinator is told and asked where it stands; a resume hands over the objective, the branches and that report',
    test: s('faults', 'parks what is not merged, and a resume hands it over'),
    real: pausedFirst,
  },
  {
    trap: '`worktree clean --completed` and `clean` delete mail with what they clean',
    does: 'never used: branches are listed, and left',
    test: s('faults', 'parks what is not merged, and a resume hands it over'),
    real: recorded('worktree-clean'),
  },
  {
    trap: "A container restart: rows say completed or zombie, pids are others', the run is open",
    does: 'named as a death, by the run; a stale watchdog.pid goes first; what comes next starts',
    test: s('machine', 'under a running session is a death that is named; what comes next starts as ever'),
    real: serverKilled,
  },
  {
    trap: 'The tmux server is killed',
    does: 'the same; the keeper is started again',
    test: s('prepare', 'starts the keeper again when the tmux server is gone'),
    real: serverKilled,
  },
  {
    trap: 'PID 1 does not reap: a dead process counts as alive',
    does: 'the runtime runs under an init (compose `init: true`)',
    test: 'test/compose/bundle.test.ts: what runs inside has the users and capabilities that were promised',
    real: { not: 'a matter of the container' },
  },
  {
    trap: 'Databases are held for 10 s: some commands fail after 5 s, `status` says 0',
    does: '`OV_DB_LOCKED`, `OV_MAIL_NOT_STORED`: named, tried again, handed over once',
    test: s('machine', 'stop nothing: it is named, and the objective is handed over when they are free'),
    real: 'holds the databases for 10 s at a start: the objective is handed over once when they are free',
  },
  {
    trap: 'The disk is full: `status` answers, mail and commits fail in their own words',
    does: 'looked at before each look: `OV_DISK_FULL`, told the human; no start with less than 64 MiB',
    test: s(
      'machine',
      'is named, told the human and held against a start and a running session; with room again both go on',
    ),
    real: 'has no room on the disk: named and told; with room again the session goes on',
  },
  {
    trap: 'The disk turns read-only: databases look like those of another user; or it is unmounted: an empty folder',
    does: '`DISK_READ_ONLY`, `PRODUCT_EMPTY`: named; a stop and a pause end all of it at once without `ov`; back, it heals',
    test: s('disks', 'a disk that goes while a session starts leaves nothing of it alive'),
    real: { not: 'found before `ov` is asked' },
  },
  {
    trap: '`ov` is replaced under a session by another version',
    does: 'noticed at the next call: said, its features asked anew, `ov serve` renewed; one before 0.9 is named',
    test: s('machine', 'is noticed between two calls, said, and used as what it is'),
    real: 'has another ov between two calls: noticed, said, and driven as what it is',
  },
  {
    trap: 'The clock jumps: stalled, zombie and quiet are told by it',
    does: 'named in status; screens must stand anew, all is looked at again, no retry waits for hours',
    test: 'test/fleet/environment.test.ts: forward is named, and makes no busy session hang',
    real: { not: 'the clock of this machine is not set' },
  },
  {
    trap: 'Any of it at once',
    does: 'start/stop cycles with random faults leave no process and no tmux session (200: `npm run test:cycles`)',
    test: s('cycles', '20 start/stop cycles with random faults leave no process and no tmux session'),
    real: { not: 'each start of the real one takes 12 s' },
  },
  {
    trap: '`--json` before the command prints text, and exits 0',
    does: 'always after it',
    test: o('commands', 'carries the name under which the command is listed'),
    real: recorded('status-json-global-position'),
  },
  {
    trap: 'An unknown option or a missing argument: text on stderr, nothing on stdout, also with `--json`',
    does: 'exit code and envelope must both say success; the text has a code',
    test: texts,
    real: recorded('status-unknown-flag'),
  },
  {
    trap: 'Warnings on stderr of a command that worked',
    does: 'stderr alone is no failure',
    test: asRead,
    real: recorded('sling-scout-headless'),
  },
  {
    trap: '`init` prints 30 lines before its JSON; on an initialised project exits 0 without any; with `--yes` overwrites config.yaml',
    does: 'last line; `OV_ALREADY_INITIALISED`; never with `--yes`, never twice',
    test: o('recordings', '%s is a failure although it exits 0 or answers in text'),
    real: recorded('init-again-json-no-yes'),
  },
  {
    trap: '`run list`, `run show`, `run complete` answer in text',
    does: 'only `run` and `run complete` are used; exit and text decide',
    test: o('commands', '%s does not take %s for success'),
    real: recorded('run-show-x'),
  },
  {
    trap: '`mail read` has no `--json`, and prints no mail',
    does: 'exit and text decide',
    test: o('commands', '%s does not take %s for success'),
    real: recorded('mail-read-json-flag'),
  },
  {
    trap: '`group list` is a bare list when empty; `merge --all --dry-run` has two shapes',
    does: 'read alike',
    test: o('commands', 'of a merge queue read alike, empty and filled'),
    real: recorded('group-list-empty'),
  },
  {
    trap: '`ov doctor` exits 1 with success: true',
    does: 'never used: `fleet doctor` looks for itself',
    test: o('commands', 'lists its commands and nothing that objects inherit'),
    real: { not: 'it is never called' },
  },
  {
    trap: '`coordinator status` and `stop` start another `ov`: twice the cost, and they fail without one on PATH',
    does: 'status is asked with `ov status` only',
    test: 'test/runtime/local-agent.test.ts: one process is a look where status counts no mail and could count it',
    real: recorded('coordinator-start-no-ov-on-path-watchdog'),
  },
  {
    trap: '`upgrade` asks a registry that has no such package',
    does: 'never used',
    test: o('commands', 'lists its commands and nothing that objects inherit'),
    real: recorded('upgrade-check'),
  },
  {
    trap: '`mail list` has no limit, and before 0.10 no `--type`',
    does: 'filtered here; a snapshot carries 4 MiB, the oldest first',
    test: o('commands', 'filters mail by type itself where `ov` cannot'),
    real: recorded('mail-list'),
  },
];
