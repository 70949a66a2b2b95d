// The last look at a product at rest, kept in the workspace: an agent that is new (fleetd or the runtime was restarted)
// answers from it and starts no `ov`, as long as nothing was written of what `ov status` and `ov mail list` read.
//
// At rest: all of its agents have ended, and none has a terminal. Then nothing changes by time alone, and what would change
// it writes: overstory its databases (signature.ts), git its worktrees and their branches (below). Another `ov`, another
// build of the agent and another boot of the machine (whose disk may have lost a time, and kept the bytes) look anew.
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { ProductRef } from '../../contract/runtime/protocol.ts';
import { type ProductSnapshot, productSnapshotSchema } from '../../contract/runtime/snapshot.ts';
import type { ReplyOf } from '../../overstory/commands/index.ts';
import { fleetFolder, keep, now } from './lease/file.ts';
import type { Ov } from './ov.ts';
import { stampOf } from './signature.ts';

export interface KeptLooks {
  /** What a look that begins now would stand on; null: it is not to be kept. @param signature of its `.overstory` */
  basisOf(folder: string, signature: string): Promise<string | null>;
  /** @returns null when it must be asked */
  read(product: ProductRef, basis: string): Promise<ProductSnapshot | null>;
  /** Keeps it where the product is at rest. Never rejects: what is not kept is looked at again. */
  keep(
    product: ProductRef,
    basis: string,
    status: ReplyOf<'status'>,
    snapshot: ProductSnapshot,
  ): Promise<void>;
}

const keptSchema = z.object({ basis: z.string(), snapshot: productSnapshotSchema });

/** Where times are whole seconds, two writes of one second look like one. */
const fineTimes = /(?!0{9})\d{9}$/m;
const ended = /^(?:completed|zombie)$/;

export function createKeptLooks(ov: Ov, workspaceRoot: string): KeptLooks {
  const fileOf = ({ name }: ProductRef) => join(fleetFolder(workspaceRoot), 'looks', `${name}.json`);
  const program = stampOf(process.argv[1] ?? '');
  return {
    async basisOf(folder, signature) {
      if (!fineTimes.test(signature)) return null;
      const [worktrees, { version, simulated }, { boot }] = await Promise.all([
        worktreesOf(folder),
        ov.features(),
        now(),
      ]);
      if (worktrees === null) return null;
      return [folder, `${version} ${simulated}`, boot, await program, signature, worktrees].join('\n');
    },
    async read(product, basis) {
      try {
        const kept = keptSchema.parse(JSON.parse(await readFile(fileOf(product), 'utf8')));
        return kept.basis === basis && kept.snapshot.product === product.name ? kept.snapshot : null;
      } catch {
        return null;
      }
    },
    async keep(product, basis, status, snapshot) {
      if (!atRest(status)) return;
      await keep(fileOf(product), `${JSON.stringify({ basis, snapshot })}\n`).catch((error) =>
        console.error(`the look at ${product.name} is not kept: ${error}`),
      );
    },
  };
}

function atRest({ agents, tmuxSessions }: ReplyOf<'status'>): boolean {
  const terminals = new Set(tmuxSessions.map(({ name }) => name));
  return agents.every(({ state, tmuxSession }) => ended.test(state) && !terminals.has(tmuxSession));
}

/** What `git worktree list` tells, as a string that changes with it; null where the repository is of a kind unlike ours. */
async function worktreesOf(folder: string): Promise<string | null> {
  const inside = join(folder, '.git');
  if (!(await stat(inside).catch(() => null))?.isDirectory()) return null;
  const names = await readdir(join(inside, 'worktrees')).catch(() => []);
  const found = await Promise.all(
    names.sort().map(async (name) => {
      const at = join(inside, 'worktrees', name);
      const head = await readFile(join(at, 'HEAD'), 'utf8').catch(() => '');
      const branch = /^ref: (refs\/.+)$/m.exec(head)?.[1];
      return [
        name,
        head.trim(),
        await stampOf(join(at, 'gitdir')),
        branch === undefined ? '' : await stampOf(join(inside, branch)),
      ];
    }),
  );
  const shared = ['packed-refs', 'reftable/tables.list'].map((name) => stampOf(join(inside, name)));
  return JSON.stringify([await Promise.all(shared), found]);
}
