// Text of `ov` → stable code. `ov` has no error codes in its JSON, only prose, so this catalogue is the one
// place that knows the prose (overstory 0.9.4 to 0.11.0, each line recorded or read in its source).
// Codes are a public contract: add freely, never rename. Listed in docs/overstory.md.
import type { ErrorCode } from '../common/errors.ts';

interface KnownFailure {
  code: ErrorCode;
  pattern: RegExp;
  mend: string;
}

const startedMaybe =
  'Look at its status before you start it again: a failed start can leave a session behind.';

/** First match wins: the narrow before the wide. */
export const knownFailures: readonly KnownFailure[] = [
  {
    code: 'OV_DUBIOUS_OWNERSHIP',
    pattern: /dubious ownership/i,
    mend: "Make the project's files belong to the runtime's user (uid 1000), or add the folder to git's safe.directory in the runtime.",
  },
  {
    code: 'OV_NOT_GIT',
    pattern: /requires a git repository|not a git repository/i,
    mend: "Run `git init` in the project and commit once. If it is a repository already, its files belong to another user: give them to the runtime's user or set git's safe.directory.",
  },
  {
    code: 'DISK_READ_ONLY',
    pattern: /read-only file system|EROFS/i,
    mend: 'Let the disk be written again (`mount -o remount,rw`). One that turned read-only by itself has had errors: see `dmesg`.',
  },
  {
    code: 'OV_READONLY_DB',
    pattern: /readonly database|permission denied|EACCES/i,
    mend: "Files under .overstory belong to another user (was `ov` run as root once?): `chown -R` the project to the runtime's user.",
  },
  {
    code: 'OV_NOT_INITIALISED',
    pattern:
      /unable to open database file|is not an overstory project|Not in an overstory project|Not initialized\. Run|No hooks\.json found in \.overstory|Agent manifest not found/i,
    mend: "Run `ov init` in the project's git root. If it is initialised already, check that .overstory belongs to the runtime's user.",
  },
  {
    code: 'OV_ALREADY_INITIALISED',
    pattern: /\.overstory\/ already initialized/i,
    mend: 'Nothing to do: the project has its .overstory. Initialising again would overwrite its config.yaml.',
  },
  {
    code: 'OV_DB_LOCKED',
    pattern: /database is locked|database table is locked|SQLITE_BUSY/i,
    mend: 'Try again in a few seconds. If it stays, find the process that holds the databases under .overstory open and end it.',
  },
  {
    // git's own race: `worktree add` and `worktree list` read each other's half-made entries.
    code: 'GIT_WORKTREE_HALF_MADE',
    pattern: /failed to read \S+commondir/i,
    mend: 'Look again: a worktree was being made just then. If it stays, run `git worktree prune` in the product.',
  },
  {
    code: 'OV_DB_CORRUPT',
    pattern: /file is not a database|disk image is malformed|SQLITE_CORRUPT/i,
    mend: 'Move the broken *.db, with its -wal and -shm, out of .overstory (`ov` makes a new one) or restore it from a backup; workers must be stopped first.',
  },
  {
    // Its cause stays inside overstory: another process writes, the disk is full, or the file is not ours.
    code: 'OV_MAIL_NOT_STORED',
    pattern: /Failed to insert message/i,
    mend: 'Nothing was sent: try again in a few seconds. If it stays, run `fleet doctor` (disk, owner) and look for a process that holds .overstory/mail.db.',
  },
  {
    code: 'OV_DISK_FULL',
    pattern: /database or disk is full|no space left on device|ENOSPC|disk I\/O error/i,
    mend: 'Free space on the disk of the runtime, then try again.',
  },
  {
    code: 'OV_WATCHDOG_STALE',
    pattern: /Watchdog daemon \(.*\) is already running from a previous session/i,
    mend: 'Remove .overstory/watchdog.pid when that process is not a watchdog of this project, then start again.',
  },
  {
    code: 'OV_ALREADY_RUNNING',
    pattern: /(Coordinator|Orchestrator|Monitor|Supervisor\b.*) is already running/i,
    mend: 'Nothing to start: this product has a coordinator. Send to it, or stop it first.',
  },
  {
    code: 'OV_DUPLICATE_SESSION',
    pattern: /duplicate session/i,
    mend: "A tmux session of that name lives without a row in overstory. Look at its status; if no coordinator is listed, run `tmux -L overstory kill-session -t '=<name>'` and start again. Two projects with one project.name collide too.",
  },
  {
    code: 'OV_TMUX_COMMAND_TOO_LONG',
    pattern: /Failed to create tmux session .*command too long/is,
    mend: 'This version of overstory puts the whole prompt on the tmux command line: use overstory 0.9.4 to 0.11.0.',
  },
  {
    code: 'OV_ROOT_REFUSED',
    pattern: /Cannot spawn agents as root/i,
    mend: 'Run the runtime as a user other than root (uid 1000): `docker exec -u 1000`.',
  },
  {
    code: 'OV_TMUX_MISSING',
    pattern: /Executable not found in \$PATH: "tmux"|tmux is not installed/i,
    mend: 'Install tmux in the runtime.',
  },
  {
    code: 'OV_MISSING',
    pattern: /Executable not found in \$PATH: "ov"|Cannot resolve overstory binary path/i,
    mend: `Put \`ov\` (and bun) on the PATH of the runtime. ${startedMaybe}`,
  },
  {
    code: 'OV_TOOL_MISSING',
    pattern: /Executable not found in \$PATH|command not found/i,
    mend: 'Install the program named in the message in the runtime and put it on PATH.',
  },
  {
    code: 'OV_CLAUDE_DIED',
    pattern:
      /died during startup|but failed to retrieve PID|but could not find its pane PID|Tmux pane for session .* not found after/i,
    mend: `Check that \`claude\` is on the runtime's PATH, is the pinned version, and that its first-run questions are answered (login or key, trust). ${startedMaybe}`,
  },
  {
    code: 'OV_DIALOG',
    pattern: /did not become ready during startup/i,
    mend: 'Claude Code waited at a dialog (login, API key, trust or bypass), or was drawn too slowly: its screen tells. Answer its first-run questions in the runtime; the run that was opened stays active until `run complete`.',
  },
  {
    code: 'OV_STOP_INCOMPLETE',
    pattern: /Failed to kill tmux session|killSession called with empty session name/i,
    mend: 'The session is most likely gone: ask for status (it reconciles), then complete the run. A keeper session on the tmux server avoids this.',
  },
  {
    code: 'OV_TMUX_DEAD',
    pattern:
      /tmux session ".*" is not alive|Tmux server is not running|no server running on|server exited unexpectedly|Failed to list tmux sessions|Failed to send keys to tmux|Tmux session ".*" does not exist|error connecting to .*tmux/i,
    mend: 'The tmux session of this product is gone: ask for status (it reconciles), then start it again.',
  },
  {
    code: 'OV_NOT_RUNNING',
    pattern:
      /No active \S+ session found|Coordinator is not running|is already completed|is in terminal state|No active session for agent|No active supervisor session/i,
    mend: 'It is not running any more. Start the coordinator (or a new worker under a new name) first.',
  },
  {
    code: 'OV_HEADLESS',
    pattern: /is running headless/i,
    mend: 'A headless coordinator has no screen: stop it and start it by the CLI in tmux.',
  },
  {
    code: 'OV_NO_RUN',
    pattern: /No active run/i,
    mend: 'Nothing to do: no run is open in this product.',
  },
  {
    code: 'OV_REPLY_TIMEOUT',
    pattern: /Timed out after .* waiting for .* reply/i,
    mend: 'The message was delivered. Wait for a reply in the mail of its thread; do not send it again.',
  },
  {
    code: 'OV_HIERARCHY',
    pattern: /cannot spawn ".*" directly|Depth limit exceeded/i,
    mend: 'Start a lead, scout or builder; reviewers and mergers are started by a lead.',
  },
  {
    code: 'OV_LIMIT',
    pattern: /(agent|session) limit reached/i,
    mend: "Wait for workers to finish, or raise the limit under agents: in the project's .overstory/config.yaml.",
  },
  {
    code: 'OV_NAME_TAKEN',
    pattern:
      /git worktree add .* failed.*already exists|Agent name ".*" is already in use|is already checked out|already being worked by|is already a member of/is,
    mend: "Use a new name: a finished worker's name stays taken while its worktree or branch exists.",
  },
  {
    code: 'OV_NOT_FOUND',
    pattern:
      /(Agent|Run|Message) ?"?\S*"? ?not found|Branch ".*" not found|Spec file not found|Group ".*" not found|not found in tracker|not found or inaccessible|Unknown recipient|No queue entry found|No (log directory|session\.log|session directories|transcript|pending handoff)\b|is not a member of group/i,
    mend: 'Check the name or id. A task that no tracker knows needs the task check skipped.',
  },
  {
    code: 'OV_NO_COMMIT',
    pattern: /not a valid object name|does not have any commits yet/i,
    mend: 'Commit once in the project: a worktree needs a commit to start from.',
  },
  {
    code: 'OV_BAD_CONFIG',
    pattern:
      /^(Error( \[\w+\])?: )?(agents|watchdog|coordinator|project|models|providers|runtime|mulch|taskTracker)\.\S+ (must|is|references)|Failed to (parse|read) .*config file|manifest validation failed|Failed to (parse|read) agent manifest/im,
    mend: 'Correct the field named in the message in .overstory/config.yaml (or config.local.yaml, agent-manifest.json).',
  },
  {
    code: 'OV_BAD_ARGUMENT',
    pattern:
      /unknown option|unknown command|unknown \w+ subcommand|required option|missing required argument|too many arguments|argument missing|Invalid --?\w+|Invalid (capability|category|type|priority|event|port|limit|since)|Unknown capability|--[\w-]+ must be|is required\b|No cleanup targets specified|Missing or (empty|invalid)|At least one issue|mutually exclusive|is not workable|resolved to zero recipients|Unknown group address|Duplicate issue IDs|Cannot remove all issues|unknown shell|missing shell argument|Invalid (cursor|JSON body|dev port|'\w+')|Unknown tracker backend|Field ".*" must be/i,
    mend: 'The call does not fit this version of `ov`: compare it with `ov <command> --help`, and the version with docs/overstory.md.',
  },
  {
    code: 'OV_TOOL_FAILED',
    pattern: /^(mulch|sd|bd|canopy|bun install)\b.* (failed|returned)/im,
    mend: "Read the program's own words in the message: overstory called it, and it failed.",
  },
  {
    code: 'OV_OFFLINE',
    pattern: /Failed to fetch npm registry|ENOTFOUND|ECONNREFUSED|getaddrinfo/i,
    mend: 'The package registry did not answer or lacks the package; nothing that runs depends on it.',
  },
  {
    code: 'OV_GIT_FAILED',
    pattern:
      /git .* failed \(exit \d+\)|^fatal: |Failed to (checkout|resolve ref)|No common ancestor between/ims,
    mend: "Read git's own words in the message, put the repository right, and try again.",
  },
];
