// What workers reported at the end of their work, tests included: their words, with who said them and when.
import type { WorkerReport } from '../../contract/objectives.ts';
import { block, line } from '../../text/sanitise.ts';
import { Ago } from './parts.tsx';

/** Newest of them; the others are in their count. */
const shown = 50;

export function Reports({ reports, now }: { reports: WorkerReport[]; now: string }) {
  if (reports.length === 0) return null;
  return (
    <section aria-labelledby="reports">
      <h2 id="reports">What its workers reported</h2>
      <p class="quiet small">
        Whether tests passed is what they say: overstory keeps no result of them
        {reports.length > shown ? `. The last ${shown} of ${reports.length}.` : '.'}
      </p>
      <ul class="threads">
        {reports.slice(-shown).map(({ agent, type, subject, text, at }) => (
          <li>
            <figure class="letter foreign">
              <figcaption>
                <strong>{line(agent)}</strong>, {line(type)},{' '}
                {Number.isNaN(Date.parse(at)) ? 'at an unknown time' : <Ago at={at} now={now} />}
                <span class="subject">{line(subject)}</span>
              </figcaption>
              <pre tabindex={0}>{block(text) || '(no text)'}</pre>
            </figure>
          </li>
        ))}
      </ul>
    </section>
  );
}
