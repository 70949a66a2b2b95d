// What became of what a human did, and the button that takes it back; what was not taken, beside its form.
import { line } from '../../text/sanitise.ts';
import type { Said } from '../act.ts';
import type { Frame } from '../frame.ts';
import { Alarm } from './alarm.tsx';

export function NoteOf({ frame: { note, path } }: { frame: Frame }) {
  if (note === null) return null;
  return (
    <section class="note" id="note" aria-label="What you did" role="status">
      <p>{note.href ? <a href={note.href}>{line(note.text)}</a> : line(note.text)}</p>
      {note.undo && (
        <form method="post" action={path}>
          <Hidden said={note.undo} />
          <button type="submit">Undo</button>
        </form>
      )}
      <a class="quiet" href={path} aria-label="Close this note">
        Close
      </a>
    </section>
  );
}

export function Hidden({ said }: { said: Said }) {
  return (
    <>
      {Object.entries(said).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
    </>
  );
}

/**
 * Stays until the human goes on, whatever is drawn anew around it.
 * @param of  the acts of the form that it stands beside
 */
export function RefusedIn({ frame: { refused }, of }: { frame: Frame; of: string[] }) {
  if (refused === null || !of.includes(refused.said.act ?? '')) return null;
  return (
    <div id="refused" data-stays>
      <Alarm title="This was not done" error={refused.error} />
    </div>
  );
}

/** What was typed into a form that was refused. */
export const typedIn = ({ refused }: Frame, acts: string[], name: string): string =>
  refused && acts.includes(refused.said.act ?? '') ? (refused.said[name] ?? '') : '';
