// docs/reliability.md, rendered from the invariants, the planted bugs and the figures that the runs have kept in
// docs/results: `npm run docs -- reliability`.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { invariants, stopDeadlineMs } from '../test/simulation/invariants.ts';
import { plantedBugs } from '../test/simulation/planted.ts';
import { restoreOnTheBundle } from '../test/support/restore.ts';

const root = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const figures = (name: string): Record<string, unknown> | null => {
  const file = root(`docs/results/${name}.json`);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>) : null;
};
const everyN = (upTo: unknown): string =>
  Object.entries((upTo ?? {}) as Record<string, number>)
    .map(([point, n]) => `${n} ${point}`)
    .join(', ');
const simulation = figures('simulation');
const recovery = figures('recovery');

const page = `# Reliability

Nothing lost, nothing twice: what fleetd promises, how that is tried, and what was measured. This page is rendered
by \`npm run docs -- reliability\`; its figures come from the runs themselves.

## How it works

- Every action is a row before it is an effect: intended, then done, failed or uncertain. Uncertain is settled by
  looking (is the coordinator there; is \`[obj-n.m]\` among the mail that operator sent), never by doing it again.
  What is still in doubt when its session ends is abandoned.
- The journal is an append-only log of events and tables that are those events applied, written in one
  transaction. Every commit is flushed to the disk before anyone is answered.
- A restart has no path of its own: sessions found in the journal are driven on like any other.
- One fleetd per journal: a second is refused (JOURNAL_LOCKED), and so is an older one (JOURNAL_NEWER).
- When nothing can be written (a full disk), nothing is started or sent; what is known is shown with that alarm, and
  the loop goes on by itself when there is space again (JOURNAL_UNUSABLE).
- Read is not heard: hooks mark mail read that its reader never sees. What is sent to a coordinator is asked after, on an
  idle screen and by the id of the mail, until it is answered or acted on, and is told as unheard after three askings
  (MAIL_UNHEARD). A mail is sent once; only the asking is repeated.
- Waits that guard against repeating run on timers, not on the clock of the wall, which may jump.
- All events are kept.

## Backup

\`fleet backup\` copies the journal, while it is in use, to \`backups/\` in fleetd's state folder: one file, complete in
itself. Restore: stop fleetd, put the copy in the place of \`journal.db\`, remove \`journal.db-wal\`, start fleetd. It
observes what runs and settles the rest; what was accepted after the copy was made is not in it. Files that
reports name lie in \`artifacts/\` beside it: copy that folder too; what a restored journal does not name is removed from it.
On the bundle:

\`\`\`sh
${restoreOnTheBundle('journal-….db').join('\n')}
\`\`\`

## Invariants

Checked after every step of the simulation; the process deadline is ${stopDeadlineMs / 60_000} minutes, without a new fault in between.

| invariant | |
|---|---|
${Object.entries(invariants)
  .map(([name, what]) => `| ${name} | ${what} |`)
  .join('\n')}

## What is simulated

The real loop and the real journal (SQLite in a file), one clock, one random source per seed, and runtimes behind the
runtime port in which commands take time, go on after the link was lost, and land late.

- Humans: objectives with needs, retried requests (same key), stop, cancel, message, pause, resume, focus, undo, requeue, edits of
  products.yaml, coordinators started by hand; gates answered, answered again, and answered otherwise by somebody else.
- Agents: plans, questions, critical escalations, decision gates, mail to the orchestrator; asked again in the same words
  and in others; coordinators that wait for the answer, and that are not woken by it. As the real ones they hear what a prompt brings
  or names; what comes during a turn their hooks mark read, and they acknowledge what they hear in the type of what it answers. A model that tries to answer.
- The gateway's end of the outbox: the plugin's own loop, restarted; channels that are down, or take a notice and say no;
  acknowledgements that are lost.
- Faults: fleetd killed before or after any call and any write; clean restarts; the link cut; the runtime restarted;
  coordinators killed; answers lost, late and doubled; commands carried out twice; mail shown again; commands refused before
  and after their effect; \`ov\` blind for a while; slow commands; the clock of the wall set forward and back.
- Every ninth seed has one to four runtimes of their own capacity, over the program's own links, leases, watchdogs, epochs, router and
  placement: partitions in one direction and both, slow links, clocks that drift apart by one in a hundred, agents killed, machines
  rebooted, moves, and machines that a human calls off, rightly or not.
- Not simulated: torn writes inside SQLite, a disk that lies about flushing, a budget of money.

Every seed begins with a kill at its own n: over 2000 seeds, every n up to 500 calls and 125 writes, before and after. A
run goes on until its n has come; what was reached is counted below.

\`npm run test:simulation -- --seeds 2000 --from 1\` runs seeds; the ordinary test run has 200 of them, and a kill at every call
and write of the main job. A seed that fails is shrunk and printed with the command that runs it again.

${
  simulation
    ? `Last recorded run: ${simulation.runs} seeds from ${simulation.from}, ${simulation.failed} failed; ${simulation.accepted} objectives, ${simulation.gates === undefined ? 'without gates and notices' : `${simulation.gates} gates, ${simulation.notices} notices`}, ${simulation.calls} calls, ${simulation.writes} writes, ${simulation.kills} kills, ${simulation.simulatedHours} simulated hours in ${simulation.seconds} s${simulation.cpuSeconds === undefined ? '' : `, ${simulation.cpuSeconds} s of CPU time`} (${simulation.machine}). ${simulation.everyUpTo === undefined ? '' : `fleetd was killed at every n up to ${everyN(simulation.everyUpTo)}.`}`
    : 'No run has been recorded.'
}

## Planted bugs

The simulation must find each of these in a copy of the program (\`npm run test:night -- planted-bugs\`, and in the ordinary test run):

${plantedBugs.map(({ name, breaks, seldom }) => `- ${name} (${breaks.join(', ')})${seldom ? ': seldom, not in the ordinary run' : ''}`).join('\n')}

## Real processes

With four products at work on the compose bundle, on the simulator; the invariants are then read from what is really
there: the journal, the mail of every product, the processes of the runtime.

| | command |
|---|---|
| \`kill -9\` of fleetd and the gateway, and of the agent | every landing and night (\`test/compose/bundle.test.ts\`, \`box.test.ts\`) |
| of each alone, and of the tmux server; \`docker kill\` and \`docker restart\` of each container; a full state volume (a tmpfs of 3 MiB) | \`npm run test:night -- kills\` |
| the Docker engine restarted; \`kill -9\` of dockerd and containerd; a power cut of the host: every process of it gone in one instant, then a boot | \`npm run test:night -- host\` (root, Linux) |

The last has a host of its own: namespaces with their own dockerd, network, /run and disk, so that the machine's engine is
not touched. After a restart of the engine and after a power cut nobody brings the containers back but their restart
policy. After \`kill -9\` of dockerd the engine itself ends what ran on and takes it for stopped by hand (seen with 20.10):
there it takes \`docker compose up -d\`. What is pulled from under a disk's cache at a power cut is not tried.

In the ordinary run on this machine alone: \`test/recovery/restart.test.ts\` (what is known is back after kill -9 and after a
restored backup; a second fleetd and an older one are refused; \`events --follow\` over a restart; the log; the metrics),
\`test/recovery/recovery.test.ts\` (50 products; 10,000 queued objectives), \`test/fleet/journal.test.ts\` (a full disk, a tmpfs;
needs root; 100,000 events).

${
  recovery
    ? `kill -9 of fleetd at ${recovery.products} products: its view after ${recovery.viewMs} ms (goal 2000), everything observed again after ${recovery.observedMs} ms (goal 5000)${recovery.queued === undefined ? '' : `; with ${recovery.queued} objectives in the queue (10 products) its view after ${recovery.viewOfManyMs} ms, everything observed again after ${recovery.observedOfManyMs} ms`}; ${recovery.machine}.`
    : 'kill -9 of fleetd at 50 products has not been recorded.'
}

## Watching it

\`GET /v1/metrics\` on the operator's socket (Prometheus text), \`fleet events --follow\`, \`fleet history\`, and fleetd's log: one
line of JSON per event, with its number, product, objective, session and action.
`;
writeFileSync(root('docs/reliability.md'), page);
