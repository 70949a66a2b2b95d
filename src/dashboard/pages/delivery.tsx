// The issue that an objective was made of, where its work went, and what CI and reviewers say of it there.
import type { DeliveryView, IssueView } from '../../contract/objectives.ts';
import { checksNote, hasFailed, whereOf } from '../../text/pull-request.ts';
import { block, line } from '../../text/sanitise.ts';
import { Ago } from './parts.tsx';

export function Delivery({ delivery, now }: { delivery: DeliveryView; now: string }) {
  const { says, url, request } = delivery;
  return (
    <section class="card" aria-labelledby="delivery">
      <h2 id="delivery">Delivery</h2>
      <p>{line(says)}</p>
      {url && /^https?:/i.test(url) && (
        <p>
          <a href={url} rel="noreferrer">
            {line(url)}
          </a>
        </p>
      )}
      {request && (
        <>
          <p>
            <span class={`state ${hasFailed(request) ? 'bad' : 'dim'}`}>{request.state}</span>{' '}
            {checksNote({ line }, request.checks) ?? 'No checks.'}
          </p>
          {request.unseen && <p class="quiet">Not looked at: {line(request.unseen)}</p>}
          {request.remarks.map((remark) => (
            <figure class="letter foreign">
              <figcaption>
                {whereOf(remark)}, a reviewer, <Ago at={remark.at} now={now} />
              </figcaption>
              <pre tabindex={0}>{block(remark.text)}</pre>
            </figure>
          ))}
        </>
      )}
    </section>
  );
}

export function FromIssue({ issue }: { issue: IssueView }) {
  const { number, url, state, comment } = issue;
  return (
    <p class="quiet">
      Of{' '}
      {/^https?:/i.test(url) ? (
        <a href={url} rel="noreferrer">
          issue {number}
        </a>
      ) : (
        `issue ${number}`
      )}
      {state !== 'open' && `, which is ${state}`}
      {comment && `. ${line(comment.says)}`}
    </p>
  );
}
