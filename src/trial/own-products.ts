// `npm start -- --projects <folder>` where no products.yaml says which of its repositories are products: they are found
// and offered, and those that are taken are written into one that is the human's from then on.
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { FleetError } from '../common/errors.ts';
import type { Questions } from '../common/questions.ts';
import { shellWord } from '../common/shell-word.ts';
import { list } from '../common/units.ts';
import { type Description, describe } from '../products/describe.ts';
import { type Entry, entryOf } from '../products/entry.ts';
import { findRepositories } from '../products/find.ts';
import { type Proposal, propose } from '../products/propose.ts';
import { readRegistry } from '../registry/index.ts';
import { writeYaml } from '../registry/render.ts';
import { writeNew } from '../registry/write.ts';
import type { TrialOptions } from './options.ts';

/** So many are taken unless a human says otherwise; of more the newest. */
const pickedAtFirst = 8;

/**
 * The registry of this start. One is written where `--products` names a file that is not there, or where neither
 * `products.yaml` here nor the one in the state folder has a product in the folder of `--projects`.
 * @param say  called with what was found and written
 * @throws FleetError PRODUCT_MISSING, PRODUCTS_NONE_FOUND; TRIAL_NEEDS where nobody can be asked; REGISTRY_READ_ONLY
 * @returns null: the human went away from the question
 */
export async function ownProducts(
  options: TrialOptions,
  questions: Questions | undefined,
  say: (line: string) => void,
): Promise<string | null> {
  const { projects, productsFile, productsGiven, stateDir } = options;
  if (projects === null || (productsGiven && existsSync(productsFile))) return productsFile;
  const made = join(stateDir, 'products.yaml');
  if (!productsGiven) {
    if (await isOf(productsFile, projects, stateDir)) return productsFile;
    if (existsSync(made)) {
      say(`Products: ${made}, written by an earlier start.`);
      return made;
    }
  }
  const file = productsGiven ? productsFile : made;
  const offered = await offer(projects, say);
  const taken = await pick(offered, options, questions);
  if (taken === null) return null;
  await writeNew(file, firstText(taken, projects));
  say(`Products: ${list(taken.map(({ name }) => name))}, written to ${file}.`);
  return file;
}

/** A registry with at least one product that lies in that folder or is cloned from an address. A broken one is told later. */
async function isOf(file: string, projects: string, stateDir: string): Promise<boolean> {
  if (!existsSync(file)) return false;
  const roots = { workspaceRoot: join(stateDir, 'checkouts'), projectsRoot: projects };
  const registry = await readRegistry(file, roots).catch(() => null);
  if (registry === null) return true;
  return registry.products.some(({ source, repo, root }) => repo !== null || existsSync(source ?? root));
}

interface Offered {
  about: Description;
  proposal: Proposal;
  entry: Entry;
}

async function offer(projects: string, say: (line: string) => void): Promise<Offered[]> {
  const { folders, passed } = await findRepositories(projects);
  const offered: Offered[] = [];
  for (const folder of folders) {
    const about = await describe(folder, projects).catch((thrown) => FleetError.wrap(thrown));
    if (about instanceof FleetError) {
      passed.push(`${basename(folder)} (${about.code})`);
      continue;
    }
    const proposal = propose(
      about,
      offered.map(({ proposal }) => proposal.name),
    );
    const where = { projectsFolder: projects, sameMachine: true };
    offered.push({ about, proposal, entry: entryOf(about, proposal, where) });
  }
  if (passed.length > 0) say(`Passed over in ${projects}: ${list(passed)}.`);
  if (offered.length > 0) return offered;
  throw new FleetError({
    code: 'PRODUCTS_NONE_FOUND',
    message: `Expected repositories in ${projects} that can be read, got none but ${list(passed)}.`,
    mend: 'See what `git -C <folder> status` says of one of them.',
  });
}

/** @throws FleetError TRIAL_NEEDS */
async function pick(
  offered: Offered[],
  { yes, projects }: TrialOptions,
  questions: Questions | undefined,
): Promise<Entry[] | null> {
  const entries = offered.map(({ entry }) => entry);
  if (yes) return entries;
  const names = entries.map(({ name }) => name);
  if (!questions)
    throw new FleetError({
      code: 'TRIAL_NEEDS',
      message: `Expected a products.yaml that says which repositories of ${projects} are products, got none, and nobody is here to ask.`,
      mend: `\`npm start -- --projects ${shellWord(projects ?? '')} --yes\` takes all: ${list(names)}.`,
    });
  const choices = offered.map(({ about, proposal }) => ({
    value: proposal.name,
    label: proposal.name,
    hint: [about.branch ?? 'no branch', about.written?.language ?? proposal.type].join(', '),
  }));
  const picked = await questions.pick(
    'Which of them are products of the fleet?',
    choices,
    names.slice(0, pickedAtFirst),
  );
  return picked === null ? null : entries.filter(({ name }) => picked.includes(name));
}

function firstText(products: Entry[], projects: string): string {
  return `# Your products, found in ${projects.replace(/\p{Cc}/gu, ' ')} by \`npm start\`. The file is yours: change it with an editor,
# or with \`bin/fleet add\`, \`edit\` and \`remove\`. Every key is explained in products.yaml at the top of the repository.
${writeYaml({ products, scheduling: { max_concurrent_sessions: 2 } })}`;
}
