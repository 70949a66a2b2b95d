// What Claude Code writes of a reply: a line in a transcript under its config folder, read by the fleet as that of a
// real one. Only where CLAUDE_CONFIG_DIR names a folder: the trial and the image do, and ~/.claude may be a human's.
import { createHash, randomUUID } from 'node:crypto';
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** Listed at 5 USD per million tokens of input. */
const model = 'claude-opus-4-6';
const tokensPerUsd = 200_000;

/**
 * @param cwd      where the agent works: it names the folder of its transcripts
 * @param session  one file per session and agent
 */
export function writeReply(cwd: string, session: string, costUsd: number): void {
  const config = process.env.CLAUDE_CONFIG_DIR;
  if (!config) return;
  // Claude Code's name for it.
  const folder = join(config, 'projects', cwd.replace(/[^a-zA-Z0-9]/g, '-').slice(0, 200));
  const hash = createHash('sha256').update(`${session} ${cwd}`).digest('hex');
  const sessionId = hash.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
  mkdirSync(folder, { recursive: true });
  const usage = {
    input_tokens: Math.round(costUsd * tokensPerUsd),
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    output_tokens: 0,
  };
  const line = {
    type: 'assistant',
    timestamp: new Date().toISOString(),
    cwd,
    sessionId,
    isSidechain: false,
    message: {
      id: `msg_sim_${randomUUID()}`,
      type: 'message',
      role: 'assistant',
      model,
      content: [{ type: 'text', text: 'Simulated.' }],
      stop_reason: 'end_turn',
      usage,
    },
  };
  appendFileSync(join(folder, `${sessionId}.jsonl`), `${JSON.stringify(line)}\n`);
}
