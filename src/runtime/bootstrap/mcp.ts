// MCP servers that a product's .mcp.json names. Claude Code asks about each that has no answer, except where dangerous
// mode is accepted, as it is wherever `ov` can start: there 2.1.71, 2.1.112 and 2.1.332 run them unasked (tried), from
// every .mcp.json of the folder and of those above it. Headless workers get none (`--strict-mcp-config`).
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Json, object } from './claude-file.ts';

export interface McpServers {
  /** neither allowed nor refused by anybody */
  unanswered: string[];
  /** allowed in the product's .claude/settings.local.json, where Claude Code keeps a human's answers */
  allowed: string[];
}

export async function mcpServers(home: string, root: string): Promise<McpServers> {
  const declared = new Set<string>();
  for (let at = root; ; at = dirname(at)) {
    for (const name of Object.keys(object((await read(join(at, '.mcp.json'))).mcpServers)))
      declared.add(name);
    if (at === dirname(at)) break;
  }
  if (declared.size === 0) return { unanswered: [], allowed: [] };
  const local = await read(join(root, '.claude', 'settings.local.json'));
  const answers = [
    local,
    await read(join(home, '.claude', 'settings.json')),
    // Until 2.1 they were kept here.
    object(object((await read(join(home, '.claude.json'))).projects)[root]),
  ];
  const all = answers.some(({ enableAllProjectMcpServers }) => enableAllProjectMcpServers === true);
  const answered = new Set(
    answers.flatMap((one) => [...strings(one.enabledMcpjsonServers), ...strings(one.disabledMcpjsonServers)]),
  );
  const allowed = new Set(strings(local.enabledMcpjsonServers));
  return {
    unanswered: all ? [] : [...declared].filter((name) => !answered.has(name)),
    allowed: [...declared].filter((name) => allowed.has(name)),
  };
}

export const strings = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];

/** What is not there, or no JSON, says nothing: to Claude Code neither. */
async function read(file: string): Promise<Json> {
  try {
    return object(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return {};
  }
}
