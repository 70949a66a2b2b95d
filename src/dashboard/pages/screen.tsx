// What a coordinator's screen shows, read only. `ov` gives it as plain text, without colours or a cursor, so that text is what
// is shown: data of a worker, in which nothing is obeyed.
import type { FleetErrorShape } from '../../common/errors.ts';
import type { Output } from '../../contract/products.ts';
import { block, line } from '../../text/sanitise.ts';
import type { Frame } from '../frame.ts';
import { productHref } from './hrefs.ts';
import { Page } from './layout.tsx';

/** As `fleet logs --follow` does. */
const everyMs = 2_000;

export function ScreenPage(props: {
  frame: Frame;
  product: string;
  /** or why it cannot be seen; null: nobody is there */
  screen: Output | FleetErrorShape | null;
}) {
  const { frame, product, screen } = props;
  const content = screen !== null && 'content' in screen ? block(screen.content) : null;
  return (
    <Page
      title={`Screen of ${product}`}
      trail={[{ text: product, href: productHref(product) }, { text: 'Screen' }]}
      frame={frame}
      summary={`The screen of ${product}'s coordinator`}
    >
      <h1>Screen of {product}’s coordinator</h1>
      {content === null ? (
        <p class="empty">
          {screen !== null && 'message' in screen
            ? `${line(screen.message)} ${line(screen.mend)}`
            : 'Nobody works here now.'}
        </p>
      ) : (
        <figure class="screen foreign" data-every={everyMs} aria-label="The screen">
          <pre tabindex={0}>{content || '(empty)'}</pre>
        </figure>
      )}
      <p class="quiet small hint">
        Read only. To type into it, <code>fleet attach {product}</code> says how;{' '}
        <code>fleet logs {product}</code> shows it in a terminal.
      </p>
    </Page>
  );
}
