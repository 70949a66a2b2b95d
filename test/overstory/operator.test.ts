// The operator protocol: overstory's fixed status reply is read, and nothing else is taken for one.
import { describe, expect, it } from 'vitest';
import { pauseText, readStatusReply } from '../../src/overstory/operator.ts';

const reply =
  'Active leads: lead-1 (task: task-1, state: working), lead-2 (task: task-2, state: stalled)\nCompleted: task-0\nBlockers: none\nNext actions: merge lead-1';

describe('the fixed status reply', () => {
  it('is read as coordinator.md prescribes it', () => {
    expect(readStatusReply(reply)).toEqual({
      activeLeads: 'lead-1 (task: task-1, state: working), lead-2 (task: task-2, state: stalled)',
      completed: 'task-0',
      blockers: 'none',
      nextActions: 'merge lead-1',
    });
  });

  it('is read with prose and marks around it, as models write', () => {
    expect(
      readStatusReply(`Sure!\n\n${reply.replace(/^(\w[\w ]+):/gm, '- **$1:**')}\n\nAnything else?`),
    ).toMatchObject({
      completed: 'task-0',
      nextActions: 'merge lead-1',
    });
    expect(readStatusReply(reply.replace('task-0', ''))?.completed).toBe('none');
  });

  it.each([
    ['a line is missing', reply.replace(/^Blockers.*\n/m, '')],
    ['the order is another', reply.split('\n').reverse().join('\n')],
    ['it is prose', 'All is well. Blockers: I see none.'],
    ['it is empty', ''],
  ])('is not seen where %s', (_what, body) => {
    expect(readStatusReply(body)).toBeNull();
  });

  it('keeps no control characters of a worker', () => {
    expect(readStatusReply(reply.replace('none', '\u001b[2Jnone\u0007'))?.blockers).toMatch(/^[^\p{Cc}]+$/u);
  });
});

describe('the word before a pause', () => {
  it('asks for just that form, and fits into what is typed', () => {
    const { subject, body } = pauseText('obj-3', 4, 'Paused: lunch.', 20);
    expect(subject).toBe('[obj-3.4] PAUSE');
    expect(readStatusReply(body)).not.toBeNull();
    expect(body.indexOf('Next actions')).toBeLessThan(500);
  });
});
