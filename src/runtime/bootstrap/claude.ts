// First-run state of Claude Code. Each of its dialogs is one that `ov` cannot answer: unseeded, a coordinator
// dies or waits for a human who is not there (docs/overstory.md, Claude Code versions).
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { editJson, type Json, object } from './claude-file.ts';
import { mcpServers, strings } from './mcp.ts';

export interface ClaudeSeed {
  /** holds .claude.json and .claude/ */
  home: string;
  /** ANTHROPIC_API_KEY of the workers; null: none */
  apiKey: string | null;
  /** Products' git roots. Trust of a root covers its worktrees; trust of the workspace covers nothing. */
  roots: string[];
  /** Whose home it is. In a human's own no MCP server is refused in their name. */
  humans?: boolean;
}

/**
 * Adds what is missing and keeps all else. An unreadable file is moved aside, not overwritten.
 * @throws FleetError CLAUDE_CONFIG_LOCKED
 */
export async function seedClaude({ home, apiKey, roots, humans = false }: ClaudeSeed): Promise<void> {
  await editJson(join(home, '.claude.json'), (state) => ({
    theme: 'dark',
    ...state,
    hasCompletedOnboarding: true,
    bypassPermissionsModeAccepted: true,
    customApiKeyResponses: approved(object(state.customApiKeyResponses), apiKey),
    projects: {
      ...object(state.projects),
      ...Object.fromEntries(
        roots.map((root) => [
          root,
          {
            // Asked about once: files outside the product that its CLAUDE.md imports are then left out.
            hasClaudeMdExternalIncludesWarningShown: true,
            ...object(object(state.projects)[root]),
            hasTrustDialogAccepted: true,
            hasCompletedProjectOnboarding: true,
          },
        ]),
      ),
    },
  }));
  const servers = humans ? [] : await Promise.all(roots.map((root) => mcpServers(home, root)));
  const allowed = servers.flatMap((one) => one.allowed);
  await editJson(join(home, '.claude', 'settings.json'), (settings) => {
    const refused = new Set([
      ...strings(settings.disabledMcpjsonServers),
      ...servers.flatMap(({ unanswered }) => unanswered),
    ]);
    for (const name of allowed) refused.delete(name);
    return {
      ...settings,
      skipDangerousModePermissionPrompt: true,
      ...(refused.size > 0 || settings.disabledMcpjsonServers !== undefined
        ? { disabledMcpjsonServers: [...refused] }
        : {}),
    };
  });
}

/**
 * Whether Claude Code would start in `root` without asking anything that seedClaude answers.
 * @param apiKey of the root's account; null: what the environment has
 */
export async function isSeeded(home: string, root: string, apiKey: string | null = null): Promise<boolean> {
  try {
    const state = object(JSON.parse(await readFile(join(home, '.claude.json'), 'utf8')));
    const settings = object(
      JSON.parse(await readFile(join(home, '.claude', 'settings.json'), 'utf8').catch(() => '{}')),
    );
    const project = object(object(state.projects)[root]);
    return (
      state.hasCompletedOnboarding === true &&
      // Said in either place, by version; a human's own answer is in the first.
      (state.bypassPermissionsModeAccepted === true || settings.skipDangerousModePermissionPrompt === true) &&
      project.hasTrustDialogAccepted === true &&
      (project.hasClaudeMdExternalIncludesWarningShown === true ||
        project.hasClaudeMdExternalIncludesApproved === true ||
        !(await importsFromOutside(root))) &&
      (apiKey === null || strings(object(state.customApiKeyResponses).approved).includes(tailOf(apiKey)))
    );
  } catch {
    return false;
  }
}

/** As far as its CLAUDE.md says so itself: `@/…`, `@~/…`, `@../…`. */
async function importsFromOutside(root: string): Promise<boolean> {
  return /(?:^|\s)@(?:\/|~\/|\.\.\/)/.test(await readFile(join(root, 'CLAUDE.md'), 'utf8').catch(() => ''));
}

/** By its last 20 characters Claude Code knows a key. */
const tailOf = (apiKey: string): string => apiKey.slice(-20);
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

function approved(responses: Json, apiKey: string | null): Json {
  const tail = apiKey === null ? undefined : tailOf(apiKey);
  const others = list(responses.approved).filter((one) => one !== tail);
  return {
    ...responses,
    approved: tail === undefined ? others : [...others, tail],
    rejected: list(responses.rejected).filter((one) => one !== tail),
  };
}
