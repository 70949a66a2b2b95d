// Keeps the last good registry while a human edits the file. Folder events make it quick; the poll makes it
// sure, because events do not cross bind mounts, symlinks or network file systems.
import { watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { FleetError } from '../common/errors.ts';
import { RegistryError } from './error.ts';
import type { Roots } from './folders.ts';
import { readRegistry } from './read.ts';
import type { Registry } from './registry.ts';

/** Editors write in several steps; this many ms without an event is the end of one save. */
const settleMs = 200;
const pollMs = 5000;

/** What is needed of the fleet's clock. */
export interface RegistryClock {
  /** Calls `task` once after `ms`; returns a function that cancels it. */
  after(ms: number, task: () => void): () => void;
}

export interface RegistryWatchOptions extends Roots {
  /** Called with current() each time that current() or problems() has changed. */
  onChange: (registry: Registry) => void;
  clock?: RegistryClock;
}

export interface OpenRegistry {
  /** The last good version. */
  current(): Registry;
  /** Sentences on why the file as it is now is not the one in force; empty when it is. */
  problems(): string[];
  /** Reads the file now. A bad file does not reject: see problems(). */
  reload(): Promise<void>;
  close(): void;
}

const timers: RegistryClock = {
  after(ms, task) {
    const timer = setTimeout(task, ms).unref();
    return () => clearTimeout(timer);
  },
};

/**
 * Reads the registry and follows its changes until close().
 * @throws what readRegistry throws, when the first read fails
 */
export async function openRegistry(file: string, options: RegistryWatchOptions): Promise<OpenRegistry> {
  const { workspaceRoot, projectsRoot = null, onChange, clock = timers } = options;
  // seen before read, here and below: a change between the two is then found by the next poll
  let seen = await look(file);
  let registry = await readRegistry(file, { workspaceRoot, projectsRoot });
  let refusal: string[] = [];
  let closed = false;
  let reading: Promise<void> = Promise.resolve();

  const problems = () => (seen.unlinked ? [...refusal, replacedUnderMount(file)] : [...refusal]);
  const state = () => JSON.stringify([registry.digest, problems()]);

  async function read(): Promise<void> {
    if (closed) return;
    const before = state();
    const now = await look(file);
    const next = await readRegistry(file, { workspaceRoot, projectsRoot }).catch(FleetError.wrap);
    if (closed) return;
    seen = now;
    if (next instanceof FleetError) refusal = sentences(file, next);
    else {
      registry = next;
      refusal = [];
    }
    if (state() !== before) onChange(registry);
  }
  // one after the other, so that an older read never wins over a newer one
  const reload = () => {
    reading = reading.then(read, read);
    return reading;
  };

  let cancelPoll = () => {};
  const poll = () => {
    cancelPoll = clock.after(pollMs, async () => {
      if ((await look(file)).stamp !== seen.stamp) await reload();
      if (!closed) poll();
    });
  };
  poll();

  let cancelSettle = () => {};
  const stopEvents = folderEvents(file, () => {
    cancelSettle();
    cancelSettle = clock.after(settleMs, reload);
  });

  return {
    current: () => registry,
    problems,
    reload,
    close() {
      closed = true;
      cancelPoll();
      cancelSettle();
      stopEvents();
    },
  };
}

/** What tells one state of the path from another. */
async function look(file: string): Promise<{ stamp: string; unlinked: boolean }> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs, nlink } = await stat(file, { bigint: true });
    // A path leads to a file without a name only through a mount of that one file: the host's editor has
    // renamed a new file over it. (An editor that keeps the old one as a backup leaves no such trace.)
    return { stamp: [dev, ino, size, mtimeNs, ctimeNs, nlink].join(), unlinked: nlink === 0n };
  } catch (error) {
    return { stamp: error instanceof Error ? error.message : String(error), unlinked: false };
  }
}

/** Calls `changed` on events of the file's folder; silently does nothing where there are no events. */
function folderEvents(file: string, changed: () => void): () => void {
  try {
    const watcher = watch(dirname(resolve(file)), { persistent: false }, (_, name) => {
      if (name === null || name === basename(file)) changed();
    });
    watcher.on('error', () => watcher.close());
    return () => watcher.close();
  } catch {
    // no inotify instance left, or a file system without events: the poll remains
    return () => {};
  }
}

function replacedUnderMount(file: string): string {
  return `${file} was replaced by a new file, and this container still sees the old one. Mend: docker compose restart fleetd.`;
}

function sentences(file: string, error: FleetError): string[] {
  if (!(error instanceof RegistryError))
    return [`${error.message} The last good version stays in force. Mend: ${error.mend}`];
  return [
    `${file} was changed and cannot be used: the last good version stays in force.`,
    ...error.message.split('\n'),
  ];
}
