// Work that comes again, and what a human does with it.
import type { Context, Hono } from 'hono';
import { acted, type Desk, frameOf, httpOf, type Refused } from './frame.ts';
import { RecurringPage } from './pages/recurring.tsx';

export function addRecurringPage(app: Hono, desk: Desk): void {
  const draw = async (c: Context, refused: Refused | null = null) => {
    const [all, frame] = await Promise.all([desk.client.recurring(), frameOf(c, desk, refused)]);
    return c.html(<RecurringPage frame={frame} all={all} />, httpOf(refused));
  };
  app.get('/recurring', (c) => draw(c));
  app.post('/recurring', (c) => acted(c, desk, {}, (refused) => draw(c, refused)));
}
