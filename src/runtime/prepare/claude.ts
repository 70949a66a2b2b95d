// First-run state of Claude Code. Each of its dialogs is one that `ov` cannot answer: unseeded, a coordinator
// dies or waits for a human who is not there (docs/overstory.md, Claude Code versions).
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { editJson, type Json, object } from './claude-file.ts';

export interface ClaudeSeed {
  /** holds .claude.json and .claude/ */
  home: string;
  /** ANTHROPIC_API_KEY of the workers; null: none */
  apiKey: string | null;
  /** Products' git roots. Trust of a root covers its worktrees; trust of the workspace covers nothing. */
  roots: string[];
}

/**
 * Adds what is missing and keeps all else. An unreadable file is moved aside, not overwritten.
 * @throws FleetError CLAUDE_CONFIG_LOCKED
 */
export async function seedClaude({ home, apiKey, roots }: ClaudeSeed): Promise<void> {
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
            ...object(object(state.projects)[root]),
            hasTrustDialogAccepted: true,
            hasCompletedProjectOnboarding: true,
          },
        ]),
      ),
    },
  }));
  await editJson(join(home, '.claude', 'settings.json'), (settings) => ({
    ...settings,
    skipDangerousModePermissionPrompt: true,
  }));
}

/** Whether Claude Code would start in `root` without asking anything that seedClaude answers. */
export async function isSeeded(home: string, root: string): Promise<boolean> {
  try {
    const state = object(JSON.parse(await readFile(join(home, '.claude.json'), 'utf8')));
    const settings = object(
      JSON.parse(await readFile(join(home, '.claude', 'settings.json'), 'utf8').catch(() => '{}')),
    );
    return (
      state.hasCompletedOnboarding === true &&
      // Said in either place, by version; a human's own answer is in the first.
      (state.bypassPermissionsModeAccepted === true || settings.skipDangerousModePermissionPrompt === true) &&
      object(object(state.projects)[root]).hasTrustDialogAccepted === true
    );
  } catch {
    return false;
  }
}

/** Claude Code knows an approved key by its last 20 characters. */
function approved(responses: Json, apiKey: string | null): Json {
  const list = (value: unknown) => (Array.isArray(value) ? value : []);
  const tail = apiKey?.slice(-20);
  const others = list(responses.approved).filter((one) => one !== tail);
  return {
    ...responses,
    approved: tail === undefined ? others : [...others, tail],
    rejected: list(responses.rejected).filter((one) => one !== tail),
  };
}
