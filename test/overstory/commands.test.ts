import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OvCommand, OvRun } from '../../src/overstory/command.ts';
import { isOvCommandName, type OvCommandName, ovCommands } from '../../src/overstory/commands/index.ts';
import { featuresOf } from '../../src/overstory/features.ts';
import { readOvArgs, readOvReply } from '../../src/overstory/run.ts';
import { maxArgumentBytes } from '../../src/overstory/sanitize.ts';

const v9 = featuresOf({ version: '0.9.4' });
const v10 = featuresOf({ version: '0.10.3' });
const argvOf = (name: OvCommandName, args: unknown, features = v10) =>
  (ovCommands[name] as unknown as OvCommand<unknown, unknown>).argv(readOvArgs(name, args), features);
const said = (stdout: string, stderr = ''): OvRun => ({
  exit: 0,
  stdout,
  stderr,
  timedOut: false,
  truncated: false,
});
const code = (action: () => unknown): unknown => {
  try {
    action();
    return null;
  } catch (error) {
    return (error as { code?: string }).code;
  }
};

describe('argv', () => {
  it.each<[OvCommandName, object, string[]]>([
    ['version', {}, ['--version', '--json']],
    ['init', { name: 'shop' }, ['init', '--json', '--name=shop']],
    ['status', {}, ['status', '--json']],
    ['status', { agent: 'operator' }, ['status', '--json', '--agent', 'operator']],
    ['coordinator.start', {}, ['coordinator', 'start', '--no-attach', '--json']],
    ['coordinator.stop', {}, ['coordinator', 'stop', '--json']],
    ['coordinator.status', {}, ['coordinator', 'status', '--json']],
    [
      'coordinator.send',
      { subject: ' [obj-1.1]\nShip ', body: '--help;\n' },
      ['coordinator', 'send', '--json', '--subject=[obj-1.1] Ship', '--body=--help'],
    ],
    ['coordinator.output', { lines: 20 }, ['coordinator', 'output', '--json', '--lines', '20']],
    ['coordinator.checkComplete', {}, ['coordinator', 'check-complete', '--json']],
    [
      'mail.list',
      { to: 'operator', unread: true, type: 'question' },
      ['mail', 'list', '--json', '--to', 'operator', '--unread', '--type', 'question'],
    ],
    ['mail.read', { id: 'msg-1a' }, ['mail', 'read', 'msg-1a']],
    [
      'mail.reply',
      { id: 'msg-1a', body: 'yes' },
      ['mail', 'reply', 'msg-1a', '--from', 'operator', '--json', '--body=yes'],
    ],
    [
      'mail.send',
      { to: 'lead-1', subject: 's', body: 'b', type: 'status', priority: 'high' },
      [
        'mail',
        'send',
        '--from',
        'operator',
        '--to',
        'lead-1',
        '--json',
        '--type',
        'status',
        '--priority',
        'high',
        '--subject=s',
        '--body=b',
      ],
    ],
    [
      'sling',
      {
        taskId: 't-1',
        capability: 'lead',
        name: 'lead-2',
        spec: '.overstory/specs/t-1.md',
        depth: 1,
        recover: true,
      },
      [
        'sling',
        't-1',
        '--capability',
        'lead',
        '--name',
        'lead-2',
        '--skip-task-check',
        '--json',
        '--spec=.overstory/specs/t-1.md',
        '--depth',
        '1',
        '--recover',
      ],
    ],
    ['stop', { agent: 'lead-1' }, ['stop', 'lead-1', '--json']],
    ['nudge', { message: '--force' }, ['nudge', 'coordinator', ' --force', '--json']],
    [
      'spec.write',
      { taskId: 'obj-1', body: 'x' },
      ['spec', 'write', 'obj-1', '--agent', 'operator', '--json'],
    ],
    ['run.current', {}, ['run', '--json']],
    ['run.complete', {}, ['run', 'complete']],
    [
      'feed',
      { agent: 'builder-1', since: '2026-11-30T09:00:00.000Z' },
      ['feed', '--json', '--agent', 'builder-1', '--since', '2026-11-30T09:00:00.000Z', '--limit', '1000000'],
    ],
    ['errors', { limit: 5 }, ['errors', '--json', '--limit', '5']],
    ['agents.discover', { all: true }, ['agents', 'discover', '--json', '--all']],
    ['worktree.list', {}, ['worktree', 'list', '--json']],
    ['merge.dryRun', {}, ['merge', '--all', '--dry-run', '--json']],
    ['group.status', {}, ['group', 'status', '--json']],
  ])('%s', (name, args, argv) => {
    expect(argvOf(name, args)).toEqual(argv);
  });

  it('carries the name under which the command is listed', () => {
    for (const [name, command] of Object.entries(ovCommands)) expect(command.name).toBe(name);
  });

  it.each<[OvCommandName, object]>([
    ['init', { name: 'A name' }],
    ['spec.write', { taskId: 'specs/other', body: 'x' }],
    ['stop', { agent: '--force' }],
    ['mail.read', { id: '--json' }],
    ['mail.send', { to: '@all', subject: 's', body: 'b' }],
    ['sling', { taskId: 't', capability: 'scout', name: 's', spec: 'specs/../other.md' }],
    ['sling', { taskId: 't', capability: 'scout', name: 's', profile: 'strict' }],
    ['status', { agent: '--all' }],
    ['coordinator.send', { subject: 's', body: '' }],
    ['coordinator.send', { subject: 's', body: '\u0003\u001b;' }],
  ])('%s refuses %j', (name, args) => {
    expect(code(() => argvOf(name, args))).toBe('OV_BAD_ARGUMENT');
  });

  it('nudges the coordinator and nobody else: a worker cannot be named', () => {
    expect(argvOf('nudge', { message: 'mail' })).toContain('coordinator');
    expect(code(() => argvOf('nudge', { agent: 'lead-1', message: 'mail' }))).toBe('OV_BAD_ARGUMENT');
  });

  it('names the field it refuses', () => {
    expect(() => readOvArgs('stop', { agent: 'A B' })).toThrow(/stop\.agent: Expected \[a-z0-9\]/);
  });

  it('refuses an argument that the system would, by bytes', () => {
    const most = maxArgumentBytes - '--body='.length;
    expect(argvOf('coordinator.send', { subject: 's', body: 'x'.repeat(most) }).at(-1)).toHaveLength(
      maxArgumentBytes,
    );
    expect(code(() => argvOf('coordinator.send', { subject: 's', body: 'x'.repeat(most + 1) }))).toBe(
      'OV_ARGUMENT_TOO_LARGE',
    );
    expect(code(() => argvOf('coordinator.send', { subject: 's', body: '語'.repeat(50_000) }))).toBe(
      'OV_ARGUMENT_TOO_LARGE',
    );
  });

  it('lets through no text that would steer tmux, whatever it is given', () => {
    const hostile = fc.array(
      fc.constantFrom(
        ';',
        '\u0003',
        '\u001b',
        '\u009b',
        '\n',
        '\r',
        '\t',
        ' ',
        '-',
        'x',
        'x'.repeat(120),
        '\ud800',
      ),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(hostile, (parts) => {
        let body: string;
        try {
          body =
            argvOf('coordinator.send', { subject: 'a', body: `${parts.join('')}` })
              .at(-1)
              ?.slice('--body='.length) ?? '';
        } catch (error) {
          expect((error as { code: string }).code).toBe('OV_BAD_ARGUMENT');
          return;
        }
        expect(body).not.toMatch(/[^\P{Cc}\n\t]/u);
        expect(body.isWellFormed()).toBe(true);
        expect(body.slice(0, 500)).not.toMatch(/;$/);
        expect(body).not.toMatch(/;$/);
      }),
    );
  });
});

