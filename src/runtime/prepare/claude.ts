// First-run state of Claude Code. Each of its dialogs is one that `ov` cannot answer: unseeded, a coordinator
// dies or waits for a human who is not there (docs/overstory.md, Claude Code versions).
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

type Json = { [key: string]: unknown };

export interface ClaudeSeed {
  /** holds .claude.json and .claude/ */
  home: string;
  /** ANTHROPIC_API_KEY of the workers; null: none */
  apiKey: string | null;
  /** Products' git roots. Trust of a root covers its worktrees; trust of the workspace covers nothing. */
  roots: string[];
}

/** Adds what is missing and keeps all else. An unreadable file is moved aside, not overwritten. */
export async function seedClaude({ home, apiKey, roots }: ClaudeSeed): Promise<void> {
  await edit(join(home, '.claude.json'), (state) => ({
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
  await edit(join(home, '.claude', 'settings.json'), (settings) => ({
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

function object(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

async function edit(file: string, change: (before: Json) => Json): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{}';
    throw error;
  });
  let before: unknown;
  try {
    before = JSON.parse(text);
  } catch {
    await rename(file, `${file}.unreadable`);
  }
  const draft = `${file}.draft`;
  await writeFile(draft, `${JSON.stringify(change(object(before)), null, 2)}\n`, { mode: 0o600 });
  await rename(draft, file);
}
