// What is kept of what the runtime says: enough, and no more than fits into memory a thousand times.
import { expect, it } from 'vitest';
import { emptySnapshot, type Mail, mailSchema } from '../../src/contract/runtime/snapshot.ts';
import { keptMail, keptSnapshot, maxMailCharacters } from '../../src/fleet/observe/bounded-evidence.ts';

const mail = (changes: Partial<Mail> = {}): Mail => ({
  id: 'm1',
  from: 'lead-1',
  to: 'operator',
  subject: 'Plan',
  body: 'One, two.',
  type: 'question',
  priority: 'normal',
  threadId: null,
  payload: '{"options":["a","b"]}',
  read: false,
  createdAt: '2026-11-27T20:00:00Z',
  ...changes,
});

it('mail of a length that somebody reads is kept as it is', () => {
  const longest = mail({ body: 'x'.repeat(maxMailCharacters), payload: 'y'.repeat(maxMailCharacters) });
  expect(keptMail(longest)).toEqual(longest);
});

it('what is longer is cut, and says so; a payload that is cut would mean nothing', () => {
  const huge = 'é'.repeat(4_000_000);
  const kept = keptMail(
    mail({ id: huge, from: huge, subject: huge, body: huge, type: huge, threadId: huge, payload: huge }),
  );
  expect(kept.body).toMatch(/é…\n\[Cut here by fleetd: 4000000 characters in all\. .*ov mail list\.\]$/);
  expect(kept.payload).toBeNull();
  expect(JSON.stringify(kept).length).toBeLessThan(maxMailCharacters + 10_000);
  expect(mailSchema.parse(kept)).toEqual(kept);
});

it('a snapshot has each mail once, also where only the cut made them one', () => {
  const id = 'i'.repeat(2_000);
  const worker = {
    ...{ name: 'n'.repeat(1_000_000), capability: 'lead', state: 'working', taskId: 't', parent: null },
    ...{ depth: 1, branch: 'b', worktree: 'w', startedAt: '', lastActivity: '' },
  };
  const kept = keptSnapshot({
    ...emptySnapshot('a', 0),
    workers: Array.from({ length: 5_000 }, () => worker),
    operatorMail: [mail(), mail(), mail({ id: `${id}1` }), mail({ id: `${id}2` })],
  });
  expect(kept.operatorMail.map((one) => one.id.length)).toEqual([2, 1_000]);
  expect(kept.workers).toHaveLength(1_000);
  expect(kept.workers[0]?.name).toHaveLength(1_000);
});
