// A human's word on an objective's work.
import type { ObjectiveView } from '../../contract/objectives.ts';
import { verdictWords } from '../../text/judged.ts';
import { line } from '../../text/sanitise.ts';
import type { Frame } from '../frame.ts';
import { RefusedIn, typedIn } from './note.tsx';
import { Ago, ObjectiveLink } from './parts.tsx';

const acts = ['accept', 'rework', 'revert'];

/** What a human said of it, and the form in which they say it. */
export function Judge({ frame, objective }: { frame: Frame; objective: ObjectiveView }) {
  const { judged, state } = objective;
  return (
    <form method="post" action={frame.path} class="card answer" id="judge" data-keep-while-open>
      <h2>Your word on it</h2>
      <RefusedIn frame={frame} of={acts} />
      {judged && (
        <p>
          <span class="state dim">{verdictWords[judged.verdict]}</span> by {line(judged.by)}{' '}
          <Ago at={judged.at} now={frame.status.at} />. {line(judged.says)}{' '}
          {judged.next && <ObjectiveLink id={judged.next} />}
        </p>
      )}
      <label for="text">What is wrong with it</label>
      <textarea id="text" name="text" rows={3} aria-describedby="text-help">
        {typedIn(frame, acts, 'text')}
      </textarea>
      <p id="text-help" class="quiet small">
        Needed to send it back. Taking it back is a commit on top, refused where later work builds on it.
      </p>
      <p class="verdicts">
        {state === 'done' && (
          <button type="submit" name="act" value="accept" class="main">
            Accept
          </button>
        )}
        <button type="submit" name="act" value="rework">
          Send back
        </button>
        {state !== 'running' && state !== 'starting' && (
          <button type="submit" name="act" value="revert" class="danger">
            Revert
          </button>
        )}
      </p>
    </form>
  );
}
