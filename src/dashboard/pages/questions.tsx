// What was asked about an objective, and what was answered.
import type { GateView } from '../../contract/gates.ts';
import { block, line } from '../../text/sanitise.ts';
import { gateHref } from './hrefs.ts';
import { Ago } from './parts.tsx';

/** Its plan and what else was asked, with the answers. */
export function Questions({ gates, now }: { gates: GateView[]; now: string }) {
  if (gates.length === 0) return null;
  return (
    <section aria-labelledby="gates">
      <h2 id="gates">Questions and answers</h2>
      <ul class="threads">
        {gates.map((gate) => (
          <li id={`gate-${gate.n}`}>
            <details class="card thread" open={gate.state === 'open' || gate.kind === 'plan'}>
              <summary>
                <span class="title">
                  {gate.kind === 'plan' ? 'Plan: ' : ''}
                  {line(gate.subject)}
                </span>
                <span class={`state ${gate.state === 'open' ? 'warn' : 'dim'}`}>{gate.state}</span>
                <span class="quiet when">
                  <Ago at={gate.askedAt} now={now} />
                </span>
              </summary>
              <figure class="letter foreign">
                <figcaption>
                  {gate.asker === 'fleetd' ? 'From fleetd' : `Written by ${line(gate.asker)}, an agent`},{' '}
                  <a href={gateHref(gate.n)}>gate {gate.n}</a>
                </figcaption>
                <pre tabindex={0}>{block(gate.text) || '(no text)'}</pre>
              </figure>
              {gate.resolution && (
                <figure class="letter ours">
                  <figcaption>
                    {gate.state} by {line(gate.resolution.by)} <Ago at={gate.resolution.at} now={now} />
                  </figcaption>
                  <pre tabindex={0}>{block(gate.resolution.text) || '(without a word)'}</pre>
                </figure>
              )}
            </details>
          </li>
        ))}
      </ul>
    </section>
  );
}