describe('versions', () => {
  it.each([
    ['0.9.4', { serve: false, mailTypeFilter: false, headlessDefault: false, acceptWatchdog: false }],
    ['0.10.3', { serve: true, mailTypeFilter: true, headlessDefault: true, acceptWatchdog: false }],
    ['0.11.0', { serve: true, mailTypeFilter: true, headlessDefault: true, acceptWatchdog: true }],
    ['1.0.0', { serve: true, acceptWatchdog: true }],
  ])('%s', (version, flags) => {
    expect(featuresOf({ version })).toMatchObject({ version, ...flags });
  });

  it.each(['0.5.8', 'latest', ''])('refuses %j', (version) => {
    expect(code(() => featuresOf({ version }))).toBe('OV_UNSUPPORTED_VERSION');
  });

  it('filters mail by type itself where `ov` cannot', () => {
    expect(argvOf('mail.list', { type: 'question' }, v9)).toEqual(['mail', 'list', '--json']);
    const mail = {
      id: 'm',
      from: 'a',
      to: 'b',
      subject: '',
      body: '',
      type: 'question',
      priority: 'normal',
      threadId: null,
      payload: null,
      read: false,
      createdAt: '',
    };
    const run = said(
      JSON.stringify({ success: true, messages: [mail, { ...mail, id: 'n', type: 'status' }] }),
    );
    expect(ovCommands['mail.list'].read(run, { type: 'question' }).messages.map(({ id }) => id)).toEqual([
      'm',
    ]);
    expect(ovCommands['mail.list'].read(run).messages).toHaveLength(2);
  });

  it('refuses sling with recover before 0.10', () => {
    expect(
      code(() => argvOf('sling', { taskId: 't', capability: 'lead', name: 'l', recover: true }, v9)),
    ).toBe('OV_UNSUPPORTED_VERSION');
  });
});

