// Everything that workers, repositories, mail or chat wrote, poisoned, through every view of the fleet: a terminal is
// moved by none of it, a chat pings nobody, loads no image and shows no link with a hidden target.
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { FleetClient } from '../../src/client/client.ts';
import { quietLines } from '../../src/common/terminal-safe-json.ts';
import type { AccountView } from '../../src/contract/accounts.ts';
import type { ArtifactsView } from '../../src/contract/artifacts.ts';
import type { BlueprintView } from '../../src/contract/blueprints.ts';
import type { GateView } from '../../src/contract/gates.ts';
import type { NoticeView } from '../../src/contract/notices.ts';
import type { ImportReply } from '../../src/contract/objectives.ts';
import type { RecurringView } from '../../src/contract/recurring.ts';
import type { RuntimeView } from '../../src/contract/runtimes.ts';
import type { DiffView } from '../../src/contract/work.ts';
import * as views from '../../src/text/index.ts';
import { surfaceFor } from '../../src/text/index.ts';
import { runVerb } from '../../src/verbs/index.ts';
import { busyFleet, nowMs, objectiveView, worker } from '../support/views.ts';

const evil =
  '\u001b[2J\u001b]0;owned\u0007\u009b31m\u202ereversed\u2066 <!channel> <!here|x> <@U1> <http://evil.example|fix> [fix](http://evil.example) ![i](http://evil.example/i.png) [r][1] ```\n\n# Approved by the operator\n~~~ <img src=x onerror=alert(1)> `x` \r\n[1]: http://evil.example\n<script>alert(1)</script>';

const objective = objectiveView({
  text: evil,
  why: evil,
  condition: evil,
  source: { via: 'slack', sender: evil, thread: evil },
});
const gate: GateView = {
  n: 1,
  product: 'product-a',
  objective: 'obj-6',
  kind: 'plan',
  severity: 'critical',
  state: 'open',
  subject: evil,
  text: evil,
  digest: 'd',
  options: [evil, evil],
  deadline: evil,
  asker: evil,
  surface: 'any',
  askedAt: new Date(nowMs).toISOString(),
  resolution: null,
  withdrawn: null,
  delivery: null,
  deliveredAt: null,
};
const closed: GateView = {
  ...gate,
  n: 2,
  state: 'answered',
  resolution: { by: evil, via: evil, text: evil, at: gate.askedAt },
};
const withdrawn: GateView = { ...gate, n: 3, state: 'withdrawn', withdrawn: evil };
const own: GateView = { ...gate, n: 4, asker: 'fleetd' };
const notice = (changes: Partial<NoticeView> = {}): NoticeView => ({
  n: 7,
  at: gate.askedAt,
  kind: 'done',
  severity: 'error',
  product: 'product-a',
  objective: 'obj-6',
  gate: null,
  text: `obj-6 on product-a is done: ${evil}\n${evil}`,
  quote: evil,
  channels: [],
  thread: null,
  ...changes,
});
const mail = {
  id: evil,
  from: evil,
  to: 'operator',
  subject: evil,
  body: evil,
  type: evil,
  priority: evil,
  threadId: null,
  payload: evil,
  read: false,
  createdAt: evil,
};

function poisoned() {
  const status = busyFleet();
  const error = {
    code: 'OV_FAILED',
    class: 'runtime',
    message: evil,
    mend: 'Mend it.',
    product: null,
  } as const;
  return {
    ...status,
    products: status.products.map((product, n) => ({
      ...product,
      objective: product.objective && { ...objective, product: product.name },
      error: n === 0 ? error : null,
      paused: n === 1 ? { reason: evil, since: gate.askedAt } : null,
      workers: [
        {
          ...worker('w', 'working'),
          name: evil,
          taskId: evil,
          branch: evil,
          worktree: evil,
          capability: evil,
          state: evil,
        },
        { ...worker('w', 'zombie'), name: evil, parent: evil },
      ],
      spend: {
        costUsd: 1,
        agents: ['coordinator', evil].map((name) => ({
          name,
          models: [evil, evil],
          costUsd: null,
          tokens: 1,
          unpricedTokens: 1,
          stated: false,
        })),
      },
      parkedBranches: [evil],
      gates: 1,
    })),
    queue: [{ ...objective, state: 'queued' as const, position: 1, startedAt: null, product: 'product-c' }],
    overrides: [{ scope: 'fleet', what: 'paused', text: evil, since: gate.askedAt }],
    runtime: { ...status.runtime, ovVersion: evil, error },
    registry: { file: 'products.yaml', problems: [evil] },
    journal: { error },
  };
}

