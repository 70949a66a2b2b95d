// Files that final reports name: which are kept, and why others are not. Their names are worker text.
import { bytes, count, since } from '../common/units.ts';
import type { ArtifactsView, ArtifactView } from '../contract/artifacts.ts';
import { paragraphs, rows, type Surface, sentence } from './layout.ts';

/** Why one is not there, as a sentence goes on. */
export const artifactReasons: Record<NonNullable<ArtifactView['why']>, string> = {
  missing: 'there is no such file',
  outside: 'it lies outside the repository, or a link leads there',
  'not-a-file': 'it is no regular file',
  private: 'it may hold secrets, or is git’s or overstory’s own',
  'too-large': 'it is larger than products.yaml lets one be',
  unreadable: 'it could not be read',
  'too-many': 'the report names too many',
  'no-room': 'with those before it, it is more than the product may keep',
  'not-stored': 'fleetd could not store it: see its log',
  age: 'it was old',
  size: 'newer ones needed the room',
};

const types = { png: 'PNG', jpeg: 'JPEG', gif: 'GIF', webp: 'WebP', text: 'text', other: 'binary' };

/** `PNG, 120 KiB` */
export const artifactNote = ({ type, bytes: size }: Pick<ArtifactView, 'type' | 'bytes'>): string =>
  [type === null ? '' : types[type], size === null ? '' : size < 1024 ? `${size} B` : bytes(size)]
    .filter(Boolean)
    .join(', ');

/** What it is called where it is saved: its number, and what is harmless of its name. */
export function artifactFileName({ n, path }: Pick<ArtifactView, 'n' | 'path'>): string {
  const last = path.split(/[\\/]/).findLast((part) => part !== '') ?? '';
  return `${n}-${last.replace(/[^A-Za-z0-9._-]+/g, '_').slice(-80) || 'file'}`;
}

export function artifactsText(surface: Surface, { objective, files, more }: ArtifactsView): string {
  const id = surface.line(objective, 40);
  if (files.length === 0) return sentence(surface, `The report of ${id} names no files.`);
  const kept = files.filter(({ state }) => state === 'kept').length;
  return paragraphs(
    rows(
      surface,
      files.map((file) => ({
        name: `${file.n}.`,
        state: { kept: 'kept', refused: 'not kept', removed: 'removed' }[file.state],
        tone: file.state === 'kept' ? 'good' : 'warn',
        head: artifactNote(file),
        quote: file.path,
        notes: file.why === null ? [] : [{ text: artifactReasons[file.why], tone: 'dim' as const }],
      })),
    ),
    more > 0 ? sentence(surface, `And ${count(more, 'further name')}, not looked for.`) : '',
    kept === 0
      ? ''
      : sentence(
          surface,
          surface.kind === 'terminal'
            ? `${surface.command(`artifacts ${id} --save <folder>`)} writes them there.`
            : 'They are on its page of the dashboard.',
          'dim',
        ),
  );
}

/** Those that have any, the latest first. */
export function allArtifactsText(surface: Surface, all: ArtifactsView[]): string {
  if (all.length === 0) return sentence(surface, 'No report has named a file that is kept.');
  return paragraphs(
    rows(
      surface,
      all.map(({ objective, product, files }) => {
        const kept = files.filter(({ state }) => state === 'kept');
        const at = kept[0]?.at ?? null;
        return {
          name: surface.line(objective, 40),
          state: surface.line(product, 50),
          tone: 'dim' as const,
          head: [count(kept.length, 'file'), `${since(at, surface.nowMs)} ago`].join(', '),
          quote: kept.map(({ path }) => path).join(', '),
          notes: [],
        };
      }),
    ),
    sentence(surface, `${surface.command('artifacts <objective>')} shows one of them.`, 'dim'),
  );
}

/** @param where as it was given */
export function savedText(
  surface: Surface,
  { objective }: ArtifactsView,
  where: string,
  names: string[],
): string {
  return paragraphs(
    sentence(
      surface,
      `${count(names.length, 'file')} of ${surface.line(objective, 40)} ${names.length === 1 ? 'is' : 'are'} in ${surface.line(where, 500)}:`,
    ),
    names,
  );
}
