// Where one can go and what one can do, as a list of links: a product's acts open their dialogs on its page.
import type { ObjectiveView } from '../../contract/objectives.ts';
import type { ProductView } from '../../contract/products.ts';
import { line } from '../../text/sanitise.ts';
import type { Frame } from '../frame.ts';
import { gateHref, objectiveHref, productHref, screenHref } from './hrefs.ts';
import { Page } from './layout.tsx';

interface Place {
  text: string;
  href: string;
}

export function GoPage({ frame, over, words }: { frame: Frame; over: ObjectiveView[]; words: string }) {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const found = placesOf(frame, over).filter(({ text }) =>
    wanted.every((word) => text.toLowerCase().includes(word)),
  );
  return (
    <Page title="Find" trail={[{ text: 'Find' }]} frame={frame} summary={`${found.length} places`}>
      <div class="narrow">
        <h1>Go to, or do</h1>
        <search>
          <form method="get" action="/go" class="search" data-keep-while-open>
            <p>
              <label for="q">Words of its name</label>
              <input id="q" name="q" type="search" value={words} maxlength={100} />
            </p>
            <p class="verdicts">
              <button type="submit" class="main">
                Find
              </button>
            </p>
          </form>
        </search>
        {found.length === 0 && <p class="empty">Nothing is called that.</p>}
        <ul class="rows" id="places">
          {found.map(({ text, href }) => (
            <li class="place-of">
              <a href={href}>{text}</a>
            </li>
          ))}
        </ul>
      </div>
    </Page>
  );
}

function placesOf({ status, asks }: Frame, over: ObjectiveView[]): Place[] {
  const live = status.products.flatMap(({ objective }) => objective ?? []);
  return [
    ...asks.map(({ n, product, subject }) => ({
      text: `Answer gate ${n}${product ? ` of ${product}` : ''}: ${cut(subject)}`,
      href: gateHref(n),
    })),
    { text: 'Fleet', href: '/' },
    { text: 'Start an objective', href: '/start' },
    { text: 'History: search what is over', href: '/history' },
    { text: 'Spend per day and product', href: '/spend' },
    { text: 'Recurring work', href: '/recurring' },
    { text: 'Set up recurring work', href: '/recurring#add' },
    { text: 'Blueprints', href: '/blueprints' },
    { text: 'Write a blueprint', href: '/blueprints#write' },
    { text: 'Accounts and their limits', href: '/accounts' },
    { text: 'Runtime: where sessions run, and its checks', href: '/runtime' },
    { text: 'Set a limit of the fleet', href: '/#set-limits' },
    ...status.products.flatMap(actsOf),
    ...[...live, ...status.queue].flatMap((objective) => [
      placeOf(objective),
      {
        text: `Cancel ${objective.id} on ${objective.product}`,
        href: `${objectiveHref(objective.id)}#cancel`,
      },
    ]),
    ...over.map(placeOf),
  ];
}

const cut = (text: string) => line(text).slice(0, 80);

const placeOf = ({ id, product, state, text }: ObjectiveView): Place => ({
  text: `${id} on ${product}, ${state}: ${cut(text)}`,
  href: objectiveHref(id),
});

/** Nothing that its page does not offer. */
function actsOf({ name, overstory, paused, objective }: ProductView): Place[] {
  const at = productHref(name);
  if (!overstory) return [{ text: name, href: at }];
  return [
    { text: name, href: at },
    { text: `Start an objective on ${name}`, href: `/start?product=${name}` },
    paused ? { text: `Resume ${name}`, href: `${at}#acts` } : { text: `Pause ${name}`, href: `${at}#pause` },
    { text: `Focus on ${name}`, href: `${at}#focus` },
    ...(objective
      ? [
          { text: `Stop ${name}`, href: `${at}#stop` },
          { text: `Say something to ${name}`, href: `${at}#speak` },
          { text: `Screen of ${name}`, href: screenHref(name) },
        ]
      : []),
    { text: `Priority and limits of ${name}`, href: `${at}#set-limits` },
  ];
}
