// `ov group`: batches of tasks. There is no tracker, so nothing in them ever closes.
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OvSimCommand } from '../cli/command.ts';
import { OvFailure } from '../cli/failure.ts';

interface Group {
  id: string;
  name: string;
  memberIssueIds: string[];
  status: 'active' | 'completed';
  createdAt: string;
  completedAt: string | null;
}

const groupCreate: OvSimCommand = {
  options: ['--json', '--skip-validation'],
  positionals: ['<name>', '<ids...>'],
  run(call) {
    const { root } = call.project();
    const [name = '', ...memberIssueIds] = call.positionals;
    if (!call.has('skip-validation'))
      throw new OvFailure(`Issue "${memberIssueIds[0]}" not found in tracker`, 'VALIDATION_ERROR');
    const id = `group-${randomBytes(4).toString('hex')}`;
    const group: Group = {
      id,
      name,
      memberIssueIds,
      status: 'active',
      createdAt: new Date().toISOString(),
      completedAt: null,
    };
    writeFileSync(
      join(root, '.overstory', 'groups.json'),
      `${JSON.stringify([...readGroups(root), group], null, 2)}\n`,
    );
    return { fields: { ...group }, text: `✓ Group created ${id}` };
  },
};

const groupList: OvSimCommand = {
  options: ['--json'],
  run(call) {
    const groups = readGroups(call.project().root);
    // A bare array in overstory when there are none.
    if (groups.length === 0) return { raw: call.json ? '[]\n' : 'No groups\n' };
    return { fields: { groups }, text: groups.map((group) => group.name).join('\n') };
  },
};

const groupStatus: OvSimCommand = {
  options: ['--json', '--skip-validation'],
  positionals: ['[group-id-or-name]'],
  run(call) {
    const wanted = call.positionals[0];
    const groups = readGroups(call.project().root).map((group) => {
      const total = group.memberIssueIds.length;
      return { group, total, completed: 0, inProgress: 0, blocked: 0, open: total };
    });
    if (wanted === undefined)
      return {
        fields: { groups },
        text: groups.map(({ group, total }) => `${group.name} 0/${total}`).join('\n'),
      };
    const found = groups.find(({ group }) => group.id === wanted || group.name === wanted);
    if (found === undefined) throw new OvFailure(`Group "${wanted}" not found`, 'VALIDATION_ERROR');
    return { fields: { ...found }, text: `${found.group.name} 0/${found.total}` };
  },
};

function readGroups(root: string): Group[] {
  try {
    return JSON.parse(readFileSync(join(root, '.overstory', 'groups.json'), 'utf8')) as Group[];
  } catch {
    return [];
  }
}

export const groupCommands: Record<string, OvSimCommand> = {
  'group create': groupCreate,
  'group list': groupList,
  'group status': groupStatus,
};
