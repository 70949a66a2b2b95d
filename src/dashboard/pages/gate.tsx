// One gate: what is asked, by whom, and the form in which a human answers.

import type { Child } from 'hono/jsx';
import { capitalised } from '../../common/units.ts';
import type { GateView } from '../../contract/gates.ts';
import { block, line } from '../../text/sanitise.ts';
import type { Frame } from '../frame.ts';
import { Alarm } from './alarm.tsx';
import { productHref } from './hrefs.ts';
import { Page } from './layout.tsx';
import { Ago, ObjectiveLink } from './parts.tsx';

export function GatePage({ gate, frame }: { gate: GateView; frame: Frame }) {
  const { status } = frame;
  const title = `Gate ${gate.n}`;
  const refused = frame.refused && <Alarm title="Your answer was not taken" error={frame.refused.error} />;
  return (
    <Page
      title={`${title}: ${gate.state}`}
      trail={[
        ...(gate.product ? [{ text: gate.product, href: productHref(gate.product) }] : []),
        { text: title },
      ]}
      frame={frame}
      summary={`${title} is ${gate.state}`}
    >
      <div class="narrow">
        <p class="over">
          <span class={`state ${gate.state === 'open' ? 'warn' : 'dim'}`}>{gate.state}</span> {gate.kind}
          {gate.severity === 'critical' && ', critical'}
        </p>
        <h1>{line(gate.subject)}</h1>
        <p class="quiet">
          {gate.product ?? 'The whole fleet'}
          {gate.objective && (
            <>
              , <ObjectiveLink id={gate.objective} />
            </>
          )}
          , asked by {line(gate.asker)} <Ago at={gate.askedAt} now={status.at} />
          {gate.deadline && `; to be answered by ${line(gate.deadline)}`}
        </p>
        <figure class="letter foreign">
          <figcaption>
            {gate.asker === 'fleetd' ? 'From fleetd' : `Written by ${line(gate.asker)}, an agent`}
          </figcaption>
          <pre tabindex={0}>{block(gate.text) || '(no text)'}</pre>
        </figure>
        {gate.cautions?.map((caution) => (
          <p class="quiet">Known before it began: {line(caution)}</p>
        ))}
        {gate.state === 'open' ? (
          <AnswerForm gate={gate} typed={frame.refused?.said.text ?? ''} refused={refused} />
        ) : (
          <>
            {refused}
            <Outcome gate={gate} now={status.at} />
          </>
        )}
      </div>
    </Page>
  );
}

/** @param refused  stays with what was typed, whatever is drawn anew around it */
function AnswerForm({ gate, typed, refused }: { gate: GateView; typed: string; refused: Child }) {
  return (
    <form method="post" class="card answer" id="answer" data-keep-while-open>
      <h2>Your answer</h2>
      {refused}
      {gate.options.length > 0 && (
        <fieldset>
          <legend>It offers</legend>
          {gate.options.map((option) => (
            <button type="submit" name="option" value={option} class="option">
              {line(option)}
            </button>
          ))}
        </fieldset>
      )}
      <label for="text">In your words</label>
      <textarea id="text" name="text" rows={4} aria-describedby="text-help">
        {typed}
      </textarea>
      <p id="text-help" class="quiet small">
        {gate.kind === 'checks'
          ? 'Approve sends it back, with your words where you add some; reject leaves it as it is.'
          : gate.kind === 'review'
            ? 'Needed to reject: what is wrong with it. Whoever takes it up is handed it.'
            : `Needed to reject or answer. It goes to ${line(gate.asker)} as you write it.`}
      </p>
      <p class="verdicts">
        <button type="submit" name="verdict" value="approved" class="main">
          Approve
        </button>
        {gate.kind !== 'review' && gate.kind !== 'checks' && (
          <button type="submit" name="verdict" value="answered">
            Answer
          </button>
        )}
        <button type="submit" name="verdict" value="rejected" class="danger">
          Reject
        </button>
      </p>
    </form>
  );
}

const deliveries = {
  pending: 'The answer is on its way.',
  sent: 'The answer was sent and is not heard yet.',
  read: 'The answer was heard.',
  lost: 'Nobody is left to hear the answer: its session is over.',
};

function Outcome({ gate, now }: { gate: GateView; now: string }) {
  return (
    <section class="card" id="outcome">
      <h2>{gate.state === 'withdrawn' ? 'Withdrawn' : capitalised(gate.state)}</h2>
      {gate.withdrawn && <p>{line(gate.withdrawn)}</p>}
      {gate.resolution && (
        <>
          <p class="quiet">
            by {line(gate.resolution.by)} ({line(gate.resolution.via)}){' '}
            <Ago at={gate.resolution.at} now={now} />
          </p>
          {gate.resolution.text && <pre tabindex={0}>{block(gate.resolution.text)}</pre>}
        </>
      )}
      {gate.delivery && <p>{deliveries[gate.delivery]}</p>}
    </section>
  );
}
