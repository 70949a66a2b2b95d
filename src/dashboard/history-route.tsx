// What is over, searched: its address is the question, so that it can be kept and passed on.
import type { Hono } from 'hono';
import { FleetError } from '../common/errors.ts';
import { type Desk, frameOf, httpOf, type Refused } from './frame.ts';
import { type Asked, askedFields, HistoryPage } from './pages/history.tsx';

const perPage = 50;

export function addHistoryPage(app: Hono, desk: Desk): void {
  app.get('/history', async (c) => {
    const query = c.req.query();
    const asked = Object.fromEntries(
      askedFields.map((name) => [name, (query[name] ?? '').trim().slice(0, 200)]),
    ) as Asked;
    const page = Math.min(1_000, Math.max(1, Math.floor(Number(query.page)) || 1));
    const { product, state, text, since, until } = asked;
    let refused: Refused | null = null;
    const found = await desk.client
      .history({
        product: product || undefined,
        state: isEnd(state) ? state : undefined,
        text: text || undefined,
        since: since || undefined,
        until: until || undefined,
        skip: (page - 1) * perPage,
        limit: perPage + 1,
      })
      .catch((thrown) => {
        const error = FleetError.wrap(thrown);
        if (error.class !== 'usage' && error.class !== 'not-found') throw error;
        refused = { error: error.toJSON(), said: { act: 'history' } };
        return [];
      });
    const frame = await frameOf(c, desk, refused);
    return c.html(
      <HistoryPage
        frame={frame}
        asked={asked}
        found={found.slice(0, perPage)}
        page={page}
        more={found.length > perPage}
      />,
      httpOf(refused),
    );
  });
}

const isEnd = (word: string) => word === 'done' || word === 'failed' || word === 'cancelled';
