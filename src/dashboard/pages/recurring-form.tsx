// The form that lets work come again, or changes what does.
import type { RecurringView } from '../../contract/recurring.ts';
import type { Said } from '../act.ts';
import type { Frame } from '../frame.ts';
import { Hidden, RefusedIn } from './note.tsx';

/** Times that people ask for, as cron. */
const examples = {
  '0 9 * * 1-5': 'at 9 on weekdays',
  '0 6 * * *': 'at 6 every day',
  '0 9 * * 1': 'at 9 on Mondays',
  '0 9 1 * *': 'at 9 on the first of a month',
  '0 * * * *': 'every hour',
};

/** @param props.one  what is changed; null: a new one */
export function RecurringForm({ frame, one }: { frame: Frame; one: RecurringView | null }) {
  const mine = refusedOf(frame, one);
  const typed = { ...(one && fieldsOf(one)), ...mine };
  const id = (field: string) => `${one?.name ?? 'new'}-${field}`;
  const startable = frame.status.products.filter(({ overstory }) => overstory).map(({ name }) => name);
  // Its own stands there whatever became of it, or another would be chosen unseen.
  const offered = one && !startable.includes(one.product) ? [one.product, ...startable] : startable;
  if (offered.length === 0) return <p class="empty">There is no product that could be worked on.</p>;
  return (
    <form method="post" action={frame.path} class="card answer" id={id('form')} data-keep-while-open>
      {mine && <RefusedIn frame={frame} of={['every']} />}
      {one ? (
        <Hidden said={{ name: one.name, replace: 'true' }} />
      ) : (
        <>
          <label for={id('name')}>Name</label>
          <input
            id={id('name')}
            name="name"
            value={typed.name ?? ''}
            maxlength={41}
            autocomplete="off"
            placeholder="left out: made from the product’s"
          />
        </>
      )}
      <label for={id('product')}>Product</label>
      <select id={id('product')} name="product">
        {offered.map((name) => (
          <option selected={name === typed.product}>{name}</option>
        ))}
      </select>
      <label for={id('text')}>What should be done</label>
      <textarea id={id('text')} name="text" rows={3} required maxlength={16_384}>
        {typed.text ?? ''}
      </textarea>
      <label for={id('every')}>When</label>
      <input
        id={id('every')}
        name="every"
        value={typed.every ?? ''}
        required
        maxlength={200}
        autocomplete="off"
        list={id('examples')}
        placeholder="0 9 * * 1-5"
        aria-describedby={id('help')}
      />
      <datalist id={id('examples')}>
        {Object.entries(examples).map(([cron, says]) => (
          <option value={cron}>{says}</option>
        ))}
      </datalist>
      <p id={id('help')} class="quiet small">
        Minute, hour, day of month, month, day of week: <code>0 9 * * 1-5</code> is at 9 on weekdays.
      </p>
      <label for={id('zone')}>Time zone</label>
      <input
        id={id('zone')}
        name="timeZone"
        value={typed.timeZone ?? 'UTC'}
        maxlength={100}
        autocomplete="off"
        {...(one === null && !mine && { 'data-zone': '' })}
      />
      <label for={id('missed')}>Runs missed while nobody was there</label>
      <select id={id('missed')} name="missed">
        <option value="once">are made up for once</option>
        <option value="skip" selected={typed.missed === 'skip'}>
          are not made up for
        </option>
      </select>
      <label for={id('acceptance')}>It is done when</label>
      <input
        id={id('acceptance')}
        name="acceptance"
        value={typed.acceptance ?? ''}
        maxlength={16_384}
        autocomplete="off"
      />
      <p class="verdicts">
        <button type="submit" name="act" value="every" class="main">
          {one ? `Change ${one.name}` : 'Let it recur'}
        </button>
      </p>
    </form>
  );
}

/** What was typed into this very form, when it was not taken. */
function refusedOf({ refused }: Frame, one: RecurringView | null): Said | null {
  if (refused?.said.act !== 'every') return null;
  const changing = refused.said.replace === 'true' ? refused.said.name : null;
  return changing === (one?.name ?? null) ? refused.said : null;
}

const fieldsOf = ({ product, every, timeZone, missed, objective, acceptance }: RecurringView): Said => ({
  product,
  every,
  timeZone,
  missed,
  text: objective,
  acceptance: acceptance ?? '',
});
