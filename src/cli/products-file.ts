// The products.yaml that `fleet add`, `edit` and `remove` change: the one that fleetd reads, where it lies on this machine;
// without a fleetd in reach (the bundle's is in its container) the one beside docker-compose.yaml.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { FleetError } from '../common/errors.ts';
import type { Health } from '../contract/status.ts';
import { type Description, describe } from '../products/describe.ts';
import { entryOf, type Where } from '../products/entry.ts';
import { propose } from '../products/propose.ts';
import { readValue } from '../products/values.ts';
import { describeWords } from '../products/words.ts';
import type { Roots } from '../registry/folders.ts';
import { readRegistry } from '../registry/index.ts';
import type { Change } from '../registry/splice.ts';
import { type Draft, draftChange, requireWritable, writeDraft } from '../registry/write.ts';
import type { LocalProducts, OpenProducts, ProductsDraft } from '../verbs/index.ts';
import { lineChanges } from './line-changes.ts';

/** Where the bundle has them, inside its containers. */
const inBundle = { workspaceRoot: '/workspace', projectsRoot: '/projects' };

interface Place extends Where {
  file: string;
  roots: Roots;
}

/** @param cwd what is typed is relative to it */
export function productsFileOf(cwd: string, env: NodeJS.ProcessEnv): LocalProducts {
  return {
    async open(asked, registry) {
      const place = placeOf(asked, registry ?? null, cwd, env);
      const { file, roots } = place;
      if (!registry && !existsSync(file)) throw noneHere(file);
      const { products } = await readRegistry(file, roots);
      await requireWritable(file);
      return openProducts(
        place,
        products.map(({ name }) => name),
        cwd,
      );
    },
  };
}

const noneHere = (file: string) =>
  new FleetError({
    code: 'REGISTRY_MISSING',
    message: `Expected a running fleet, or its registry at ${file}, got neither.`,
    mend: 'Start the fleet (`npm start`), type this in the folder of docker-compose.yaml, or name the file with --file.',
  });

function placeOf(
  asked: { file: string | null; projects: string | null },
  registry: Health['registry'] | null,
  cwd: string,
  env: NodeJS.ProcessEnv,
): Place {
  const settings = { ...dotEnv(cwd), ...env };
  const file = asked.file !== null ? resolve(cwd, asked.file) : (registry?.file ?? null);
  if (registry && file !== null && same(file, registry.file)) {
    const { workspaceRoot, projectsRoot } = registry;
    return {
      file,
      roots: { workspaceRoot, projectsRoot },
      projectsFolder: projectsRoot,
      sameMachine: isFolder(workspaceRoot),
    };
  }
  if (registry && asked.file === null)
    throw new FleetError({
      code: 'REGISTRY_MISSING',
      message: `Expected fleetd's registry ${registry.file} on this machine, got no such file.`,
      mend: 'Type it on the machine that runs fleetd, or name the file with --file.',
    });
  const projects = asked.projects ?? settings.PROJECTS_DIR ?? null;
  return {
    file: file ?? resolve(cwd, settings.PRODUCTS_FILE || 'products.yaml'),
    roots: { ...inBundle, projectsRoot: projects ? inBundle.projectsRoot : null },
    projectsFolder: projects ? real(resolve(cwd, projects)) : null,
    sameMachine: false,
  };
}

/** What compose reads beside its file. */
function dotEnv(cwd: string): Record<string, string | undefined> {
  const file = resolve(cwd, '.env');
  return existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {};
}

const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
const real = (path: string) => (existsSync(path) ? realpathSync(path) : path);
const same = (a: string, b: string) => existsSync(a) && existsSync(b) && realpathSync(a) === realpathSync(b);

function openProducts(place: Place, names: string[], cwd: string): OpenProducts {
  const { file, roots } = place;
  return {
    file,
    names,
    async look(given) {
      const about = await describe(given, cwd);
      return {
        about,
        proposed: propose(about, names),
        sentences: [...describeWords(about), ...whereItsWorkGoes(about, place)],
        async draft(as) {
          if (names.includes(as.name))
            throw new FleetError({
              code: 'PRODUCT_EXISTS',
              product: as.name,
              message: `Expected a name that no product has, got ${as.name}.`,
              mend: `Give another with --name, or change that one: \`fleet edit ${as.name} key=value\`.`,
            });
          return shown(await draftChange(file, roots, { kind: 'add', product: entryOf(about, as, place) }));
        },
      };
    },
    async edit(name, words) {
      const asked = words.map(readValue);
      if (asked.length === 0)
        throw new FleetError({
          code: 'BAD_USAGE',
          message: 'Expected key=value, got none.',
          mend: 'E.g. `fleet edit shop priority=high`; see `fleet help edit`.',
        });
      const changes = asked.map((one): Change => ({ kind: 'edit', name, ...one }));
      return shown(await draftChange(file, roots, ...changes));
    },
    async remove(name) {
      const before = (await readRegistry(file, roots)).products.find((one) => one.name === name);
      const removed = await draftChange(file, roots, { kind: 'remove', name });
      return {
        draft: shown(removed),
        clone: before?.root ?? name,
        origin: before?.repo ?? hereOf(before?.source ?? null, place),
      };
    },
  };
}

/** A folder of the human's as it is on this machine, where the bundle has it elsewhere. */
function hereOf(source: string | null, { roots, projectsFolder }: Place): string | null {
  if (source === null || !roots.projectsRoot || projectsFolder === null) return source;
  return join(projectsFolder, relative(roots.projectsRoot, source));
}

/** Of a folder that is cloned as an address, because agents were given no folder of the human's that it is in. */
function whereItsWorkGoes(about: Description, place: Place): string[] {
  if (about.kind !== 'folder' || entryOf(about, propose(about, []), place).repo === undefined) return [];
  return [
    'It lies in no folder that the fleet was given with --projects: done work stays a branch fleet/<objective> of the clone.',
  ];
}

const shown = (draft: Draft): ProductsDraft => ({
  file: draft.file,
  lines: lineChanges(draft.before, draft.after),
  digest: createHash('sha256').update(draft.after).digest('hex'),
  write: () => writeDraft(draft),
});
