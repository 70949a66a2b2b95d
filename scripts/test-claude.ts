// `npm run test:claude [-- --bundle] [--claude 2.1.112,latest] [--ov <checkout>,<checkout>] [--record] [words of vitest]`:
// the tests of test/claude/ on each of these Claude Codes, brought from npm, with each of these checkouts of overstory;
// without --claude the pinned one and the newest, without --ov that of OVERSTORY_SRC. The model is scripted, on loopback.
// They have no network but loopback (what npm brings is brought before), where this machine lets users make namespaces.
// --bundle runs bundle.real.ts instead: both are built into the image of docker-compose.yaml, whose runtime reaches the
// model only; it needs a Docker engine and Chromium, and neither bun nor tmux here.
// --record keeps outcome and figures in docs/results/claude.json (`npm run docs -- overstory` renders them).
import { join } from 'node:path';
import { pinnedVersion } from '../test/support/claude-program.ts';
import { bringClaude, claudeVersion } from './bring-claude.ts';
import { packOverstory, runOnBundle } from './claude-bundle.ts';
import { keepRun } from './claude-record.ts';
import { noNetwork, whyNetworkStays } from './no-network.ts';
import { asRoot, leave, openRealRun, otherUser, requireOverstory } from './real-run.ts';

const words = process.argv.slice(2);
function take(flag: string): string[] | null {
  const at = words.indexOf(flag);
  return at < 0 ? null : (words.splice(at, 2)[1]?.split(',') ?? []);
}
const given = (flag: string) => words.includes(flag) && words.splice(words.indexOf(flag), 1).length > 0;
const [record, bundle] = [given('--record'), given('--bundle')];
const wanted = take('--claude') ?? [pinnedVersion ?? 'latest', 'latest'];
const sources = take('--ov') ?? [process.env.OVERSTORY_SRC].filter((one) => one !== undefined);
if (sources.length === 0)
  leave(
    0,
    'Nothing was run. Set OVERSTORY_SRC to a checkout of overstory (0.10.3 or 0.11.0, with its dependencies installed) or name some with --ov, have bun on PATH or its path in BUN, and have tmux and git.',
  );

if (bundle) inBundle();
else here();

function here(): void {
  const claudes = wanted.map(bringClaude);
  const why = whyNetworkStays(asRoot ? otherUser : {});
  if (why !== null)
    console.log(
      `NOT without a network: no network namespace can be made here (${why}). It is not recorded as such.`,
    );
  for (const source of sources) {
    const overstory = requireOverstory(source);
    for (const claude of claudes)
      runPair(
        { overstory: overstory.version, claude: claude.version },
        (run, env) =>
          run.vitest(
            'test/claude/vitest.config.ts',
            words,
            {
              OVERSTORY_SRC: overstory.source,
              BUN: overstory.bun,
              CLAUDE_PROGRAM: JSON.stringify(claude.argv),
              ...(why === null && { NO_NETWORK: '1' }),
              ...env,
            },
            why === null ? noNetwork : [],
          ),
        why !== null,
      );
  }
}

function inBundle(): void {
  const claudes = wanted.map(claudeVersion);
  for (const source of sources) {
    using overstory = packOverstory(source);
    for (const claude of claudes)
      runPair(
        { overstory: overstory.version, claude, place: 'bundle' },
        (_run, env) => runOnBundle(overstory.spec, claude, words, env),
        false,
      );
  }
}

function runPair(
  of: Parameters<typeof keepRun>[0],
  vitest: (run: ReturnType<typeof openRealRun>, env: NodeJS.ProcessEnv) => number,
  network: boolean,
): void {
  using run = openRealRun();
  console.log(`overstory ${of.overstory} with Claude Code ${of.claude}${of.place ? ', in the bundle' : ''}`);
  const [outcome, figures] = [join(run.home, 'outcome.json'), join(run.home, 'figures.json')];
  process.exitCode = vitest(run, { OVERSTORY_RESULT: outcome, CLAUDE_FIGURES: figures }) || process.exitCode;
  if (record) keepRun(of, { outcome, figures }, network);
}
