// Which model a worker is to run on. overstory passes `--model` to a headless worker only where `models:` of its
// config names the role; what agent-manifest.json says reaches workers in a terminal and the coordinator, and a
// headless one runs on Claude Code's own default (0.10.3, 0.11.0: `isExplicitOverride` in turn-runner.ts). So the
// manifest's word is said again in config.local.yaml. Roles that never run headless need nothing.
import { parse } from 'yaml';
import { z } from 'zod';

/** The only names that `models:` takes for Claude Code; anything else would make the whole config invalid. */
const aliases: ReadonlySet<string> = new Set(['sonnet', 'opus', 'haiku']);
const inTerminal: ReadonlySet<string> = new Set(['coordinator', 'orchestrator', 'supervisor', 'monitor']);

const manifestSchema = z.object({
  agents: z.record(z.string(), z.object({ model: z.string().optional() })),
});
const configSchema = z.object({
  models: z.record(z.string(), z.unknown()).nullish(),
  runtime: z.object({ default: z.string().nullish() }).nullish(),
});

/** @param read what says something only if it can be read: what is broken, `ov` refuses itself, with its own mend */
function read<T>(schema: z.ZodType<T>, of: () => unknown): T | null {
  try {
    return schema.safeParse(of()).data ?? null;
  } catch {
    return null;
  }
}

/**
 * @param config    .overstory/config.yaml; null: there is none
 * @param manifest  .overstory/agent-manifest.json; null: there is none
 * @returns `set`: role → alias, to be said in config.local.yaml; `deaf`: roles whose model cannot be said there
 */
export function workerModels(
  config: string | null,
  manifest: string | null,
): { set: Record<string, string>; deaf: string[] } {
  const none = { set: {}, deaf: [] };
  const said = config === null ? null : read(configSchema, () => parse(config));
  const agents = manifest === null ? null : read(manifestSchema, () => JSON.parse(manifest));
  // Another runtime than Claude Code has other names for its models.
  if (agents === null || (said?.runtime?.default ?? 'claude') !== 'claude') return none;
  const wanted = Object.entries(agents.agents).flatMap(([role, { model }]): [string, string][] =>
    model === undefined || inTerminal.has(role) || said?.models?.[role] !== undefined ? [] : [[role, model]],
  );
  return {
    set: Object.fromEntries(wanted.filter(([, model]) => aliases.has(model))),
    deaf: wanted.filter(([, model]) => !aliases.has(model)).map(([role]) => role),
  };
}
