// usage: what the model was used for in a product since a moment, per agent and model, from Claude Code's own
// transcripts. Read-only, and incremental: what was read stays in memory, a look reads what was added. Workers share
// the agent's user and could write what they like there: the figures are data, checked and bounded, never proof.
import type { UsageReport } from '../../../contract/runtime/measurements.ts';
import { agentAt, type TranscriptFile, transcriptFiles } from './folders.ts';
import { openTranscript, type Reply, type Stated, type Tokens, type Transcript } from './transcript.ts';

/** Of one look at one product: half a second of parsing. What is left is read by the next one. */
const mostBytes = 64 * 1024 * 1024;
/** Lines are written by another clock than fleetd's. */
const slackMs = 1_000;
/** Looks that ended this long ago are forgotten: the product has no session any more. */
const forgetMs = 60 * 60_000;

type Used = UsageReport['agents'][number]['models'][number];

export interface UsageMeter {
  /** @param folder the product's resolved root */
  since(folder: string, sinceMs: number): Promise<UsageReport>;
}

export function createUsageMeter(): UsageMeter {
  const known = new Map<string, { transcript: Transcript; lookedMs: number }>();

  function transcriptOf(path: string): Transcript {
    const transcript = known.get(path)?.transcript ?? openTranscript();
    known.set(path, { transcript, lookedMs: Date.now() });
    return transcript;
  }

  /** Two looks at once would read on from one place. */
  const looking = new Map<string, Promise<unknown>>();

  return {
    since(folder, sinceMs) {
      const before = looking.get(folder) ?? Promise.resolve();
      const look = before.then(() => read(folder, sinceMs));
      looking.set(
        folder,
        look.catch(() => {}),
      );
      return look;
    },
  };

  async function read(folder: string, sinceMs: number): Promise<UsageReport> {
    const fromMs = sinceMs - slackMs;
    for (const [path, { lookedMs }] of known) if (Date.now() - lookedMs > forgetMs) known.delete(path);
    let left = mostBytes;
    let unread = 0;
    async function readOn(path: string): Promise<Transcript> {
      const transcript = transcriptOf(path);
      if (left <= 0) unread += 1;
      // Gone between the listing and here.
      else left -= await transcript.readOn(path, left).catch(() => 0);
      return transcript;
    }
    const sessions: Session[] = [];
    for (const file of await transcriptFiles(folder, fromMs)) {
      const main = await readOn(file.path);
      const agent = main.cwd === null ? null : agentAt(folder, main.cwd);
      if (agent === null) continue;
      const subagents = await inTurn(file, readOn);
      sessions.push({ agent, main, subagents });
    }
    const skippedLines = sessions.reduce(
      (sum, { main, subagents }) =>
        sum + [main, ...subagents].reduce((lines, one) => lines + one.skippedLines, 0),
      0,
    );
    return { agents: sumUp(sessions, fromMs), refusals: refusalsIn(sessions, fromMs), skippedLines, unread };
  }
}

async function inTurn(file: TranscriptFile, read: (path: string) => Promise<Transcript>) {
  const found: Transcript[] = [];
  for (const path of file.subagents) found.push(await read(path));
  return found;
}

interface Session {
  agent: string;
  main: Transcript;
  subagents: Transcript[];
}

/**
 * What each agent used. A session's own sum (cost-state) is taken for everything before it; the replies after it are
 * added. A session that was copied from another (a fork) brings its lines and its sum along: each reply counts once,
 * and the sum of the copy not at all.
 */
function sumUp(sessions: readonly Session[], fromMs: number): UsageReport['agents'] {
  const agents = new Map<string, Map<string, Used>>();
  const counted = new Set<string>();
  const inOrder = [...sessions].sort((a, b) => (a.main.firstMs ?? 0) - (b.main.firstMs ?? 0));
  for (const { agent, main, subagents } of inOrder) {
    const models = agents.get(agent) ?? new Map<string, Used>();
    agents.set(agent, models);
    const copied = [...main.replies.keys()].some((id) => counted.has(id));
    // One that began before counts from then on only; its sum does not say what was when.
    const stated = copied || (main.firstMs ?? 0) < fromMs ? null : main.stated;
    for (const used of stated?.models ?? []) add(models, { ...used, longPrompt: false }, true, used.costUsd);
    for (const transcript of [main, ...subagents])
      for (const [id, reply] of transcript.replies) {
        if (counted.has(id)) continue;
        counted.add(id);
        if (reply.atMs >= fromMs && !isIn(stated, reply, transcript === main))
          add(models, reply, false, null);
      }
  }
  return [...agents]
    .map(([name, models]) => ({ name, models: [...models.values()] }))
    .filter(({ models }) => models.length > 0);
}

/** The last word of an agent counts: one that goes on in another session of Claude Code is refused no more. */
function refusalsIn(sessions: readonly Session[], fromMs: number): UsageReport['refusals'] {
  const last = new Map<string, { atMs: number; text: string | null }>();
  for (const { agent, main } of sessions) {
    const words = [...main.replies.values()].map(({ atMs }) => ({ atMs, text: null }));
    for (const word of [...words, ...(main.refused === null ? [] : [main.refused])])
      if (word.atMs >= (last.get(agent)?.atMs ?? fromMs)) last.set(agent, word);
  }
  return [...last].flatMap(([agent, { atMs, text }]) => (text === null ? [] : { agent, atMs, text }));
}

const isIn = (stated: Stated | null, reply: Reply, main: boolean): boolean =>
  stated !== null && (main ? reply.line < stated.line : reply.atMs <= stated.atMs);

function add(
  models: Map<string, Used>,
  used: Tokens & { model: string; longPrompt: boolean },
  stated: boolean,
  costUsd: number | null,
): void {
  const { model, longPrompt, input, output, cacheRead, cacheWrite5m, cacheWrite1h, webSearches } = used;
  // What Claude Code could price and what it could not are two things.
  const key = `${model}\0${longPrompt}\0${stated}\0${costUsd === null}`;
  const sum = models.get(key);
  models.set(key, {
    model,
    longPrompt,
    stated,
    input: (sum?.input ?? 0) + input,
    output: (sum?.output ?? 0) + output,
    cacheRead: (sum?.cacheRead ?? 0) + cacheRead,
    cacheWrite5m: (sum?.cacheWrite5m ?? 0) + cacheWrite5m,
    cacheWrite1h: (sum?.cacheWrite1h ?? 0) + cacheWrite1h,
    webSearches: (sum?.webSearches ?? 0) + webSearches,
    costUsd: costUsd === null ? null : (sum?.costUsd ?? 0) + costUsd,
  });
}
