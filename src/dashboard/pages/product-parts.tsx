// What stands beside a product's work: what it made, what it uses, what it left behind, what is over.
import { bytes, cores, duration } from '../../common/units.ts';
import type { ObjectiveView, Result } from '../../contract/objectives.ts';
import type { ProductView } from '../../contract/products.ts';
import { intakeNote } from '../../text/product.ts';
import { block, line } from '../../text/sanitise.ts';
import { spendText } from '../../text/spend.ts';
import { objectiveHref } from './hrefs.ts';
import { Linked } from './linked.tsx';
import { Ago, FactList, ObjectiveLink, ObjectiveState, why } from './parts.tsx';

/** What a human wants to know of a product that rests: what was made, and where it is. */
export function Last({ last: { objective, result }, now }: { last: Result; now: string }) {
  return (
    <article class="card made" id="made">
      <p class="over">
        Made last: <ObjectiveState objective={objective} /> <ObjectiveLink id={objective.id} />{' '}
        {objective.endedAt && <Ago at={objective.endedAt} now={now} />}
      </p>
      <p>{line(objective.text).slice(0, 300)}</p>
      {result && <pre class="text">{block(result)}</pre>}
      <p>
        {objective.delivery && (
          <>
            <Linked text={line(objective.delivery.says)} />{' '}
          </>
        )}
        <a href={`${objectiveHref(objective.id)}#changes`}>What it changed</a>
      </p>
    </article>
  );
}

export function Facts({ product }: { product: ProductView }) {
  const { footprint } = product;
  const uses = [
    footprint?.memoryBytes ? bytes(footprint.memoryBytes) : '',
    typeof footprint?.cpuCores === 'number' ? cores(footprint.cpuCores) : '',
  ].filter(Boolean);
  const facts: [string, string][] = [
    ['Uses', uses.join(', ')],
    ['Disk', product.diskBytes === undefined ? '' : bytes(product.diskBytes)],
    ['Cost', product.spend ? spendText(product.spend) : ''],
    ['Seen', seenText(product.ageMs)],
    ['Plans', product.planApproval === 'required' ? 'need your approval' : ''],
    ['Work', product.review === 'required' ? 'needs your approval' : ''],
    ['Issues', product.intake ? intakeNote(product.intake, line) : ''],
    ['Unread mail', product.unreadMail > 0 ? String(product.unreadMail) : ''],
    ['Reports to', product.channels.map((channel) => line(channel)).join(', ')],
    ['Sessions', product.overstory ? '' : 'none: overstory is off for it'],
  ];
  return (
    <section class="card" aria-labelledby="facts">
      <h2 id="facts">Now</h2>
      <FactList facts={facts} />
    </section>
  );
}

const seenText = (ageMs: number | null): string =>
  ageMs === null ? 'not since fleetd started' : ageMs < 1_000 ? 'now' : `${duration(ageMs)} ago`;

/** Worktrees that no session works in: what was left when one stopped. */
export function Parked({ branches }: { branches: string[] }) {
  if (branches.length === 0) return null;
  return (
    <section class="card" aria-labelledby="parked">
      <h2 id="parked">Parked branches</h2>
      <ul class="plain">
        {branches.map((branch) => (
          <li>
            <code>{line(branch)}</code>
          </li>
        ))}
      </ul>
      <p class="quiet small">Left by sessions that stopped; not merged by the fleet.</p>
    </section>
  );
}

export function History({ objectives, now }: { objectives: ObjectiveView[]; now: string }) {
  if (objectives.length === 0) return <p class="quiet">Nothing is over yet.</p>;
  return (
    <ol class="events">
      {objectives.map((objective) => (
        <li id={`over-${objective.id}`}>
          <span class="when">{objective.endedAt && <Ago at={objective.endedAt} now={now} brief />}</span>
          <span>
            <ObjectiveState objective={objective} /> <ObjectiveLink id={objective.id} />{' '}
            {line(objective.text)}
            {objective.startedAt && objective.endedAt && (
              <span class="quiet">
                , {duration(Date.parse(objective.endedAt) - Date.parse(objective.startedAt))}
              </span>
            )}
            {objective.state !== 'done' && why(objective) && (
              <span class="quiet">
                : <Linked text={why(objective) ?? ''} />
              </span>
            )}
          </span>
        </li>
      ))}
    </ol>
  );
}
