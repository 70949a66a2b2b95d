// What Claude Code's home must say before a coordinator starts in a product: trust in its root, and an answer to each MCP
// server that it brings along. A runtime of the fleet's own is told so; a human's home is written by `fleet doctor --fix` only.
import { homedir } from 'node:os';
import { FleetError } from '../../../common/errors.ts';
import type { ProductRef } from '../../../contract/runtime/protocol.ts';
import { cleanText } from '../../../overstory/sanitize.ts';
import { isSeeded, seedClaude } from '../../bootstrap/claude.ts';
import { mcpServers } from '../../bootstrap/mcp.ts';
import { ownApiKey } from '../account-key.ts';

/** Whether starts may write into it; a human's is written by `fleet doctor --fix` only. */
export const homeIsHumans = (): boolean => process.env.FLEET_CLAUDE_HOME === 'human';

/** @throws CLAUDE_NOT_TRUSTING in a human's home */
export async function requireTrust(folder: string, product: ProductRef): Promise<string | null> {
  if (!homeIsHumans()) return await seedTrust(folder, product);
  if (await isSeeded(homedir(), folder, await ownApiKey(product))) return null;
  throw new FleetError({
    code: 'CLAUDE_NOT_TRUSTING',
    product: product.name,
    message: `Expected Claude Code to trust ${folder} and to ask nothing at its start, got a first run: overstory cannot answer its questions.`,
    mend: 'Run `fleet doctor --fix`: it writes so into your ~/.claude.json and ~/.claude/settings.json. Or run `claude` there once and answer its questions.',
  });
}

/** Writes to ~/.claude.json and ~/.claude/settings.json; what is there stays. */
export async function seedTrust(folder: string, product: ProductRef): Promise<string | null> {
  const home = homedir();
  const own = await ownApiKey(product);
  if (await isSeeded(home, folder, own)) return null;
  await seedClaude({
    home,
    apiKey: own ?? (process.env.ANTHROPIC_API_KEY || null),
    roots: [folder],
    humans: homeIsHumans(),
  });
  return `told Claude Code to trust ${folder} (~/.claude.json, ~/.claude/settings.json)`;
}

/** @throws CLAUDE_MCP_UNANSWERED where only the human may answer */
export async function requireServers(folder: string, product: string): Promise<string | null> {
  const home = homedir();
  const { unanswered } = await mcpServers(home, folder);
  if (unanswered.length === 0) return null;
  const named = shortList(unanswered);
  if (homeIsHumans())
    throw new FleetError({
      code: 'CLAUDE_MCP_UNANSWERED',
      product,
      message: `Expected an answer to each MCP server of ${product}'s .mcp.json, got none to ${named}: a coordinator would run them unasked.`,
      mend: `Run \`claude\` in ${folder} and answer, or name them in its .claude/settings.local.json: {"enabledMcpjsonServers": […], "disabledMcpjsonServers": […]}.`,
    });
  await seedClaude({ home, apiKey: process.env.ANTHROPIC_API_KEY || null, roots: [folder] });
  return `kept MCP servers of .mcp.json from running (${named}): to allow one, name it under enabledMcpjsonServers in .claude/settings.local.json`;
}

/** Names that a repository chose: few, short and without control characters. */
function shortList(names: string[]): string {
  const shown = names.slice(0, 5).map((name) => cleanText(name).replace(/\s+/g, ' ').slice(0, 60));
  return `${shown.join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''}`;
}
