// What was spent, per day and product.
import type { Hono } from 'hono';
import { type Desk, frameOf } from './frame.ts';
import { SpendPage, spans } from './pages/spend.tsx';

export function addSpendPage(app: Hono, desk: Desk): void {
  app.get('/spend', async (c) => {
    const asked = Number(c.req.query('days'));
    const days = spans.find((span) => span === asked) ?? 30;
    const [frame, spending] = await Promise.all([frameOf(c, desk), desk.client.spending({ days })]);
    return c.html(<SpendPage frame={frame} spending={spending} days={days} />);
  });
}
