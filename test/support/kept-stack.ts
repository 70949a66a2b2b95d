// What a shared stack leaves in its folder, so that the next file, and whoever takes it down, finds it.
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { composeStack } from './compose.ts';

/** stack.json, written once the stack is up or has failed to come up */
export interface KeptStack {
  project: string;
  env: Record<string, string>;
  /** why it is not up; the other files then fail at once, instead of after the same minutes */
  failed: string | null;
}

export async function readKept(folder: string): Promise<KeptStack | null> {
  try {
    return JSON.parse(await readFile(join(folder, 'stack.json'), 'utf8')) as KeptStack;
  } catch {
    return null;
  }
}

/** Takes down what was brought up, if anything was. */
export async function downKept(folder: string): Promise<void> {
  const kept = await readKept(folder);
  if (kept) await (await composeStack({ folder, project: kept.project, env: kept.env })).down();
  await rm(folder, { recursive: true, force: true });
}
