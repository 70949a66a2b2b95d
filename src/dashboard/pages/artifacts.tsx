// Files that an objective's final report names. Pictures of a few raster types are shown, short texts as text; everything
// else is a download. What one is was told from its bytes.
import type { ArtifactsView, ArtifactView } from '../../contract/artifacts.ts';
import { artifactNote, artifactReasons } from '../../text/artifacts.ts';
import { block, line } from '../../text/sanitise.ts';
import { objectiveHref } from './hrefs.ts';

/** Longer text is a download. */
export const shownTextBytes = 64 * 1024;

const pictures = new Set<ArtifactView['type']>(['png', 'jpeg', 'gif', 'webp']);
export const isPicture = ({ type }: Pick<ArtifactView, 'type'>): boolean => pictures.has(type);
export const isShownText = ({ type, state, bytes }: ArtifactView): boolean =>
  state === 'kept' && type === 'text' && bytes !== null && bytes <= shownTextBytes;

/** @param texts  of those that are shown as text, by their number */
export function Artifacts({ view, texts }: { view: ArtifactsView; texts: ReadonlyMap<number, string> }) {
  const { objective, files, more } = view;
  return (
    <ul class="artifacts">
      {files.map((file) => (
        <li id={`artifact-${file.n}`}>
          <Artifact
            file={file}
            href={`${objectiveHref(objective)}/artifacts/${file.n}`}
            text={texts.get(file.n)}
          />
        </li>
      ))}
      {more > 0 && <li class="quiet small">… and {more} more names, not looked for.</li>}
    </ul>
  );
}

function Artifact({ file, href, text }: { file: ArtifactView; href: string; text: string | undefined }) {
  const name = line(file.path) || '(no name)';
  return (
    <figure class="letter foreign">
      <figcaption>
        <strong>{name}</strong> <span class="figure">{artifactNote(file)}</span>{' '}
        {file.why !== null && (
          <>
            <span class="state warn">{file.state === 'removed' ? 'removed' : 'not kept'}</span>{' '}
            {artifactReasons[file.why]}
          </>
        )}
        {file.state === 'kept' && file.type === 'text' && !isShownText(file) && 'Too long to be shown.'}
        {file.state === 'kept' && (
          <a class="save" href={href} download aria-label={`Download ${name}`}>
            Download
          </a>
        )}
      </figcaption>
      {file.state === 'kept' && isPicture(file) && (
        <a class="picture" href={href}>
          <img src={href} alt={`${name}, whole`} loading="lazy" />
        </a>
      )}
      {text !== undefined && <pre tabindex={0}>{block(text) || '(empty)'}</pre>}
    </figure>
  );
}
