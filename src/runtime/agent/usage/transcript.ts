// One transcript of Claude Code (2.1.71 to 2.1.332), read from where the last look ended. A reply has a line per
// content block, each with the usage of the whole reply, complete in the last one only: the last one counts, by the
// reply's id. What the model `<synthetic>` says are Claude Code's own words: where they are an API error and nothing follows,
// the turn ended with it. `cost-state` (2.1.332, written when the process ends) is the sum of the session so far as Claude Code
// counts it, with what never gets a line: suggestions, titles, compaction, subagents. What the lines say is data: a
// line that is broken, too long or not of a known shape is skipped and counted.
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { anySchema, firstText, replySchema, statedSchema } from './line-shapes.ts';

/** From this many tokens of a prompt on some models have another price. */
const longPromptTokens = 100_000;
const chunkBytes = 4 * 1024 * 1024;
/** Some days of one session; what comes after them is left out and counted. */
const mostReplies = 50_000;

export interface Tokens {
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite5m: number;
  cacheWrite1h: number;
  webSearches: number;
}

export interface Reply extends Tokens {
  model: string;
  longPrompt: boolean;
  atMs: number;
  /** where its last line stands: before or after a cost-state */
  line: number;
}

export interface Stated {
  line: number;
  atMs: number;
  models: (Tokens & { model: string; costUsd: number | null })[];
}

export interface Refused {
  atMs: number;
  /** as Claude Code worded it, on one line: foreign text */
  text: string;
}

export interface Transcript {
  /** of the first line that has one; null: not seen yet */
  cwd: string | null;
  firstMs: number | null;
  replies: Map<string, Reply>;
  stated: Stated | null;
  /** the API error that it ends with; null: it does not end with one */
  refused: Refused | null;
  skippedLines: number;
  /** Reads on, at most `mostBytes`. @returns bytes read */
  readOn(path: string, mostBytes: number): Promise<number>;
}

export function openTranscript(): Transcript {
  let offset = 0;
  let file = '';
  let line = 0;
  /** in the middle of a line that is too long */
  let skipping = false;
  const told: Transcript = {
    cwd: null,
    firstMs: null,
    replies: new Map(),
    stated: null,
    refused: null,
    skippedLines: 0,
    readOn,
  };

  function take(text: Buffer): void {
    line += 1;
    const mayBe = text.includes('"usage"') || text.includes('"cost-state"');
    if (!mayBe && told.cwd !== null && told.firstMs !== null) return;
    let value: unknown;
    try {
      value = JSON.parse(text.toString('utf8'));
    } catch {
      told.skippedLines += 1;
      return;
    }
    const any = anySchema.safeParse(value).data;
    told.cwd ??= any?.cwd ?? null;
    told.firstMs ??= any?.timestamp ?? null;
    const type = value !== null && typeof value === 'object' && 'type' in value ? value.type : null;
    const taken = type === 'assistant' ? takeReply(value) : type === 'cost-state' ? takeStated(value) : true;
    if (!taken) told.skippedLines += 1;
  }

  function takeReply(value: unknown): boolean {
    const { data } = replySchema.safeParse(value);
    if (data === undefined) return false;
    const { id, model, usage } = data.message;
    // Claude Code's own words: errors, "No response requested."
    if (model === '<synthetic>') {
      if (data.isApiErrorMessage)
        told.refused = { atMs: data.timestamp, text: firstText(data.message.content) };
      return true;
    }
    told.refused = null;
    if (told.replies.size >= mostReplies && !told.replies.has(id)) return false;
    const written = usage.cache_creation_input_tokens ?? 0;
    const for1h = Math.min(written, usage.cache_creation?.ephemeral_1h_input_tokens ?? 0);
    const cacheRead = usage.cache_read_input_tokens ?? 0;
    told.replies.set(id, {
      // Fast replies have a price of their own, which is not in the list.
      model: usage.speed === 'fast' ? `${model} (fast)` : model,
      input: usage.input_tokens,
      output: usage.output_tokens,
      cacheRead,
      cacheWrite5m: written - for1h,
      cacheWrite1h: for1h,
      webSearches: usage.server_tool_use?.web_search_requests ?? 0,
      longPrompt: usage.input_tokens + cacheRead + written > longPromptTokens,
      atMs: data.timestamp,
      line,
    });
    return true;
  }

  function takeStated(value: unknown): boolean {
    const { data } = statedSchema.safeParse(value);
    if (data === undefined) return false;
    let lastMs = data.startTime + data.totalDuration;
    for (const { atMs } of told.replies.values()) lastMs = Math.max(lastMs, atMs);
    told.stated = {
      line,
      atMs: lastMs,
      models: Object.entries(data.modelUsage).map(([model, used]) => {
        const for1h = Math.min(used.cacheCreationInputTokens, used.cacheCreationEphemeral1hInputTokens ?? 0);
        return {
          model,
          input: used.inputTokens,
          output: used.outputTokens,
          cacheRead: used.cacheReadInputTokens,
          cacheWrite5m: used.cacheCreationInputTokens - for1h,
          cacheWrite1h: for1h,
          webSearches: used.webSearchRequests ?? 0,
          costUsd: data.hasUnknownModelCost === true ? null : used.costUSD,
        };
      }),
    };
    return true;
  }

  async function readOn(path: string, mostBytes: number): Promise<number> {
    // A link, a named pipe: no transcript. The folder it lies in was resolved by the caller.
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const found = await handle.stat();
      if (!found.isFile()) return 0;
      const { size, ino, dev } = found;
      // Claude Code rewrites a long transcript: read again, and what is known already stays known.
      if (file !== `${dev}:${ino}` || size < offset) {
        offset = 0;
        skipping = false;
      }
      file = `${dev}:${ino}`;
      let read = 0;
      while (read < mostBytes && offset < size) {
        const got = await readChunk(handle);
        if (got === 0) break;
        read += got;
      }
      return read;
    } finally {
      await handle.close();
    }
  }

  /** Whole lines of the next chunk. @returns how far it got; 0 when the last line is not whole yet */
  async function readChunk(handle: FileHandle): Promise<number> {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(chunkBytes), 0, chunkBytes, offset);
    const bytes = buffer.subarray(0, bytesRead);
    let from = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, from)) {
      if (skipping) skipping = false;
      else if (end > from) take(bytes.subarray(from, end));
      from = end + 1;
    }
    if (from === 0 && bytesRead === chunkBytes) {
      if (!skipping) told.skippedLines += 1;
      skipping = true;
      from = bytesRead;
    }
    offset += from;
    return from;
  }

  return told;
}
