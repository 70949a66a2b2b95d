// The open questions of a human, each with the way to its answer.
import type { GateView } from '../../contract/gates.ts';
import { line } from '../../text/sanitise.ts';
import { gateHref } from './hrefs.ts';
import { Ago } from './parts.tsx';

/** @param ofOne they are all of the product whose page this is: it is not named again */
export function NeedsYou({ gates, now, ofOne = false }: { gates: GateView[]; now: string; ofOne?: boolean }) {
  return (
    <section aria-labelledby="needs-you">
      <h2 id="needs-you">Needs you</h2>
      <ul class="rows calls">
        {gates.map((gate) => (
          <li class="row needs" id={`gate-${gate.n}`}>
            <span
              class={`state ${['plan', 'question', 'decision', 'budget'].includes(gate.kind) ? 'warn' : 'bad'}`}
            >
              {gate.kind}
            </span>
            <div class="said">
              <a class="title" href={gateHref(gate.n)}>
                Gate {gate.n}: {line(gate.subject)}
              </a>
              <p class="quiet">
                {!ofOne && `${gate.product ?? 'the whole fleet'}, `}asked by {line(gate.asker)}{' '}
                <Ago at={gate.askedAt} now={now} />
              </p>
            </div>
            <a class="button" href={gateHref(gate.n)} aria-label={`Answer gate ${gate.n}`}>
              Answer
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
