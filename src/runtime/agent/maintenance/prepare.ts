// prepare: everything a coordinator's start depends on. Safe to repeat; each step either finds things right,
// mends them and says so, or refuses with a code whose mend is a human's. In this order:
//
//   config     .overstory/config.yaml is there: without it `ov` takes a folder for a project of defaults
//   git        its own root, one commit, an identity: else agents cannot commit, and `ov` says so too late
//   owner      the databases may be written: else a start fails after its tmux session was made
//   disk       it can be written, and there is room for worktrees and logs
//   name       no other project here has the same name, nor one that `ov` takes for it: see names.ts
//   watchdog   a watchdog.pid that names no watchdog of this product is removed: 0.11 would not start,
//              and every version's stop would end whatever has that pid now
//   keeper     a tmux session that outlives the coordinators: without one every other stop fails
//   keys       a new tmux session takes the key of the product's account from who starts it
//   trust      Claude Code knows this root, and that key: its dialogs are ones that `ov` cannot answer. In a runtime of the
//              fleet's own it is told so; in a human's home (FLEET_CLAUDE_HOME=human) only `fleet doctor --fix`,
//              which a human typed, writes there
//   servers    no program that the product's .mcp.json names runs unasked: kept from running in a runtime of the
//              fleet's own, refused in a human's home until the human has said yes or no to each
//   checkout   new commits of the human's come into a checkout of the fleet's own; one that is a human's (in-place) is
//              as `ov merge` needs it
//   limits     agents.maxConcurrent, an exit trigger and the workers' models, in config.local.yaml
import {
  access,
  constants,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { FleetError } from '../../../common/errors.ts';
import type { MaintenanceReply } from '../../../contract/runtime/maintenance.ts';
import { ovFailure } from '../../../overstory/errors.ts';
import { withFleetSettings } from '../../../overstory/local-config.ts';
import { workerModels } from '../../../overstory/models.ts';
import { requireOwnRepository, requireUntouched } from '../../checkout/in-place.ts';
import { readRecord } from '../../checkout/record.ts';
import { refresh } from '../../checkout/refresh.ts';
import { leastToStartBytes, requireSpace, requireWritableDisk } from '../disk.ts';
import { initialised } from '../find.ts';
import { git } from '../git.ts';
import { argvOf, readProcesses } from '../processes.ts';
import { requireServers, requireTrust } from './claude-home.ts';
import { requireOwnName, requireSeparateName, separateName } from './names.ts';
import type { Place } from './place.ts';
import { cautionsAt } from './state.ts';
import { takeKeysFromStarter, tmux } from './tmux.ts';

export async function prepare(place: Place, maxWorkers: number | null): Promise<MaintenanceReply> {
  const { folder } = place;
  const { simulated } = await place.ov.features();
  const inside = join(folder, '.overstory');
  if (!(await initialised(folder)))
    throw ovFailure(`'${folder}' is not an overstory project (missing .overstory/config.yaml).`);
  // A start waits for all of it: what needs nothing of the others runs beside them.
  const keeper = keepKeeper();
  const cautions = cautionsAt(place);
  cautions.catch(() => {});
  await allOf(
    requireWritableDisk(folder),
    requireGit(folder, place.product.name),
    requireOwner(inside),
    requireSpace(folder, leastToStartBytes),
    requireOwnName(place),
    place.product.checkout === 'in-place' ? requireUntouched(folder, place.product.name) : undefined,
    keeper,
  );
  const record = await readRecord(folder);
  const done = [
    await removeStaleWatchdog(folder),
    await keeper,
    simulated ? null : await takeKeysFromStarter(),
    simulated ? null : await requireTrust(folder, place.product),
    simulated ? null : await requireServers(folder, place.product.name),
    await pushSettings(place, maxWorkers),
    ...(record === null || place.product.checkout === 'in-place' ? [] : await refresh(folder, record)),
  ];
  await requireSeparateName(place);
  return { done: done.filter((step) => step !== null), left: await cautions };
}

/** Waits for every one. @throws what the first of them that failed, in this order, said: always the same */
async function allOf(...steps: (Promise<unknown> | undefined)[]): Promise<void> {
  const failed = (await Promise.allSettled(steps)).find((step) => step.status === 'rejected');
  if (failed) throw failed.reason;
}

export async function requireGit(folder: string, product: string): Promise<void> {
  // Without a commit it prints the top alone, and fails; each git costs a start some milliseconds.
  const [topAndHead, identity] = await Promise.all([
    git(folder, ['rev-parse', '--show-toplevel', '--verify', '--quiet', 'HEAD']),
    git(folder, ['var', 'GIT_COMMITTER_IDENT']),
  ]);
  const top = topAndHead.stdout.split('\n')[0] ?? '';
  if (top === '') throw ovFailure(topAndHead.stderr);
  if ((await realpath(top)) !== folder)
    throw new FleetError({
      code: 'PRODUCT_NOT_GIT_ROOT',
      product,
      message: `Expected ${folder} to be the top of its git repository, got a folder inside ${top}.`,
      mend: `Give ${top} as the product's path: overstory works on whole repositories only.`,
    });
  // Where the main checkout has an .overstory too, `ov` works there: in another product's repository.
  await requireOwnRepository(folder, product);
  if (topAndHead.failed) throw ovFailure("fatal: not a valid object name: 'HEAD'");
  if (identity.failed)
    throw new FleetError({
      code: 'GIT_NO_IDENTITY',
      product,
      message: 'Expected git to know who commits, got no user.name and user.email.',
      mend: 'In the runtime: `git config --system user.name …` and `git config --system user.email …`.',
    });
}

export async function requireOwner(inside: string): Promise<void> {
  await requireWritableDisk(inside);
  const names = (await readdir(inside)).filter((name) => /\.db(-wal|-shm)?$/.test(name));
  for (const path of [inside, ...names.map((name) => join(inside, name))]) {
    const writable = await access(path, constants.W_OK).then(
      () => true,
      (error: NodeJS.ErrnoException) => error.code === 'ENOENT',
    );
    if (writable) continue;
    const { uid } = await stat(path);
    throw new FleetError({
      code: 'OV_READONLY_DB',
      message: `Expected to write ${path} as uid ${process.getuid?.()}, got a file of uid ${uid}.`,
      mend: `\`chown -R ${process.getuid?.()} ${inside}\` (was \`ov\` run as another user once?), then start it again.`,
    });
  }
}

/** @param lookOnly says what would be done */
export async function removeStaleWatchdog(folder: string, lookOnly = false): Promise<string | null> {
  const file = join(folder, '.overstory', 'watchdog.pid');
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) return null;
  const pid = Number(text.trim());
  const processes = await readProcesses();
  // No /proc: whose it is cannot be told, and `ov` has its own say.
  if (processes === null) return null;
  const named = processes.find((one) => one.pid === pid);
  const watches = named?.cwd === folder && (await argvOf(pid)).includes('watch');
  if (watches) return null;
  if (!lookOnly) await rm(file, { force: true });
  return `${lookOnly ? 'would remove' : 'removed'} a watchdog.pid that named ${named ? `another program (${named.command})` : 'no process'}`;
}

