// How fast and how heavy the simulated swarm is. Read at every use, so a running fleet can be turned up or
// down by editing `.overstory/sim/settings.json`; an environment variable wins over the file.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface SimulatorSettings {
  /** 1 = an objective takes about 8 s; 4 = four times as fast. OV_SIM_SPEED */
  speed: number;
  /** ms `coordinator start` takes until the prompt is there. OV_SIM_START_MS */
  startMs: number;
  /** ms between two looks at the mailbox. OV_SIM_POLL_MS */
  pollMs: number;
  /** MiB each worker holds beyond its own process (about 45 MiB). OV_SIM_WORKER_MB */
  workerMb: number;
  /** Cores each worker burns while it works, 0 to 1. OV_SIM_WORKER_CORES */
  workerCores: number;
  /** 1 or 2 workers under the lead. OV_SIM_WORKERS */
  workers: number;
  /** USD that an objective uses, in transcripts under CLAUDE_CONFIG_DIR; 0 or no such folder: none are written. OV_SIM_COST_USD */
  costUsd: number;
}

const defaults: SimulatorSettings = {
  speed: 1,
  startMs: 600,
  pollMs: 100,
  workerMb: 0,
  workerCores: 0.02,
  workers: 2,
  costUsd: 0,
};

const variables: Record<keyof SimulatorSettings, string> = {
  speed: 'OV_SIM_SPEED',
  startMs: 'OV_SIM_START_MS',
  pollMs: 'OV_SIM_POLL_MS',
  workerMb: 'OV_SIM_WORKER_MB',
  workerCores: 'OV_SIM_WORKER_CORES',
  workers: 'OV_SIM_WORKERS',
  costUsd: 'OV_SIM_COST_USD',
};

/** @param root absolute folder of the product; a missing or unreadable file means the defaults. */
export function readSettings(root: string): SimulatorSettings {
  const file = readJson(join(root, '.overstory', 'sim', 'settings.json'));
  const settings = { ...defaults };
  for (const key of Object.keys(defaults) as (keyof SimulatorSettings)[]) {
    const raw = (process.env[variables[key]] || undefined) ?? (file as Record<string, unknown>)?.[key];
    const value = Number(raw);
    if (raw !== undefined && raw !== '' && Number.isFinite(value) && value >= 0) settings[key] = value;
  }
  if (settings.speed === 0) settings.speed = defaults.speed;
  return settings;
}

/** The simulator's variables and Claude Code's folder, to hand to what runs under tmux (whose server may be older than they are). */
export function simulatorEnvironment(): [string, string][] {
  return Object.entries(process.env).flatMap(([name, value]) =>
    (name.startsWith('OV_SIM_') || name === 'CLAUDE_CONFIG_DIR') && value !== undefined
      ? [[name, value] as [string, string]]
      : [],
  );
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}
