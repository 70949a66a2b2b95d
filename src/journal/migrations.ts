// The journal's tables. A migration is never edited once it has landed: add the next one. The version is
// SQLite's own user_version, so an older fleetd can refuse a newer file before reading anything else.

/** migrations[n] brings a file from version n to n + 1. */
export const migrations: readonly string[] = [
  `
  CREATE TABLE events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms INTEGER NOT NULL,
    kind TEXT NOT NULL,
    product TEXT,
    objective TEXT,
    text TEXT NOT NULL,
    data TEXT NOT NULL
  ) STRICT;
  CREATE INDEX events_product ON events (product, seq);
  CREATE INDEX events_objective ON events (objective, seq);

  CREATE TABLE objectives (
    id TEXT PRIMARY KEY,
    n INTEGER NOT NULL UNIQUE,
    product TEXT NOT NULL,
    text TEXT NOT NULL,
    acceptance TEXT,
    needs TEXT NOT NULL,
    source TEXT NOT NULL,
    idempotency_key TEXT UNIQUE,
    state TEXT NOT NULL CHECK (state IN ('queued','starting','running','done','failed','cancelled')),
    why TEXT,
    result TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    messages INTEGER NOT NULL DEFAULT 0,
    not_before_ms INTEGER,
    -- the scheduler's rule that held it when last asked
    wait_rule TEXT,
    created_at_ms INTEGER NOT NULL,
    -- since when it has its place in the queue: a pause keeps it, a requeue after an end does not
    queued_at_ms INTEGER NOT NULL,
    started_at_ms INTEGER,
    ended_at_ms INTEGER
  ) STRICT;
  CREATE INDEX objectives_open ON objectives (state, n);

  CREATE TABLE sessions (
    id INTEGER PRIMARY KEY,
    product TEXT NOT NULL,
    objective TEXT NOT NULL REFERENCES objectives (id),
    state TEXT NOT NULL CHECK (state IN ('starting','running','stopping','ended')),
    overstory_session TEXT,
    tmux_session TEXT,
    run_id TEXT,
    stop_reason TEXT,
    outcome TEXT CHECK (outcome IN ('done','failed','cancelled','requeued')),
    why TEXT,
    leftovers TEXT NOT NULL DEFAULT '[]',
    peak_memory_bytes INTEGER,
    peak_cpu_cores REAL,
    cost_usd REAL,
    starting_at_ms INTEGER NOT NULL,
    running_at_ms INTEGER,
    ended_at_ms INTEGER
  ) STRICT;
  -- At most one live session per product, held by the database and not by good intentions.
  CREATE UNIQUE INDEX sessions_one_per_product ON sessions (product) WHERE state <> 'ended';

  CREATE TABLE actions (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    product TEXT NOT NULL,
    objective TEXT,
    session INTEGER,
    args TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('intended','done','failed','uncertain','abandoned')),
    result TEXT,
    error TEXT,
    intended_at_ms INTEGER NOT NULL,
    settled_at_ms INTEGER
  ) STRICT;
  CREATE INDEX actions_open ON actions (state) WHERE state IN ('intended','uncertain');

  CREATE TABLE mail (
    product TEXT NOT NULL,
    id TEXT NOT NULL,
    objective TEXT,
    mail TEXT NOT NULL,
    received_at_ms INTEGER NOT NULL,
    PRIMARY KEY (product, id)
  ) STRICT;

  CREATE TABLE troubles (
    product TEXT PRIMARY KEY,
    error TEXT NOT NULL,
    since_ms INTEGER NOT NULL
  ) STRICT;

  -- What chat changed on top of products.yaml. scope: a product, or * for the fleet.
  CREATE TABLE overrides (
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    since_ms INTEGER NOT NULL,
    PRIMARY KEY (scope, key)
  ) STRICT;
  CREATE INDEX events_controls ON events (seq) WHERE kind = 'control.changed';

  -- Starts that failed one after the other; a start that works or a human's resume takes the row away.
  CREATE TABLE breakers (
    product TEXT PRIMARY KEY,
    failures INTEGER NOT NULL,
    last_failure_ms INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE reliefs (
    rule TEXT PRIMARY KEY,
    since_ms INTEGER NOT NULL
  ) STRICT;

  -- Questions only a human may answer. product null: about the whole fleet.
  CREATE TABLE gates (
    n INTEGER PRIMARY KEY,
    product TEXT,
    objective TEXT,
    kind TEXT NOT NULL,
    severity TEXT NOT NULL CHECK (severity IN ('warning','error','critical')),
    -- the question as JSON: digest, subject, text, options, deadline, asker, mail
    question TEXT NOT NULL,
    mail TEXT,
    state TEXT NOT NULL CHECK (state IN ('open','approved','rejected','answered','withdrawn')),
    resolution TEXT,
    -- null: nothing to deliver, or not yet resolved
    delivery TEXT CHECK (delivery IN ('pending','sent','read','lost')),
    -- id of the mail that carries the answer
    answer_mail TEXT,
    asked_at_ms INTEGER NOT NULL,
    resolved_at_ms INTEGER,
    delivered_at_ms INTEGER
  ) STRICT;
  CREATE INDEX gates_open ON gates (product, n) WHERE state = 'open';
  CREATE INDEX gates_undelivered ON gates (product, n) WHERE delivery IN ('pending','sent');
  CREATE INDEX gates_mail ON gates (product, mail);

  -- Mail in the operator's name that is accounted for: ours, there before we looked, or told as foreign.
  CREATE TABLE operator_mail (
    product TEXT NOT NULL,
    id TEXT NOT NULL,
    origin TEXT NOT NULL CHECK (origin IN ('before','foreign')),
    PRIMARY KEY (product, id)
  ) STRICT, WITHOUT ROWID;

  -- The outbox: what goes to the humans, by number, at least once.
  CREATE TABLE notices (
    n INTEGER PRIMARY KEY,
    product TEXT,
    objective TEXT,
    gate INTEGER,
    kind TEXT NOT NULL,
    severity TEXT NOT NULL,
    text TEXT NOT NULL,
    channels TEXT NOT NULL,
    thread TEXT,
    cause INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    due_ms INTEGER NOT NULL,
    sent_at_ms INTEGER
  ) STRICT;
  CREATE INDEX notices_pending ON notices (due_ms) WHERE sent_at_ms IS NULL;
  CREATE INDEX notices_gate ON notices (gate) WHERE gate IS NOT NULL;
  `,
  `
  ALTER TABLE objectives ADD COLUMN kind TEXT NOT NULL DEFAULT 'other';
  ALTER TABLE sessions ADD COLUMN predicted TEXT;
  ALTER TABLE sessions ADD COLUMN workers INTEGER;
  ALTER TABLE sessions ADD COLUMN merged INTEGER;

  -- What an objective came to; null is unknown.
  CREATE TABLE outcomes (
    objective TEXT PRIMARY KEY,
    product TEXT NOT NULL,
    kind TEXT NOT NULL,
    end TEXT NOT NULL,
    queued_ms INTEGER NOT NULL,
    work_ms INTEGER NOT NULL,
    human_ms INTEGER NOT NULL,
    gates INTEGER NOT NULL,
    sessions INTEGER NOT NULL,
    workers INTEGER,
    merged INTEGER,
    cost_usd REAL,
    peak_memory_bytes INTEGER,
    peak_cpu_cores REAL,
    predicted TEXT,
    started_at_ms INTEGER NOT NULL,
    ended_at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX outcomes_ended ON outcomes (ended_at_ms);
  `,
  `
  CREATE TABLE recurring (
    name TEXT PRIMARY KEY,
    -- as chat set it; null: products.yaml has it
    recurrence TEXT,
    source TEXT,
    calendar TEXT,
    paused_ms INTEGER,
    last_due_ms INTEGER NOT NULL,
    last_objective TEXT,
    runs INTEGER NOT NULL DEFAULT 0,
    skipped INTEGER NOT NULL DEFAULT 0,
    missed INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  `,
  `
  -- How full the budget was, a row a minute while a session lives. Not events: see past/usage.ts.
  CREATE TABLE usage (
    at_ms INTEGER PRIMARY KEY,
    memory_bytes INTEGER NOT NULL,
    cpu_cores REAL NOT NULL,
    spent_usd REAL NOT NULL,
    sessions INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX sessions_ended ON sessions (ended_at_ms);
  CREATE INDEX actions_product ON actions (product, intended_at_ms);
  `,
  `
  ALTER TABLE notices ADD COLUMN quote TEXT;
  CREATE INDEX notices_product ON notices (product, due_ms);

  -- Turns of the model that a product's monitor asked for: begun at most once each.
  CREATE TABLE interventions (
    n INTEGER PRIMARY KEY,
    product TEXT NOT NULL,
    objective TEXT,
    why TEXT NOT NULL,
    -- seq of the event that asked for it
    cause INTEGER NOT NULL UNIQUE,
    state TEXT NOT NULL CHECK (state IN ('asked','begun','ended')),
    -- null: not over, or what it cost is not known
    cost_usd REAL,
    asked_at_ms INTEGER NOT NULL,
    begun_at_ms INTEGER,
    ended_at_ms INTEGER
  ) STRICT;
  CREATE INDEX interventions_product ON interventions (product, asked_at_ms);
  `,
  `
  -- Input and output, without cache, as \`ov costs\` counts them; null: unknown.
  ALTER TABLE sessions ADD COLUMN tokens INTEGER;

  -- A budget may be a product's own. scope: a product, or * for the fleet.
  ALTER TABLE reliefs RENAME TO reliefs_of_fleet;
  CREATE TABLE reliefs (
    rule TEXT NOT NULL,
    scope TEXT NOT NULL,
    since_ms INTEGER NOT NULL,
    PRIMARY KEY (rule, scope)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO reliefs SELECT rule, '*', since_ms FROM reliefs_of_fleet;
  DROP TABLE reliefs_of_fleet;
  `,
  `
  CREATE INDEX notices_waits ON notices (objective, at_ms) WHERE kind = 'queued-long';
  `,
  `
  CREATE TABLE blueprints (
    name TEXT PRIMARY KEY,
    description TEXT,
    -- as JSON, each with the objective that it is now
    steps TEXT NOT NULL,
    source TEXT NOT NULL,
    applied_ms INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE drafts (
    n INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    yaml TEXT NOT NULL,
    source TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    applied_ms INTEGER
  ) STRICT;
  `,
  `
  -- By the products' restart policies; those within the window count against the limit.
  CREATE TABLE restarts (
    id INTEGER PRIMARY KEY,
    product TEXT NOT NULL,
    objective TEXT NOT NULL,
    at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX restarts_product ON restarts (product, at_ms);
  `,
  `
  CREATE TABLE lessons (
    n INTEGER PRIMARY KEY,
    product TEXT NOT NULL,
    text TEXT NOT NULL,
    recorded INTEGER NOT NULL DEFAULT 0,
    at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE proposals (
    n INTEGER PRIMARY KEY,
    product TEXT,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    source TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open','accepted','dropped')),
    at_ms INTEGER NOT NULL,
    decided_ms INTEGER
  ) STRICT;
  `,
  `
  -- Spend that is not known is no row of 0, which is what it was written as before.
  CREATE TABLE usage_known (
    at_ms INTEGER PRIMARY KEY,
    memory_bytes INTEGER NOT NULL,
    cpu_cores REAL NOT NULL,
    spent_usd REAL,
    sessions INTEGER NOT NULL
  ) STRICT;
  INSERT INTO usage_known SELECT at_ms, memory_bytes, cpu_cores, nullif(spent_usd, 0), sessions FROM usage;
  DROP TABLE usage;
  ALTER TABLE usage_known RENAME TO usage;
  CREATE INDEX interventions_begun ON interventions (begun_at_ms);
  `,
  `
  -- At a usage limit: nothing starts on them.
  CREATE TABLE closed_accounts (
    account TEXT PRIMARY KEY,
    window TEXT NOT NULL,
    -- null: not known, it is tried at probe_ms
    until_ms INTEGER,
    probe_ms INTEGER,
    probes INTEGER NOT NULL DEFAULT 0,
    tried_session INTEGER,
    limit_text TEXT NOT NULL,
    product TEXT NOT NULL,
    since_ms INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE account_shares (
    account TEXT NOT NULL,
    window TEXT NOT NULL,
    used_percent REAL NOT NULL,
    until_ms INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (account, window)
  ) STRICT, WITHOUT ROWID;
  -- Live sessions whose screen ends in a usage limit.
  CREATE TABLE limited_sessions (
    session INTEGER PRIMARY KEY,
    account TEXT NOT NULL,
    product TEXT NOT NULL,
    objective TEXT NOT NULL,
    limit_text TEXT NOT NULL,
    print TEXT NOT NULL,
    since_ms INTEGER NOT NULL,
    woken_ms INTEGER,
    woken_by TEXT CHECK (woken_by IN ('itself','nudge'))
  ) STRICT;
  `,
  `
  -- Of tokens: those of models without a price. agents: JSON, what each agent of the session has come to.
  ALTER TABLE sessions ADD COLUMN unpriced_tokens INTEGER;
  ALTER TABLE sessions ADD COLUMN agents TEXT;
  `,
  `
  -- Commits between which lies what the session made. tips: JSON, the last commits of its agents' branches.
  ALTER TABLE sessions ADD COLUMN base_commit TEXT;
  ALTER TABLE sessions ADD COLUMN head_commit TEXT;
  ALTER TABLE sessions ADD COLUMN tips TEXT;
  `,
  `
  -- Work that was delivered as pull requests, as their forge tells of them. checks, remarks: JSON, words of others.
  CREATE TABLE pull_requests (
    product TEXT NOT NULL,
    number INTEGER NOT NULL,
    objective TEXT NOT NULL,
    url TEXT NOT NULL,
    state TEXT NOT NULL,
    head TEXT NOT NULL,
    checks TEXT NOT NULL,
    remarks TEXT NOT NULL,
    PRIMARY KEY (product, number)
  ) STRICT;
  `,
  `
  -- failed_head: the commit whose failed checks were asked about or sent back. reworks: how often by themselves.
  ALTER TABLE pull_requests ADD COLUMN failed_head TEXT;
  ALTER TABLE pull_requests ADD COLUMN reworks INTEGER NOT NULL DEFAULT 0;
  `,
  `
  -- Files that final reports name. path: words of others. sha256: of what is kept; refused, removed: why it is not.
  CREATE TABLE artifacts (
    objective TEXT NOT NULL,
    n INTEGER NOT NULL,
    product TEXT NOT NULL,
    path TEXT NOT NULL,
    bytes INTEGER,
    sha256 TEXT,
    type TEXT,
    refused TEXT,
    removed TEXT CHECK (removed IN ('age','size')),
    kept_at_ms INTEGER NOT NULL,
    PRIMARY KEY (objective, n)
  ) STRICT;
  `,
  `
  -- Issues of forges that became objectives, each once.
  CREATE TABLE issues (
    product TEXT NOT NULL,
    url TEXT NOT NULL,
    number INTEGER NOT NULL,
    objective TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL CHECK (state IN ('open','closed','gone')),
    PRIMARY KEY (product, url)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX actions_objective ON actions (objective, kind);
  `,
  `
  -- Of several runtimes, where each product is. made: its workspace was there once.
  CREATE TABLE placements (
    product TEXT PRIMARY KEY,
    runtime TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    since_ms INTEGER NOT NULL,
    made INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- By one worker without a coordinator.
  ALTER TABLE objectives ADD COLUMN direct TEXT CHECK (direct IN ('scout','builder'));
  ALTER TABLE sessions ADD COLUMN direct TEXT;
  ALTER TABLE outcomes ADD COLUMN direct TEXT;
  `,
  `
  -- Moves under way. epoch: of the product's next place.
  CREATE TABLE moves (
    product TEXT PRIMARY KEY,
    origin TEXT NOT NULL,
    target TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    salvage INTEGER NOT NULL,
    since_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- What is asked at every look, decision and status: of a year's rows, those that are meant.
  CREATE INDEX actions_session ON actions (session, kind);
  CREATE INDEX actions_kind ON actions (kind, state);
  CREATE INDEX actions_slung ON actions (product) WHERE kind = 'worker.sling';
  CREATE INDEX actions_undone ON actions (product) WHERE state <> 'done';
  CREATE INDEX actions_sent ON actions (product, json_extract(result, '$.id'), json_extract(result, '$.reply'))
    WHERE json_extract(result, '$.id') IS NOT NULL;
  CREATE INDEX sessions_objective ON sessions (objective);
  CREATE INDEX sessions_starting ON sessions (starting_at_ms);
  CREATE INDEX gates_objective ON gates (objective);
  CREATE INDEX notices_cause ON notices (cause);
  CREATE INDEX objectives_ended ON objectives (ended_at_ms, n);
  CREATE INDEX events_recurred ON events (at_ms) WHERE kind = 'recurring.due';
  `,
  `
  -- Whose events are in a file of the archive, by month; first_seq, last_seq: between which they are. No state: see archive/.
  CREATE TABLE archived (
    objective TEXT NOT NULL,
    month TEXT NOT NULL,
    first_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    PRIMARY KEY (objective, month)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX archived_month ON archived (month, first_seq);
  `,
];

/** Tables that are the events applied: replaying the log must give exactly these. */
export const stateTables = [
  'objectives',
  'sessions',
  'actions',
  'mail',
  'troubles',
  'overrides',
  'breakers',
  'reliefs',
  'gates',
  'operator_mail',
  'notices',
  'outcomes',
  'recurring',
  'interventions',
  'blueprints',
  'drafts',
  'restarts',
  'lessons',
  'proposals',
  'closed_accounts',
  'account_shares',
  'limited_sessions',
  'pull_requests',
  'artifacts',
  'issues',
  'placements',
  'moves',
] as const;
