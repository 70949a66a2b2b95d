// `npm run docs -- performance`: renders docs/performance.md from bench/results/latest.json, which `npm run
// bench` wrote. Every figure is shown, also the missed ones; what was not run in this clone stays as the page has it. The
// words on limits are kept here, and in the rows of `against`.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rows } from '../bench/against/rows.ts';
import { type Figure, met } from '../bench/figure.ts';
import { readResults } from '../bench/results.ts';

const root = join(import.meta.dirname, '..');
const results = readResults();

/** Per group: what it is, and what stands in the way of more. */
const groups: Record<string, { title: string; limit: string }> = {
  status: {
    title: 'Status of the fleet, against a process per call',
    limit:
      'The limit of a first look is one `ov` per product, all at once and without an agent: the row of the floor measures it in the same rounds, and ours stands beside it. Start-up is CPU, so on two cores that is at most twice as fast as one call after the other; where the floor itself is below the aim, the aim is out of reach of anybody who asks `ov`. What can lie above that is what the naive way pays besides: `docker exec` and its shell, 50 to 125 ms each. For a change it is one `ov`, 1/16 of the naive work, so 16× where a call costs nothing but itself. A live product is read over its `ov serve` and starts none; an unchanged one costs a few `stat` calls, and one file where another agent looked last: its look is kept in the workspace, of a product at rest.',
  },
  channel: {
    title: 'The held-open channel',
    limit:
      'One pipe and two event loops: about 0.15 ms when both are idle. The tail is the machine: with every core taken, a process waits for its turn some milliseconds.',
  },
  view: {
    title: 'Answers from the live view',
    limit:
      'fleetd answers from memory and its journal; the command believes a reply of its own contract, and pays the start of Node (`node -e 0`), the HTTP client of Node (0.4 to 0.6 × of that) and its own code once per call.',
  },
  change: {
    title: 'From a change to its event',
    limit:
      '75 ms of gathering (a burst of writes is one change), one `ov status`, and one `ov mail list` where it counted unread mail. Without a live session there is no `ov serve` to read instead.',
  },
  start: {
    title: 'From an objective to its start',
    limit:
      'The journal is written to disk before anything happens, then the runtime is prepared (git, tmux and a look at the names of all products, in parallel where they do not need each other). `ov status` is asked only when something was written since the last look.',
  },
  idle: {
    title: 'Idle',
    limit:
      'inotify wakes the agent; a poll of every signature each two seconds covers what inotify misses, and is most of what is left. A heartbeat crosses the channel every ten seconds.',
  },
  scale: {
    title: 'From 10 to 200 products',
    limit:
      'A status reply is as long as the fleet. A change is decided for all products at once, by one pure function.',
  },
  journal: {
    title: 'Starting on a long journal',
    limit:
      'Current state is in tables, so the length of the log does not matter to them; what is read again is what followed the last notice, to raise what a crash left unraised.',
  },
  plugin: {
    title: 'The plugin in the gateway',
    limit:
      'Checking a status of 50 products and writing it as text is the longest stretch. Garbage collection is of the whole process: it is left out of the figure and told beside it.',
  },
  notice: {
    title: "From a worker's question to the human",
    limit:
      'A change to its event (above), a long poll that is answered at once, and the gateway: it takes a note into a transcript by a connection of its own, which is most of the time.',
  },
  scheduler: { title: 'Deciding', limit: 'Linear in the objectives that wait.' },
  runtimes: {
    title: 'Many machines',
    limit:
      '`fleet status` is answered from the live view and crosses no network. What is measured here is the look behind it, forced for all products at once over the ways to four agents that run on this machine, with a stand-in that holds back each byte for half the added round trip in each direction: all questions are on their way together, so the whole look is one round trip and the work of the agents, some 0.2 ms of CPU for each product (a few `stat` calls) and 0.1 ms in the asking program. On two cores that work is what lies above the round trip. The naive way pays the round trip for each product besides its `ov`; here it is given a single one per call, a `docker exec` or `ssh` takes several. One machine is cut off in silence: the first 10 to 25 s nobody can know, then it is lost and tried again. Its figures are those of the three that stay, whole and cut in turn.',
  },
  soak: {
    title: 'Soak',
    limit: 'No growth is the aim; a collector that has not run yet looks like growth in a short one.',
  },
  'idle-gateway': { title: 'Idle with a real gateway', limit: 'Nothing asks the model unless a human does.' },
};

for (const [name, load] of Object.entries(rows)) {
  const { title, limit } = (await load()).row;
  groups[`against ${name}`] = { title: `Beside an older build: ${title}`, limit };
}
const page = join(root, 'docs/performance.md');
/** What the page says under each heading. */
const kept = new Map(
  readFileSync(page, 'utf8')
    .split('\n## ')
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf('\n')), section.slice(section.indexOf('\n')).trim()]),
);

const lines = [
  '# Performance',
  '',
  '`npm run bench` measures, `npm run docs -- performance` renders this page from what it wrote. The naive baseline',
  'is measured in the same run, so ratios and counts hold on any machine, and gate; absolute figures are those of',
  'this machine at that moment, with what `node -e 0` took then (25 ms when it is calm), and gate nothing.',
  '',
];
for (const [name, { title, limit }] of Object.entries(groups)) {
  const result = results[name];
  lines.push(`## ${title}`, '');
  if (result === undefined) {
    lines.push(kept.get(title) ?? `${limit}\n\nNot measured yet: \`npm run bench -- ${name}\`.`, '');
    continue;
  }
  const { at, quick, machine, figures, beside } = result;
  lines.push(limit, '');
  lines.push(
    `${at.slice(0, 10)}, ${machine.cores} cores (${machine.model}), Node ${machine.node}, \`node -e 0\` ${machine.nodeMs.toFixed(0)} ms${quick ? ', quick' : ''}${beside ? `, beside ${beside}` : ''}.`,
    '',
    '| figure | aim | result | from the aim | behind it |',
    '|---|---|---|---|---|',
    ...figures.map(row),
    '',
  );
}
writeFileSync(page, `${lines.join('\n').trimEnd()}\n`);

function row(figure: Figure): string {
  const { name, value, unit, limit, better, why } = figure;
  const aim = limit === null ? '' : `${better === 'more' ? '≥' : '≤'} ${limit} ${unit}`.trim();
  const result = value === null ? 'not measured' : `${value.toFixed(value >= 100 ? 0 : 2)} ${unit}`.trim();
  const reached = met(figure);
  const mark = reached === null ? '' : reached ? ' (met)' : ' **(missed)**';
  return `| ${name} | ${aim} | ${result}${mark} | ${distance(figure)} | ${why} |`;
}

function distance({ value, limit, better }: Figure): string {
  if (value === null || limit === null || limit === 0 || value === 0) return '';
  const times = better === 'more' ? value / limit : limit / value;
  return times >= 1 ? `${times.toFixed(1)}× better` : `${(1 / times).toFixed(1)}× short`;
}