const status = poisoned();
const [product] = status.products;
if (product === undefined) throw new Error('Expected a product, got none.');
const objectives = [objective, { ...objective, state: 'failed' as const, endedAt: gate.askedAt }];

const blueprint: BlueprintView = {
  name: 'launch',
  description: evil,
  draft: null,
  at: gate.askedAt,
  steps: [
    {
      name: evil,
      product: evil,
      objective: evil,
      acceptance: evil,
      needs: [evil],
      id: evil,
      state: 'failed',
      why: evil,
      estimate: null,
    },
  ],
};
const recurring: RecurringView = {
  name: evil,
  product: evil,
  every: evil,
  timeZone: 'UTC',
  objective: evil,
  missed: 'once',
  from: 'chat',
  paused: null,
  next: [gate.askedAt],
  lastObjective: evil,
  runs: 1,
  skipped: 0,
  missedRuns: 0,
};

const account: AccountView = {
  name: 'default',
  state: 'closed',
  window: evil,
  since: gate.askedAt,
  until: null,
  nextTrial: null,
  limit: evil,
  products: ['product-a'],
  waiting: ['obj-6'],
  holdAtPercent: 80,
  shares: [{ window: evil, usedPercent: 12, until: gate.askedAt, at: gate.askedAt }],
};

const machine: RuntimeView = {
  name: 'big-box',
  kind: 'ssh',
  state: 'lost',
  since: gate.askedAt,
  error: { code: 'RUNTIME_LOST', class: 'unavailable', message: evil, mend: evil, product: null },
  ovVersion: evil,
  simulated: false,
  labels: ['gpu'],
  products: ['product-a', evil],
  live: [evil],
  memoryBytes: 1,
  cpuCores: 1,
  maxMemoryBytes: 2,
  maxCpuCores: 2,
  container: null,
};

type Surface = views.Surface;
const size = { files: 1, added: 1, deleted: 1, commits: 1 };
const diff: DiffView = {
  objective: 'obj-6',
  product: 'product-a',
  live: true,
  total: size,
  unmerged: [evil],
  stretches: [
    {
      base: 'a'.repeat(40),
      head: 'b'.repeat(40),
      total: size,
      files: [{ path: evil, from: evil, status: 'renamed', added: 1, deleted: 1, fold: null, patch: evil }],
      commits: [{ id: 'c'.repeat(40), atMs: 0, author: evil, agent: evil, subject: evil }],
    },
  ],
};
const artifact = { n: 1, path: evil, type: 'png', bytes: 1, at: gate.askedAt } as const;
const artifacts: ArtifactsView = {
  objective: 'obj-6',
  product: 'product-a',
  files: [
    { ...artifact, state: 'kept', why: null },
    { ...artifact, n: 2, state: 'refused', why: 'missing' },
  ],
  more: 1,
};
const issue = { number: 1, url: evil, title: evil };
const imported: ImportReply = {
  product: 'product-a',
  label: evil,
  taken: [{ ...issue, objective: 'obj-6', state: 'queued' }],
  known: [{ ...issue, objective: 'obj-5', state: 'done' }],
  skipped: [{ ...issue, why: evil }],
  left: 1,
};
const judged = { verdict: 'sent-back', by: evil, says: evil, next: evil, at: gate.askedAt } as const;

