// What every page has: head, bar with the state of the connection, banners of what is wrong with the whole fleet.
import { raw } from 'hono/html';
import type { Child } from 'hono/jsx';
import { count } from '../../common/units.ts';
import type { FleetStatus } from '../../contract/status.ts';
import { line } from '../../text/sanitise.ts';
import type { Frame } from '../frame.ts';
import { Alarm } from './alarm.tsx';
import { NoteOf } from './note.tsx';
import { Palette } from './palette.tsx';
import { clock } from './parts.tsx';

/** Of which the browser may tell; the rest is counted. */
const toldQuestions = 50;

/** @param props.asks  how many questions wait, for the icon */
export function Document(props: { title: string; asks?: number; children: Child }) {
  return (
    <>
      {raw('<!doctype html>')}
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content="light dark" />
          <title>{props.title}</title>
          <link rel="icon" href={`/assets/icon.svg?n=${props.asks ?? 0}`} />
          <link rel="stylesheet" href="/assets/style.css" />
          <script type="module" src="/assets/live.js"></script>
          <script type="module" src="/assets/acts.js"></script>
          <script type="module" src="/assets/palette.js"></script>
          <script type="module" src="/assets/notify.js"></script>
        </head>
        {props.children}
      </html>
    </>
  );
}

/** @param page.trail where the page stands, from the fleet down: words and links */
export function Page(page: {
  title: string;
  trail: { text: string; href?: string }[];
  frame: Frame;
  /** said by a screen reader whenever it changes */
  summary: string;
  children: Child;
}) {
  const { status, asks } = page.frame;
  return (
    <Document title={asks.length > 0 ? `(${asks.length}) ${page.title}` : page.title} asks={asks.length}>
      <body data-live data-at={status.at}>
        <a class="skip" href="#main">
          Skip to the content
        </a>
        <header class="bar">
          <nav aria-label="Where you are">
            <ol class="trail">
              {[{ text: 'Fleet', href: '/' }, ...page.trail].map(({ text, href }, i, all) => (
                <li>
                  {href && i < all.length - 1 ? (
                    <a href={href}>{text}</a>
                  ) : (
                    <span aria-current="page">{text}</span>
                  )}
                </li>
              ))}
            </ol>
          </nav>
          {asks.length > 0 && (
            <a class="asking" href="/#needs-you">
              {count(asks.length, 'question')}
            </a>
          )}
          <ol id="asked" hidden>
            {asks.slice(0, toldQuestions).map(({ n, product, subject }) => (
              <li data-n={n} data-product={product}>
                {line(subject).slice(0, 200)}
              </li>
            ))}
          </ol>
          <div class="places">
            <a id="find" href="/go" title="Ctrl K">
              Find
            </a>
            <a href="/history">History</a>
            <a href="/spend">Spend</a>
            <a href="/recurring">Recurring</a>
            <a href="/blueprints">Blueprints</a>
            <a href="/accounts">Accounts</a>
            <a href="/runtime">Runtime</a>
            <button type="button" class="quiet" id="notify" aria-pressed="false" data-keep hidden>
              Notify me
            </button>
          </div>
          {status.runtime.simulated && (
            <span class="tag" title="ov is the simulator: no real workers run and nothing is spent">
              Simulated
            </span>
          )}
          <span id="connection" class="connection" data-keep data-state="opening">
            as of {clock(status.at)}
          </span>
        </header>
        <p class="unseen" role="status">
          {page.summary}
        </p>
        <main id="main">
          <NoteOf frame={page.frame} />
          <Alarms status={status} />
          {page.children}
        </main>
        <Palette />
      </body>
    </Document>
  );
}

/** What is wrong with the whole fleet, first things first. */
function Alarms({ status }: { status: FleetStatus }) {
  const { runtime, journal, registry } = status;
  return (
    <>
      {runtime.state !== 'connected' && (
        <Alarm
          title={
            runtime.state === 'lost' ? 'The runtime is out of reach' : 'The runtime is not connected yet'
          }
          error={runtime.error}
          note="What you see of the products is what was seen last."
        />
      )}
      {runtime.state === 'connected' && runtime.error && (
        <Alarm title="overstory does not answer" error={runtime.error} />
      )}
      {runtime.state === 'connected' &&
        (status.runtimes ?? [])
          .filter(({ state }) => state !== 'connected')
          .map(({ name, error }) => (
            <Alarm
              title={`${name} is out of reach`}
              error={error}
              note="What is there waits, and what you see of it was seen last. Others go on."
            />
          ))}
      {journal.error && <Alarm title="Nothing can be written down" error={journal.error} />}
      {registry.problems.map((problem) => (
        <section class="alarm warn">
          <h2>products.yaml has a problem</h2>
          <p>{problem}</p>
        </section>
      ))}
    </>
  );
}