describe('replies', () => {
  it('drop unknown fields and name the missing one', () => {
    const good = { success: true, command: 'coordinator send', id: 'msg-1', nudged: false, extra: 1 };
    expect(ovCommands['coordinator.send'].read(said(JSON.stringify(good)))).toEqual({
      id: 'msg-1',
      nudged: false,
    });
    expect(() => ovCommands['coordinator.send'].read(said('{"success":true,"id":"m"}'))).toThrow(
      /field nudged/,
    );
  });

  it('come after any text, and a line of log in brackets after them does not hide them', () => {
    const stdout = 'warming up\n{"success":true,"id":"m","nudged":true}\n[warn] slow disk\n';
    expect(ovCommands['coordinator.send'].read(said(stdout))).toEqual({ id: 'm', nudged: true });
  });

  it('of an older line do not stand in for a last one that is cut off', () => {
    const stdout = '{"success":true,"id":"m","nudged":true}\n{"success":fal';
    expect(code(() => ovCommands['coordinator.send'].read(said(stdout)))).toBe('OV_GARBAGE');
  });

  it.each([
    [
      'coordinator.stop',
      '{"success":true,"stopped":false,"sessionId":"s","runCompleted":false}',
      'OV_STOP_INCOMPLETE',
    ],
    [
      'nudge',
      '{"success":true,"agentName":"a","delivered":false,"reason":"Debounced: nudge sent too recently"}',
      'OV_BUSY',
    ],
    ['nudge', '{"success":true,"agentName":"a","delivered":false}', 'OV_NOT_DELIVERED'],
    ['merge.dryRun', '{"success":true,"results":[],"count":1}', 'OV_GARBAGE'],
    ['mail.read', 'whatever\n', 'OV_GARBAGE'],
    ['run.complete', '', 'OV_GARBAGE'],
    ['version', 'overstory v0.5.8\n', 'OV_UNSUPPORTED_VERSION'],
  ] as const)('%s does not take %s for success', (name, stdout, expected) => {
    expect(code(() => ovCommands[name].read(said(stdout)))).toBe(expected);
  });

  it('of a merge queue read alike, empty and filled', () => {
    const entry = {
      branchName: 'overstory/b1/t2',
      taskId: 't2',
      agentName: 'b1',
      filesModified: ['a'],
      status: 'pending',
    };
    expect(
      ovCommands['merge.dryRun'].read(said(JSON.stringify({ success: true, entries: [entry] }))).entries,
    ).toEqual([entry]);
    expect(ovCommands['merge.dryRun'].read(said('{"success":true,"results":[],"count":0}')).entries).toEqual(
      [],
    );
  });

  it('of a sling say whether the worker reported', () => {
    const slung = {
      success: true,
      agentName: 'l',
      capability: 'lead',
      taskId: 't',
      branch: 'b',
      worktree: 'w',
      tmuxSession: '',
      pid: null,
      initialTurnFinalState: 'completed',
    };
    const read = (stderr: string) => ovCommands.sling.read(said(JSON.stringify(slung), stderr)).reported;
    expect(read('Warning: --skip-task-check without --parent is unusual.')).toBe(true);
    expect(read('[turn-runner:error] l: agent exited cleanly without sending terminal mail')).toBe(false);
  });

  it('are checked again on the far side', () => {
    expect(readOvReply('mail.send', { id: 'm', more: 1 })).toEqual({ id: 'm' });
    expect(code(() => readOvReply('mail.send', { id: 7 }))).toBe('OV_GARBAGE');
  });
});

it('lists its commands and nothing that objects inherit', () => {
  expect(isOvCommandName('mail.list')).toBe(true);
  for (const name of ['clean', 'mail.check', 'constructor', 'toString', ''])
    expect(isOvCommandName(name)).toBe(false);
});