const shown: [string, (surface: Surface) => string][] = [
  ['status', (s) => views.statusText(s, { ...status, accounts: [account] })],
  ['accounts', (s) => views.accountsText(s, [account])],
  ['runtimes', (s) => views.runtimesText(s, { ...status, runtimes: [machine] })],
  ['product', (s) => views.productText(s, status, product)],
  ['products', (s) => views.productsText(s, status)],
  ['queue', (s) => views.queueText(s, status)],
  ['tree', (s) => views.treeText(s, status)],
  ['top', (s) => views.topText(s, { status, gates: [gate], chosen: 0, note: '', height: 40 })],
  ['objective', (s) => views.objectiveText(s, objective)],
  ['started', (s) => views.startedText(s, { ...objective, state: 'queued' })],
  ['stopped', (s) => views.stoppedText(s, 'product-a', objective)],
  ['history', (s) => views.historyText(s, objectives)],
  ['result', (s) => views.resultText(s, { objective, result: evil })],
  ['output', (s) => views.outputText(s, { product: 'product-a', content: evil })],
  [
    'doctor',
    () => views.findingText({ check: evil, product: evil, state: 'failed', says: evil, mend: evil }),
  ],
  [
    'steps of a worker',
    (s) =>
      views.workerStepsText(s, {
        product: 'product-a',
        worker: evil,
        steps: [{ at: gate.askedAt, kind: 'says', tool: evil, text: evil, failed: true }],
      }),
  ],
  ['no step of a worker', (s) => views.workerStepsText(s, { product: 'product-a', worker: evil, steps: [] })],
  ['attach', (s) => views.attachText(s, { product: 'product-a', argv: ['tmux', '-t', `=${evil}`] })],
  ['gates', (s) => views.gatesText(s, [gate, own, closed, withdrawn])],
  ['a gate', (s) => views.gateText(s, gate)],
  ['resolved', (s) => views.resolvedText(s, closed)],
  ['a diff', (s) => views.diffText(s, diff, false)],
  ['a diff with its lines', (s) => views.diffText(s, diff, true)],
  ['what a human said of it', (s) => views.judgedText(s, { ...objective, judged })],
  ['files', (s) => views.artifactsText(s, artifacts)],
  ['files of all', (s) => views.allArtifactsText(s, [artifacts])],
  ['saved files', (s) => views.savedText(s, artifacts, evil, [views.artifactFileName({ n: 1, path: evil })])],
  ['imported issues', (s) => views.importText(s, imported)],
  [
    'spending',
    (s) =>
      views.spendingText(s, {
        since: gate.askedAt,
        until: gate.askedAt,
        spent: [{ day: '2026-11-20', product: evil, costUsd: 1, sessions: 1, turns: 1, unpriced: 1 }],
      }),
  ],
  ['inbox', (s) => views.inboxText(s, { product: 'product-a', observedAt: null, mail: [mail] })],
  ['a reply', (s) => views.replyText(s, 'product-a', mail)],
  ['look', (s) => views.lookText(s, { text: evil, truncated: true })],
  ['a notice', (s) => views.noticesText(s, [notice()])],
  ['a notice of a gate', (s) => views.noticesText(s, [notice({ gate, text: evil })])],
  ['a notice of a closed gate', (s) => views.noticesText(s, [notice({ gate: closed, text: evil })])],
  ['notices together', (s) => views.noticesText(s, [notice(), notice({ n: 8, text: evil })])],
  [
    'an event',
    (s) =>
      views.eventText(s, {
        seq: 1,
        at: evil,
        kind: evil,
        product: 'product-a',
        objective: 'obj-6',
        text: evil,
        data: {},
      }),
  ],
  ['a blueprint', (s) => views.blueprintText(s, blueprint)],
  ['blueprints', (s) => views.blueprintsText(s, [blueprint, { ...blueprint, name: evil, draft: 1 }])],
  [
    'what a blueprint changes',
    (s) =>
      views.blueprintReplyText(s, {
        blueprint,
        changes: [{ step: evil, product: evil, objective: evil, action: 'add', why: evil }],
        applied: false,
      }),
  ],
  ['what recurs', (s) => views.recurringText(s, [recurring])],
  ['an error', (s) => views.errorText(s, { code: 'OV_FAILED', message: evil, mend: 'Mend it.' })],
  [
    'why',
    (s) => views.whyText(s, { target: 'obj-6', line: evil, expectedStart: null, trace: null, decided: [] }),
  ],
  ['control', (s) => views.controlText(s, { verb: 'pause', text: evil, changed: true })],
  [
    'plan',
    (s) =>
      views.planText(s, {
        at: gate.askedAt,
        starts: [],
        waits: [{ objective: 'obj-6', product: 'product-a', line: evil }],
        truncated: false,
      }),
  ],
  [
    'lessons',
    (s) => views.lessonsText(s, [{ n: 1, product: evil, text: evil, at: gate.askedAt, recorded: true }]),
  ],
  [
    'proposals',
    (s) =>
      views.proposalsText(s, [
        { n: 1, product: evil, title: evil, text: evil, state: 'open', at: gate.askedAt },
      ]),
  ],
  [
    'report',
    (s) =>
      views.reportText(s, {
        since: gate.askedAt,
        until: gate.askedAt,
        ended: [],
        costUsd: null,
        costUnknown: 0,
        blocked: [],
        restarts: 0,
        recurred: 0,
        lines: [evil, `- ${evil}`],
      }),
  ],
];

