// The numbers products.yaml does not set. Each can be changed per fleet by whoever builds the FleetState.
import type { Limits } from './state.ts';

export const schedulingDefaults = {
  /** an overstory start is heaviest in its first seconds (bun, tmux, worktrees) */
  startPacingMs: 2_000,
  headBoundMs: 600_000,
  /** low (20) catches up with high (80) after one hour */
  ageingMsPerPoint: 60_000,
  memoryGraceMs: 30_000,
  /** 1 weight = 1 GiB and 0.25 core (products.yaml, resource_weight) */
  weightUnit: { cpuCores: 0.25, memoryBytes: 1_073_741_824 },
} as const satisfies Partial<Limits>;
