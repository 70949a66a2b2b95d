// `npm run test:claude [-- --claude 2.1.112,latest] [--ov <checkout>,<checkout>] [--record] [words of vitest]`: the tests
// of test/claude/ on each of these Claude Codes, brought from npm, with each of these checkouts of overstory; without
// --claude the pinned one and the newest, without --ov that of OVERSTORY_SRC. The model is scripted, on loopback.
// They have no network but loopback (what npm brings is brought before), where this machine lets users make namespaces.
// --record keeps outcome and figures in docs/results/claude.json (`npm run docs:traps` renders them).
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pinnedVersion } from '../test/support/claude-program.ts';
import { bringClaude } from './bring-claude.ts';
import { type ClaudeResults, resultsFile } from './claude-results.ts';
import { noNetwork, whyNetworkStays } from './no-network.ts';
import { asRoot, leave, openRealRun, otherUser, requireOverstory } from './real-run.ts';

const words = process.argv.slice(2);
function take(flag: string): string[] | null {
  const at = words.indexOf(flag);
  return at < 0 ? null : (words.splice(at, 2)[1]?.split(',') ?? []);
}
const record = words.includes('--record') && words.splice(words.indexOf('--record'), 1).length > 0;
const wanted = take('--claude') ?? [pinnedVersion ?? 'latest', 'latest'];
const sources = take('--ov') ?? [process.env.OVERSTORY_SRC].filter((one) => one !== undefined);
if (sources.length === 0)
  leave(
    0,
    'Nothing was run. Set OVERSTORY_SRC to a checkout of overstory (0.10.3 or 0.11.0, with its dependencies installed) or name some with --ov, have bun on PATH or its path in BUN, and have tmux and git.',
  );

const claudes = wanted.map(bringClaude);
const why = whyNetworkStays(asRoot ? otherUser : {});
if (why !== null)
  console.log(
    `NOT without a network: no network namespace can be made here (${why}). It is not recorded as such.`,
  );
for (const given of sources) {
  const overstory = requireOverstory(given);
  for (const claude of claudes) {
    using run = openRealRun();
    console.log(`overstory ${overstory.version} with Claude Code ${claude.version}`);
    const [outcome, figures] = [join(run.home, 'outcome.json'), join(run.home, 'figures.json')];
    const env = {
      OVERSTORY_SRC: overstory.source,
      BUN: overstory.bun,
      CLAUDE_PROGRAM: JSON.stringify(claude.argv),
      OVERSTORY_RESULT: outcome,
      CLAUDE_FIGURES: figures,
      ...(why === null && { NO_NETWORK: '1' }),
    };
    const exit = run.vitest('test/claude/vitest.config.ts', words, env, why === null ? noNetwork : []);
    process.exitCode = exit || process.exitCode;
    if (!record || !existsSync(outcome)) continue;
    const before: ClaudeResults = existsSync(resultsFile)
      ? JSON.parse(readFileSync(resultsFile, 'utf8'))
      : [];
    const pair = { overstory: overstory.version, claude: claude.version };
    const same = before.find((one) => one.overstory === pair.overstory && one.claude === pair.claude);
    type Case = ClaudeResults[number]['cases'][number];
    const cases = (JSON.parse(readFileSync(outcome, 'utf8')) as Case[])
      .filter(({ state }) => state !== 'skipped')
      .map((one) => ({ ...one, network: why !== null }));
    const kept = {
      ...pair,
      date: new Date().toISOString().slice(0, 10),
      figures: existsSync(figures)
        ? { ...same?.figures, ...JSON.parse(readFileSync(figures, 'utf8')) }
        : (same?.figures ?? null),
      // A run of some cases says nothing about the others.
      cases: [...(same?.cases ?? []).filter((one) => !cases.some(({ name }) => name === one.name)), ...cases],
    };
    const next = [...before.filter((one) => one !== same), kept];
    writeFileSync(resultsFile, `${JSON.stringify(next, null, 2)}\n`);
  }
}
