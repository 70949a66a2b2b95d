#!/usr/bin/env node
// A tiny stand-in for `ov`: answers in the recorded shapes of 0.10.3 and misbehaves as the product's
// `fixture.json` says. Every call leaves a line in `calls.log`.
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { getPriority } from 'node:os';

const argv = process.argv.slice(2);
const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
const ok = (command, fields) => say({ success: true, command, ...fields });

if (argv[0] === '--version') {
  say({ name: '@os-eco/overstory-cli', version: '0.10.3', runtime: 'bun', platform: 'linux-x64' });
  process.exit(0);
}
// As the real one, until it is ended; it is no answer to a call, so it is not counted as one.
if (argv[0] === 'serve') setInterval(() => existsSync('fixture.json') || process.exit(0), 200);
if (argv[0] === 'serve') await new Promise(() => {});
const {
  mode = 'ok',
  mail = [],
  startMs = 0,
  workers = [],
} = existsSync('fixture.json') ? JSON.parse(readFileSync('fixture.json', 'utf8')) : {};
appendFileSync('calls.log', `start ${argv.join(' ')}\n`);
appendFileSync('nice.log', `${getPriority()} ${argv[0]}\n`);
process.on('exit', () => appendFileSync('calls.log', `end ${argv.join(' ')}\n`));

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
if (mode === 'garbage') {
  process.stdout.write('Segmentation fault? <<<{"success":tru\u0007\n');
  process.exit(0);
}
// For ever, but not beyond the test that made its folder.
if (mode === 'hang') while (existsSync('fixture.json')) await wait(200);
if (mode === 'huge') {
  const chunk = 'x'.repeat(1024 * 1024);
  for (let i = 0; i < 40; i += 1)
    if (!process.stdout.write(chunk)) await new Promise((go) => process.stdout.once('drain', go));
  process.exit(0);
}
if (mode === 'locked') {
  say({ success: false, command: 'ov', error: 'database is locked' });
  process.exit(1);
}
// Its `.overstory` goes while it starts, and whoever still writes there makes an empty one: as the real one, it then
// knows of nobody.
if (mode === 'goes') {
  renameSync('.overstory', '.away');
  mkdirSync('.overstory/logs', { recursive: true });
}

const root = process.cwd();
switch (argv.slice(0, 2).join(' ')) {
  case 'status --json':
    ok('status', {
      currentRunId: mode === 'goes' ? null : 'run-1',
      agents: [
        ...(mode === 'goes'
          ? []
          : [
              ['coordinator', 'coordinator', 'working', 'overstory-fixture-coordinator'],
              ['scout-1', 'scout', 'stalled', ''],
            ]),
        ...workers.map(({ agentName }) => [agentName, 'lead', 'working', '']),
      ].map(([agentName, capability, state, tmuxSession]) => ({
        id: `session-${agentName}`,
        agentName,
        capability,
        worktreePath: root,
        branchName: 'main',
        taskId: '',
        tmuxSession,
        state,
        pid: null,
        parentAgent: null,
        depth: 0,
        runId: 'run-1',
        startedAt: '2026-11-20T09:28:25.034Z',
        lastActivity: '2026-11-20T09:28:27.139Z',
        ...workers.find((worker) => worker.agentName === agentName),
      })),
      worktrees: [
        { path: root, head: 'a'.repeat(40), branch: 'main' },
        { path: `${root}-next`, head: 'c'.repeat(40), branch: 'next' },
        { path: `${root}/.overstory/worktrees/scout-1`, head: 'b'.repeat(40), branch: 'overstory/scout-1/t' },
      ],
      tmuxSessions: [{ name: 'overstory-fixture-coordinator', pid: 1 }],
      unreadMailCount: mail.length,
      unreadMailScope: argv[3] ?? 'orchestrator',
      mergeQueueCount: 1,
    });
    break;
  case 'mail list':
    ok('mail list', { messages: mail });
    break;
  case 'coordinator start':
    await wait(startMs);
    ok('coordinator start', {
      agentName: 'coordinator',
      tmuxSession: 'overstory-fixture-coordinator',
      projectRoot: root,
      pid: 4242,
    });
    break;
  case 'coordinator stop':
    ok('coordinator stop', { stopped: true, sessionId: 'session-coordinator', runCompleted: true });
    break;
  case 'run --json':
    ok('run', { run: null, message: 'No active run' });
    break;
  default:
    process.stderr.write(`error: unknown command '${argv.join(' ')}'\n`);
    process.exit(1);
}
