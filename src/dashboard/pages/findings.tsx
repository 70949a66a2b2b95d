// What the checks of `fleet doctor` found in the runtime, first what is wrong, and the buttons that have it looked at.
import type { Finding } from '../../contract/doctor.ts';
import { line } from '../../text/sanitise.ts';
import type { Checked } from '../checks.ts';
import { Alarm } from './alarm.tsx';
import { Confirm } from './confirm.tsx';
import { When } from './parts.tsx';

/** While it is looked at: whether it has been. */
const everyMs = 1_000;
const tones = { failed: 'bad', warning: 'warn', fixed: 'busy', ok: 'good' } as const;
const order = Object.keys(tones);

export function FindingList({ checked, path }: { checked: Checked; path: string }) {
  const { findings, at, looking, error } = checked;
  const sorted = (findings ?? []).toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
  const well = sorted.filter(({ state }) => state === 'ok');
  return (
    <section aria-labelledby="checks-title" id="checks" data-every={looking ? everyMs : undefined}>
      <h2 id="checks-title">Checks</h2>
      {error && <Alarm title="It could not be looked at" error={error} />}
      <p class="quiet" role="status">
        {looking ? 'Looking; this may take a minute …' : ''}
        {!looking && at && (
          <>
            Looked at <When at={at} />.
          </>
        )}
        {!looking && !at && (
          <>
            What <code>fleet doctor</code> finds wrong where sessions run, with its mend.
          </>
        )}
      </p>
      {sorted.length > well.length && (
        <ul class="rows">
          {sorted.slice(0, sorted.length - well.length).map((finding) => (
            <Found finding={finding} />
          ))}
        </ul>
      )}
      {findings !== null && sorted.length === well.length && <p class="empty">Nothing is wrong.</p>}
      {well.length > 0 && (
        <details class="folded" id="well">
          <summary>{well.length} in order</summary>
          <ul class="rows">
            {well.map((finding) => (
              <Found finding={finding} />
            ))}
          </ul>
        </details>
      )}
      {!looking && (
        <div class="acts">
          <form method="post" action={path}>
            <button type="submit" name="act" value="look" class="main">
              Look now
            </button>
          </form>
          <Confirm
            id="mend"
            path={path}
            said={{ act: 'mend' }}
            title="Look, and make the safe mends"
            open="Look and mend"
            go="Look and mend"
          >
            <p>
              Safe are a keeper session of tmux, a stale watchdog.pid, and that Claude Code trusts a root, as{' '}
              <code>fleet doctor --fix</code> makes them.
            </p>
          </Confirm>
        </div>
      )}
    </section>
  );
}

function Found({ finding: { check, product, state, says, mend } }: { finding: Finding }) {
  return (
    <li class="row">
      <span class={`state ${tones[state]}`}>{state}</span>
      <div class="said">
        <p>
          <span class="title">{line(product === null ? check : `${product}: ${check}`)}</span> {line(says)}
        </p>
        {mend && <p class="quiet">{line(mend)}</p>}
      </div>
    </li>
  );
}
