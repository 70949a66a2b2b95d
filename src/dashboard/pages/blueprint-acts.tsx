// What a human does with a blueprint: writes or changes its text, sees what that would change, applies it, tries it
// again, forgets it.
import type { BlueprintReply, BlueprintView } from '../../contract/blueprints.ts';
import { marks } from '../../text/blueprint.ts';
import { line } from '../../text/sanitise.ts';
import type { Frame } from '../frame.ts';
import { Confirm } from './confirm.tsx';
import { Hidden, RefusedIn, typedIn } from './note.tsx';

/** A text that was looked at before it is applied. */
export interface Tried {
  yaml: string;
  reply: BlueprintReply;
}

const written = ['look-blueprint', 'apply-blueprint'];
/** As fleetd takes one. */
const maxCharacters = 262_144;

/** Of one that was applied: try again, forget. Of a draft: apply. */
export function BlueprintActs({ frame, view }: { frame: Frame; view: BlueprintView }) {
  const { name, draft, steps } = view;
  const having = (...states: string[]) => steps.filter(({ state }) => states.includes(state)).length;
  const ended = having('failed', 'cancelled');
  const waiting = having('queued');
  const working = having('starting', 'running');
  return (
    <div class="acts" id="acts">
      {draft !== null && (
        <form method="post" action={frame.path}>
          <Hidden said={{ act: 'apply-blueprint', draft: String(draft) }} />
          <button type="submit" class="main">
            Apply it
          </button>
        </form>
      )}
      {draft === null && ended > 0 && (
        <form method="post" action={frame.path}>
          <Hidden said={{ act: 'retry-blueprint', blueprint: name }} />
          <button type="submit" class="main">
            Try {ended} again
          </button>
        </form>
      )}
      {draft === null && (
        <Confirm
          id="forget"
          path={frame.path}
          said={{ act: 'delete-blueprint', blueprint: name }}
          title={`Forget ${name}`}
          open="Forget"
          go="Forget it"
          danger
        >
          <p>
            {waiting > 0 ? `${waiting} of its steps wait and are cancelled.` : 'None of its steps waits.'}
            {working > 0 && ` ${working} at work go on, unless you stop them too.`} What is done stays done.
          </p>
          {working > 0 && (
            <label class="check">
              <input type="checkbox" name="stop" value="true" /> Stop what is at work
            </label>
          )}
        </Confirm>
      )}
      <RefusedIn frame={frame} of={['retry-blueprint', 'delete-blueprint']} />
    </div>
  );
}

/** A new one, beside those that there are. */
export function WriteBlueprint({ frame, tried }: { frame: Frame; tried: Tried | null }) {
  const names = frame.status.products.filter(({ overstory }) => overstory).map(({ name }) => name);
  const refused = written.includes(frame.refused?.said.act ?? '');
  return (
    <details class="begin" id="write" open={refused || tried !== null}>
      <summary class="button">Write a blueprint</summary>
      <TextForm frame={frame} tried={tried} yaml={exampleOf(names)} />
    </details>
  );
}

/** The text of one that was applied or drafted, to be changed. */
export function ChangeBlueprint(props: { frame: Frame; view: BlueprintView; tried: Tried | null }) {
  const { frame, view, tried } = props;
  if (view.yaml === undefined) return null;
  const refused = written.includes(frame.refused?.said.act ?? '') && !frame.refused?.said.draft;
  return (
    <>
      {!refused && <RefusedIn frame={frame} of={written} />}
      <details class="more" id="change" open={refused || tried !== null}>
        <summary>Change it</summary>
        <TextForm frame={frame} tried={tried} yaml={view.yaml} />
      </details>
    </>
  );
}

function TextForm({ frame, tried, yaml }: { frame: Frame; tried: Tried | null; yaml: string }) {
  return (
    <form method="post" action={frame.path} class="card answer" id="text" data-keep-while-open>
      <RefusedIn frame={frame} of={written} />
      <label for="yaml">Its steps, as YAML</label>
      <textarea
        id="yaml"
        name="yaml"
        class="code"
        rows={14}
        required
        maxlength={maxCharacters}
        spellcheck={false}
        aria-describedby="yaml-help"
      >
        {tried?.yaml || typedIn(frame, written, 'yaml') || yaml}
      </textarea>
      <p id="yaml-help" class="quiet small">
        A step runs when the steps that it <code>needs</code> are done. Applied again, only what differs
        changes.
      </p>
      {tried && <Changes reply={tried.reply} />}
      <p class="verdicts">
        <button type="submit" name="act" value="look-blueprint">
          What would it change?
        </button>
        <button type="submit" name="act" value="apply-blueprint" class="main">
          Apply
        </button>
      </p>
    </form>
  );
}

/** What applying it would change. */
export function Changes({ reply: { changes, cautions = [] } }: { reply: BlueprintReply }) {
  return (
    <section aria-labelledby="changes-title" id="would">
      <h2 id="changes-title">Applying it would change</h2>
      {changes.every(({ action }) => action === 'keep') ? (
        <p class="quiet">Nothing: it is applied as it stands.</p>
      ) : (
        <ul class="rows">
          {changes.map(({ step, action, why }) => (
            <li class="row">
              <span class={`state ${marks[action].tone}`}>{marks[action].mark}</span>
              <p class="said">
                <span class="title">{line(step)}</span> {line(why)}
              </p>
            </li>
          ))}
        </ul>
      )}
      {cautions.map(({ product, says }) => (
        <p class="quiet">
          Before {line(product)} begins: {line(says)}
        </p>
      ))}
    </section>
  );
}

/** Of products that there are, to begin with. */
function exampleOf([first = 'product-a', second = first]: string[]): string {
  return `blueprint: release
steps:
  - name: ship
    product: ${first}
    objective: Ship the auth feature
  - name: announce
    product: ${second}
    objective: Announce it
    needs: [ship]
`;
}
