// What a place is held to, above what is reserved for it: a prediction is no promise, and what goes beyond its memory is
// killed by the kernel.
import type { NeededPlace } from './engine.ts';

/** fleet-agent, tmux and `ov` itself. Bytes. */
const leastMemory = 512 * 1024 ** 2;

export interface Bounds {
  /** the engine places by these */
  reserved: { memoryBytes: number; cpuCores: number };
  /** the kernel holds it to these */
  limit: { memoryBytes: number; cpuCores: number };
}

/** Half more memory, at least 512 MiB; twice the cores, at least one. Whole MiB and hundredths, as engines take them. */
export function boundsOf({ memoryBytes, cpuCores }: NeededPlace): Bounds {
  const memory = wholeMib(Math.max(memoryBytes, leastMemory));
  const cores = hundredths(Math.max(cpuCores, 0.1));
  return {
    reserved: { memoryBytes: memory, cpuCores: cores },
    limit: {
      memoryBytes: wholeMib(Math.max(memory * 1.5, memory + leastMemory)),
      cpuCores: hundredths(Math.max(cores * 2, 1)),
    },
  };
}

const wholeMib = (bytes: number) => Math.ceil(bytes / 1024 ** 2) * 1024 ** 2;
const hundredths = (cores: number) => Math.ceil(cores * 100) / 100;
