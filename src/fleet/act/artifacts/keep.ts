// Files that a done session's final report names are copied to fleetd before its end is recorded. Contents first, then one
// fact with all of them: a crash in between leaves contents that no fact names, and it is done again. A file that cannot be
// had is said with its reason, and keeps nobody waiting.
import { FleetError } from '../../../common/errors.ts';
import { count } from '../../../common/units.ts';
import type { RefusedReason } from '../../../contract/artifacts.ts';
import type { NamedFile } from '../../../journal/artifacts/events.ts';
import type { SessionRow } from '../../../journal/journal.ts';
import { artifactsIn } from '../../../overstory/artifacts.ts';
import type { Product } from '../../../registry/registry.ts';
import type { FleetContext } from '../../context.ts';
import { typeOf } from './type.ts';

/** Of one report. */
const mostFiles = 20;
/** Names that are written down, in one event of at most 256 KiB; of further ones only how many. */
const mostNames = 50;

/**
 * @param report  its final mail; null: none came
 * @returns a sentence for the human; null: it names none
 * @throws FleetError of class unavailable while the runtime is out of reach: to be tried again
 */
export async function keepArtifacts(
  context: FleetContext,
  product: Product,
  session: SessionRow,
  report: string | null,
): Promise<string | null> {
  const { journal } = context;
  const { objective } = session;
  if (journal.artifacts.of(objective).length === 0) {
    const named = artifactsIn(report ?? '');
    if (named.length === 0) return null;
    context.keepingArtifacts.add(product.name);
    try {
      const files = await copied(context, product, named.slice(0, mostNames));
      const more = Math.max(0, named.length - mostNames);
      const kept = files.filter(({ refused }) => refused === null).length;
      journal.record({
        kind: 'artifacts.kept',
        product: product.name,
        objective,
        text: `Of ${count(named.length, 'file')} that the report of ${objective} names, ${kept} ${kept === 1 ? 'is' : 'are'} kept.`,
        data: { session: session.id, files, more },
      });
    } finally {
      context.keepingArtifacts.delete(product.name);
    }
  }
  const rows = journal.artifacts.of(objective);
  const refused = rows.filter((row) => row.refused !== null).length;
  const kept = rows.length - refused;
  const but = refused === 0 ? '' : `, and ${refused} that could not be kept`;
  return `Its report names ${count(kept, 'file')}${but}: \`fleet artifacts ${objective}\`.`;
}

async function copied(context: FleetContext, product: Product, named: string[]): Promise<NamedFile[]> {
  const { maxFileBytes, maxProductBytes } = context.registry.current().artifacts;
  const files: NamedFile[] = [];
  let room = maxProductBytes;
  for (const [index, path] of named.entries()) {
    const refuse = (refused: RefusedReason, bytes: number | null = null) =>
      files.push({ path, bytes, sha256: null, type: null, refused });
    if (index >= mostFiles) {
      refuse('too-many');
      continue;
    }
    const read = await readFrom(context, product, path, maxFileBytes);
    if ('refused' in read) refuse(read.refused, read.bytes);
    else if (read.content.length > room) refuse('no-room', read.content.length);
    else {
      const { content } = read;
      const sha256 = await context.artifactFiles.put(product.name, content).catch((error: unknown) => {
        context.log.warn({ product: product.name, err: error }, 'a file of a report was not stored');
        return null;
      });
      if (sha256 === null) refuse('not-stored', content.length);
      else {
        room -= content.length;
        files.push({ path, bytes: content.length, sha256, type: typeOf(content), refused: null });
      }
    }
  }
  return files;
}

type Read = { content: Buffer } | { refused: RefusedReason; bytes: number | null };

async function readFrom(
  { runtime, log }: FleetContext,
  product: Product,
  path: string,
  maxBytes: number,
): Promise<Read> {
  try {
    const reply = await runtime.artifact(product, { path, maxBytes });
    if ('refused' in reply) return reply;
    const content = Buffer.from(reply.base64, 'base64');
    return content.length > maxBytes ? { refused: 'too-large', bytes: content.length } : { content };
  } catch (thrown) {
    const error = FleetError.wrap(thrown, product.name);
    if (error.class === 'unavailable' && runtime.link(product.name).state !== 'connected') throw error;
    log.warn(
      { product: product.name, code: error.code },
      `a file of a report was not read: ${error.message}`,
    );
    return { refused: 'unreadable', bytes: null };
  }
}
