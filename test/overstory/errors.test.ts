import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ovFailure } from '../../src/overstory/errors.ts';
import { knownFailures } from '../../src/overstory/known-failures.ts';

// Texts of FACTS §6 and of overstory's source that no recording holds.
it.each([
  [
    "'/p' is not an overstory project (missing .overstory/config.yaml). Run 'ov init' first.",
    'OV_NOT_INITIALISED',
  ],
  [
    "git worktree list --porcelain failed (exit 128): fatal: detected dubious ownership in repository at '/p'",
    'OV_DUBIOUS_OWNERSHIP',
  ],
  ['Agent manifest not found: /p/.overstory/agent-manifest.json', 'OV_NOT_INITIALISED'],
  ['database disk image is malformed', 'OV_DB_CORRUPT'],
  ['Failed to insert message: msg-xbjhoqoxhuxb', 'OV_MAIL_NOT_STORED'],
  [
    "git worktree add -b overstory/a/t /p/w main failed (exit 128): fatal: not a valid object name: 'main'",
    'OV_NO_COMMIT',
  ],
  ['Max concurrent agent limit reached: 25/25 active agents', 'OV_LIMIT'],
  ['Run session limit reached: 9/9 agents spawned in run "r". ', 'OV_LIMIT'],
  ['Per-lead agent limit reached: "lead-1" has 5/5 active children. ', 'OV_LIMIT'],
  ['Agent name "lead-1" is already in use (state: working)', 'OV_NAME_TAKEN'],
  ['Depth limit exceeded: depth 3 > maxDepth 2', 'OV_HIERARCHY'],
  [
    'tmux is not installed or not on PATH. Install tmux to use overstory agent orchestration.',
    'OV_TMUX_MISSING',
  ],
  ['Executable not found in $PATH: "claude"', 'OV_TOOL_MISSING'],
  ['Coordinator is not running', 'OV_NOT_RUNNING'],
  ['watchdog.staleThresholdMs must be positive', 'OV_BAD_CONFIG'],
  ['Failed to parse YAML in config file: /p/.overstory/config.yaml', 'OV_BAD_CONFIG'],
  ['Unknown recipient: "bob"', 'OV_NOT_FOUND'],
  ['git merge-base --is-ancestor failed (exit 1): bad object', 'OV_GIT_FAILED'],
  ['ENOSPC: no space left on device, write', 'OV_DISK_FULL'],
  ["Not in an overstory project. Run 'ov init' first.", 'OV_NOT_INITIALISED'],
  ['Run "run-7" not found', 'OV_NOT_FOUND'],
  ['No queue entry found for branch: overstory/a/t', 'OV_NOT_FOUND'],
  ['Issue "x-1" is not a member of group "auth"', 'OV_NOT_FOUND'],
  ['Duplicate issue IDs provided', 'OV_BAD_ARGUMENT'],
  ['Failed to checkout main: error: your local changes would be overwritten', 'OV_GIT_FAILED'],
  ['mulch record failed (exit 1): domain "x" not found', 'OV_TOOL_FAILED'],
  ['something nobody has seen', 'OV_FAILED'],
  ['', 'OV_FAILED'],
])('%s', (text, code) => {
  const error = ovFailure(text);
  expect(error.code).toBe(code);
  expect(error.mend).not.toBe('');
  expect(error.message).not.toBe('');
});

it('shows the words of `ov` capped and without control characters', () => {
  const { message } = ovFailure(`Error [AGENT_ERROR]: \u001b[31mred\u001b[0m\u0007 ${'x'.repeat(5000)}`);
  expect(message).toMatch(/^red xxx/);
  expect(message.length).toBeLessThan(700);
});

it('has every code in docs/overstory.md, and no other', () => {
  const source = [
    'errors.ts',
    'known-failures.ts',
    'envelope.ts',
    'run.ts',
    'sanitize.ts',
    'dispatch.ts',
    'commands/agents.ts',
  ]
    .map((file) => readFileSync(join(import.meta.dirname, '../../src/overstory', file), 'utf8'))
    .join('\n');
  const raised = new Set([...source.matchAll(/'(OV_[A-Z_]+)'/g)].map(([, code]) => code));
  const documented = new Set(
    [
      ...readFileSync(join(import.meta.dirname, '../../docs/overstory.md'), 'utf8').matchAll(
        /^\| `(OV_[A-Z_]+)`/gm,
      ),
    ].map(([, code]) => code),
  );
  expect([...documented].sort()).toEqual([...raised].sort());
  expect(knownFailures.length).toBeGreaterThan(30);
});
