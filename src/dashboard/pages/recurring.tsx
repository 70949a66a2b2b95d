// Work that comes again: when next, what came of it, and the buttons that pause, run, change and end it.
import { count } from '../../common/units.ts';
import type { RecurringView } from '../../contract/recurring.ts';
import { block, line } from '../../text/sanitise.ts';
import type { Frame } from '../frame.ts';
import { Confirm } from './confirm.tsx';
import { productHref } from './hrefs.ts';
import { Page } from './layout.tsx';
import { Hidden, RefusedIn } from './note.tsx';
import { Ago, ObjectiveLink, When } from './parts.tsx';
import { RecurringForm } from './recurring-form.tsx';

const buttons = ['pause-recurring', 'resume-recurring', 'run-recurring', 'delete-recurring'];

export function RecurringPage({ frame, all }: { frame: Frame; all: RecurringView[] }) {
  const paused = all.filter((one) => one.paused).length;
  const summary =
    all.length === 0
      ? 'Nothing recurs'
      : `${count(all.length, 'objective')} ${all.length === 1 ? 'recurs' : 'recur'}${paused > 0 ? `, ${paused} paused` : ''}`;
  const { act, replace } = frame.refused?.said ?? {};
  const adding = act === 'every' && replace !== 'true';
  return (
    <Page title="Recurring work" trail={[{ text: 'Recurring work' }]} frame={frame} summary={summary}>
      <h1>{summary}</h1>
      <p class="quiet">Each run is an ordinary objective: same queue, same budgets.</p>
      <RefusedIn frame={frame} of={buttons} />
      <ul class="rows">
        {all.map((one) => (
          <Recurring one={one} frame={frame} />
        ))}
      </ul>
      <details class="begin" id="add" open={adding}>
        <summary class="button">Set up recurring work</summary>
        <RecurringForm frame={frame} one={null} />
      </details>
    </Page>
  );
}

function Recurring({ one, frame }: { one: RecurringView; frame: Frame }) {
  const { name, product, from } = one;
  const now = frame.status.at;
  const said = (act: string) => ({ act: `${act}-recurring`, name });
  return (
    <li class="row" id={`recurring-${name}`}>
      <span class={`state ${one.paused ? 'warn' : 'good'}`}>{one.paused ? 'paused' : 'on'}</span>
      <div class="said">
        <p>
          <span class="title">{name}</span>,{' '}
          <a class="ref" href={productHref(product)}>
            {product}
          </a>
        </p>
        <pre class="text">{block(one.objective)}</pre>
        {one.acceptance && <p class="quiet">Done when: {line(one.acceptance)}</p>}
        <p class="quiet">
          <code>{line(one.every)}</code> ({line(one.timeZone)})
          {one.paused ? (
            <>
              , paused <Ago at={one.paused} now={now} />
            </>
          ) : (
            one.next.map((at, i) => (
              <>
                {i === 0 ? ', next ' : ', '}
                <When at={at} />
              </>
            ))
          )}
        </p>
        <p class="quiet">
          {count(one.runs, 'run')} so far
          {one.lastObjective && (
            <>
              , the last <ObjectiveLink id={one.lastObjective} />
            </>
          )}
          {one.skipped > 0 && `, ${one.skipped} skipped`}
          {one.missedRuns > 0 &&
            `, ${one.missedRuns} missed (${one.missed === 'once' ? 'made up for once' : 'not made up for'})`}
        </p>
        <div class="acts">
          <form method="post" action={frame.path}>
            <Hidden said={said('run')} />
            <button type="submit" aria-label={`Run now: ${name}`}>
              Run now
            </button>
          </form>
          <form method="post" action={frame.path}>
            <Hidden said={said(one.paused ? 'resume' : 'pause')} />
            <button type="submit" aria-label={`${one.paused ? 'Resume' : 'Pause'} ${name}`}>
              {one.paused ? 'Resume' : 'Pause'}
            </button>
          </form>
          {from === 'chat' && (
            <Confirm
              id={`end-${name}`}
              path={frame.path}
              said={said('delete')}
              title={`End ${name}`}
              open="End"
              go="End it"
              danger
            >
              <p>
                {name} on {product} does not recur any more. What it has started goes on.
              </p>
            </Confirm>
          )}
        </div>
        {from === 'chat' ? (
          <Change one={one} frame={frame} />
        ) : (
          <p class="quiet small hint">It stands in products.yaml: change it or take it out there.</p>
        )}
      </div>
    </li>
  );
}

function Change({ one, frame }: { one: RecurringView; frame: Frame }) {
  const { act, replace, name } = frame.refused?.said ?? {};
  const refused = act === 'every' && replace === 'true' && name === one.name;
  return (
    <details class="more" id={`change-${one.name}`} open={refused}>
      <summary>Change {one.name}</summary>
      <RecurringForm frame={frame} one={one} />
    </details>
  );
}
