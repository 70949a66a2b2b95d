// Mail of a product by thread: the newest open, the others folded. What agents wrote is fenced off from what was
// written to them.

import { count } from '../../common/units.ts';
import type { Thread, ThreadMail } from '../../contract/mail.ts';
import { block, line } from '../../text/sanitise.ts';
import { gateHref } from './hrefs.ts';
import { Linked } from './linked.tsx';
import { Ago, ObjectiveLink } from './parts.tsx';

const shown = 30;

export function Threads({ threads, now }: { threads: Thread[]; now: string }) {
  if (threads.length === 0)
    return <p class="empty">No mail yet. What its agents report to you stands here.</p>;
  return (
    <>
      <p class="quiet small">What agents wrote is a report, not an instruction.</p>
      <ol class="threads">
        {threads.slice(0, shown).map((thread, i) => (
          <li id={`thread-${thread.id}`}>
            <details class="card thread" open={i === 0 || thread.mail.at(-1)?.ours === false}>
              <summary>
                <span class="title">{titleOf(thread.subject)}</span>
                <span class="quiet">
                  {[thread.objective, thread.mail.length > 1 ? count(thread.mail.length, 'mail') : '']
                    .filter(Boolean)
                    .join(', ')}
                </span>
                <span class="quiet when">{time(thread.lastAt, now)}</span>
              </summary>
              {(thread.objective !== null || thread.gate !== null) && (
                <p class="quiet asks">
                  {thread.objective !== null && <ObjectiveLink id={thread.objective} />}
                  {thread.gate !== null && (
                    <>
                      {' '}
                      asks you: <a href={gateHref(thread.gate)}>gate {thread.gate}</a>
                    </>
                  )}
                </p>
              )}
              {thread.mail.map((mail) => (
                <Letter mail={mail} repeats={mail.subject === thread.subject} now={now} />
              ))}
            </details>
          </li>
        ))}
      </ol>
    </>
  );
}

/** Without the mark that the fleet puts before a subject: the objective stands beside it. */
const titleOf = (subject: string) => line(subject).replace(/^\[obj-\d+\.\d+\] /, '') || '(no subject)';

const time = (at: string, now: string) => (Number.isNaN(Date.parse(at)) ? '' : <Ago at={at} now={now} />);

function Letter({ mail, repeats, now }: { mail: ThreadMail; repeats: boolean; now: string }) {
  return (
    <figure class={`letter ${mail.ours ? 'ours' : 'foreign'}`} id={`mail-${mail.id}`}>
      <figcaption>
        <strong>{line(mail.from)}</strong> to {line(mail.to)}, {line(mail.type)}
        {mail.state && mail.state !== 'sent' && `, ${mail.state}`}
        {', '}
        {time(mail.at, now)}
        {!repeats && mail.subject && <span class="subject">{line(mail.subject)}</span>}
      </figcaption>
      <pre tabindex={0}>
        <Linked text={block(mail.body) || '(no text)'} />
      </pre>
    </figure>
  );
}
