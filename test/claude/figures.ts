// What is measured of the real Claude Code while the chain runs, kept in CLAUDE_FIGURES for scripts/test-claude.ts.
import { existsSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClaudeFigures } from '../../scripts/claude-results.ts';

export function keepFigures(some: Partial<ClaudeFigures>): void {
  const file = process.env.CLAUDE_FIGURES;
  if (file === undefined) return;
  const before = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  writeFileSync(file, JSON.stringify({ ...before, ...some }));
}

/** What a process has in memory that nobody shares, and its part of what is shared, in bytes. */
export function pssBytes(pid: number): number {
  const line = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
  return Number(line?.[1] ?? 0) * 1024;
}

/** `coordinator`, `lead` or `builder`, by the folder in which it works. */
export function roleOf(pid: number): string {
  return roleIn(readlinkSync(`/proc/${pid}/cwd`));
}

export function roleIn(folder: string): string {
  return ['lead', 'builder'].find((role) => basename(folder).startsWith(role)) ?? 'coordinator';
}

/** Of one core, over `ms`. */
export async function cpuPercent(pid: number, ms: number): Promise<number> {
  const ticks = () => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return Number(fields[11]) + Number(fields[12]);
  };
  const [from, before] = [Date.now(), ticks()];
  await sleep(ms);
  // A tick is 10 ms.
  return ((ticks() - before) * 10 * 100) / (Date.now() - from);
}
