// A forge's issues behind a deliverer, as the fleet sees them: what is open there, and what is written on them, is for a
// test to set and to read.
import type { Deliverer } from '../../src/runtime/deliver/deliverer.ts';
import type { IssueState, OfferedIssue } from '../../src/runtime/deliver/issues-wire.ts';
import type { AnswerOrder, IssueOrder, IssuesOrder } from '../../src/runtime/deliver/wire.ts';

export const issue = (number: number, changes: Partial<OfferedIssue> = {}): OfferedIssue => ({
  ...{ number, url: `https://github.com/acme/shop/issues/${number}` },
  ...{ title: `Add page ${number}`, body: `It should show ${number}.`, by: 'ann' },
  ...changes,
});

type Asked =
  | ({ did: 'issues' } & Omit<IssuesOrder, 'do'>)
  | ({ did: 'issue' } & Omit<IssueOrder, 'do'>)
  | ({ did: 'answer' } & Omit<AnswerOrder, 'do'>);
/** never: there is no answer, and nothing has happened. lost: it has happened, and there is no answer */
type Fault = Error | 'never' | 'lost';

export function issueForge(pageSize = 50) {
  /** those that are open and carry the label */
  const offered: OfferedIssue[] = [];
  const states = new Map<number, IssueState>();
  const comments: { number: number; body: string; marker: string }[] = [];
  const asked: Asked[] = [];
  const faults: { on: Asked['did']; fault: Fault }[] = [];
  const forever = new Promise<never>(() => {});

  async function met(one: Asked, happens: () => void): Promise<void> {
    asked.push(one);
    const at = faults.findIndex(({ on }) => on === one.did);
    const [due] = at < 0 ? [] : faults.splice(at, 1);
    if (due?.fault === 'never') return forever;
    if (due?.fault instanceof Error) throw due.fault;
    happens();
    if (due?.fault === 'lost') return forever;
  }

  const deliverer: Pick<Deliverer, 'issues' | 'issue' | 'answer'> = {
    async issues(order) {
      await met({ did: 'issues', ...order }, () => {});
      const from = (order.page - 1) * pageSize;
      const issues = offered.slice(from, from + pageSize).map((one) => ({ ...one }));
      const etag = `${order.label} ${JSON.stringify(issues)}`.slice(0, 500);
      const same = order.etag === etag;
      return { etag, issues: same ? null : issues, more: !same && offered.length > from + pageSize };
    },
    async issue(order) {
      await met({ did: 'issue', ...order }, () => {});
      return states.get(order.number) ?? 'open';
    },
    async answer({ number, marker, body, ...order }) {
      await met({ did: 'answer', number, marker, body, ...order }, () => {
        const known = comments.find((one) => one.number === number && one.marker === marker);
        if (known) known.body = body;
        else comments.push({ number, body, marker });
      });
    },
  };
  return { offered, states, comments, asked, faults, deliverer };
}