/** Control characters but line ends and tabs, and those that turn the reading direction. */
const obeyed = /(?![\n\t])\p{Cc}|[\u202a-\u202e\u2066-\u2069]/u;
const withoutFences = (text: string) => text.replace(/^```\n[\s\S]*?\n```$/gm, '');
const live = ['<!', '<@', '<http', '](', '][', '<img', '<script', '```', '\n~~~', '\n# ', '\n[1]:'];

describe.each(shown)('%s', (name, render) => {
  it('moves no terminal', () => {
    const text = render(surfaceFor({ kind: 'terminal', nowMs, columns: 100 }));
    expect(text.match(obeyed)).toBeNull();
  });

  // The screen of a coordinator, the steps of a worker and the doctor are shown in a terminal only.
  it.runIf(!['output', 'steps of a worker', 'doctor'].includes(name))(
    'pings nobody and loads nothing in chat',
    () => {
      const text = render(surfaceFor({ kind: 'chat', nowMs }));
      expect(text.match(obeyed)).toBeNull();
      const outside = withoutFences(text);
      expect(live.filter((what) => outside.includes(what))).toEqual([]);
    },
  );
});

describe('as JSON', () => {
  const read = { kind: 'done', seq: 1, at: evil, product: null, objective: null, text: evil, data: { evil } };
  const client = {
    status: async () => status,
    gates: async () => [gate, closed],
    async *events() {
      yield read;
    },
  } as unknown as FleetClient;
  const ask = async (words: string[]) => {
    const lines: string[] = [];
    const output = { append: (line: string) => lines.push(line), replace: () => {}, size: () => null };
    const source = { via: 'cli', sender: null, thread: null } as const;
    const context = { client, source, surface: 'cli', form: 'json', now: () => nowMs, output } as const;
    const { text } = await runVerb(words, context);
    return [...lines, text].join('\n');
  };

  it.each([
    ['a view', 'status'],
    ['a list', 'gates'],
    ['what comes by and by', 'events'],
    ['an error', `${evil} is no verb`],
  ])('%s moves no terminal', async (_what, verb) => {
    const text = await ask([verb, '--json']);
    expect(text).toContain('owned');
    expect(text.match(obeyed)).toBeNull();
  });

  it('means the same', async () => {
    expect(JSON.parse(await ask(['gates', '--json'])).data[0].subject).toBe(evil);
  });

  it('nor does a line of the log', () => {
    const lines: string[] = [];
    pino({}, quietLines({ write: (line) => lines.push(line) })).warn(
      { path: evil, err: new Error(evil) },
      evil,
    );
    expect(lines.join('').match(obeyed)).toBeNull();
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ path: evil, msg: evil });
  });
});

it.each(['=a\nrm -rf ~', '=a\u001b[201~\nrm -rf ~\n', '=a\rrm -rf ~'])(
  'a session of the name %j is no command that a human would paste',
  (name) => {
    const show = surfaceFor({ kind: 'terminal', nowMs, columns: 100 });
    const text = views.attachText(show, { product: 'product-a', argv: ['tmux', 'attach', '-t', name] });
    expect(text).not.toContain('rm -rf');
    const plain = { product: 'product-a', argv: ['tmux', '-t', "=it's; rm -rf ~"] };
    expect(views.attachText(show, plain)).toBe(`tmux -t '=it'\\''s; rm -rf ~'`);
  },
);

it('every view is poisoned here', () => {
  const named = Object.keys(views).filter((name) => name.endsWith('Text'));
  const used = shown.map(([, render]) => render.toString()).join();
  expect(named.filter((name) => !used.includes(name)).sort()).toEqual([
    'backupText',
    'estimateText',
    // an address of ours
    'openedText',
    // how text of ours is laid out
    'ownText',
    'unpricedText',
  ]);
});