export async function keepKeeper(): Promise<string | null> {
  if (!(await tmux('has-session', '-t', '=keeper')).failed) return null;
  const started = await tmux('new-session', '-d', '-s', 'keeper', '-c', '/', 'sleep', 'infinity');
  if (!started.failed) return 'started the tmux keeper session';
  // Another start was faster.
  if (/duplicate session/.test(started.stderr)) return null;
  throw ovFailure(started.code === 'ENOENT' ? 'Executable not found in $PATH: "tmux"' : started.stderr);
}

async function pushSettings(place: Place, maxWorkers: number | null): Promise<string | null> {
  const inside = join(place.folder, '.overstory');
  const file = join(inside, 'config.local.yaml');
  const [before, models] = await Promise.all([readFile(file, 'utf8').catch(() => null), modelsOf(inside)]);
  const projectName = await separateName(place);
  const after = withFleetSettings(before, { maxWorkers, models: models.set, projectName });
  if (after === null) return null;
  await writeFile(`${file}.draft`, after);
  await rename(`${file}.draft`, file);
  return projectName === null
    ? 'set limits in config.local.yaml'
    : `set limits and the project name ${projectName} in config.local.yaml`;
}

/** What a product's workers run on. @param inside its .overstory */
export async function modelsOf(inside: string): Promise<ReturnType<typeof workerModels>> {
  const text = (name: string) => readFile(join(inside, name), 'utf8').catch(() => null);
  return workerModels(await text('config.yaml'), await text('agent-manifest.json'));
}
