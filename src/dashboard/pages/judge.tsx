// A human's word on an objective's work.
import type { Child } from 'hono/jsx';
import type { ObjectiveView } from '../../contract/objectives.ts';
import { verdictWords } from '../../text/judged.ts';
import { line } from '../../text/sanitise.ts';
import { Ago, ObjectiveLink } from './parts.tsx';

/**
 * What a human said of it, and the form in which they say it.
 * @param props.refused  stays with what was typed, whatever is drawn anew around it
 */
export function Judge(props: { objective: ObjectiveView; typed: string; refused: Child; now: string }) {
  const { objective, typed, refused, now } = props;
  const { judged, state } = objective;
  return (
    <form method="post" class="card answer" id="judge" data-keep-while-open>
      <h2>Your word on it</h2>
      {refused}
      {judged && (
        <p>
          <span class="state dim">{verdictWords[judged.verdict]}</span> by {line(judged.by)}{' '}
          <Ago at={judged.at} now={now} />. {line(judged.says)}{' '}
          {judged.next && <ObjectiveLink id={judged.next} />}
        </p>
      )}
      <label for="text">What is wrong with it</label>
      <textarea id="text" name="text" rows={3} aria-describedby="text-help">
        {typed}
      </textarea>
      <p id="text-help" class="quiet small">
        Needed to send it back. Taking it back is a commit on top, refused where later work builds on it.
      </p>
      <p class="verdicts">
        {state === 'done' && (
          <button type="submit" name="verdict" value="accept" class="main">
            Accept
          </button>
        )}
        <button type="submit" name="verdict" value="rework">
          Send back
        </button>
        {state !== 'running' && state !== 'starting' && (
          <button type="submit" name="verdict" value="revert" class="danger">
            Revert
          </button>
        )}
      </p>
    </form>
  );
}
