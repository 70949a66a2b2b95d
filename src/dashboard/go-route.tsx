// Everything that can be gone to or done, by its name: what the palette searches, and a page without script.
import type { Hono } from 'hono';
import { type Desk, frameOf } from './frame.ts';
import { GoPage } from './pages/go.tsx';

const latest = 50;

export function addGoPage(app: Hono, desk: Desk): void {
  app.get('/go', async (c) => {
    const [frame, over] = await Promise.all([frameOf(c, desk), desk.client.history({ limit: latest })]);
    return c.html(<GoPage frame={frame} over={over} words={(c.req.query('q') ?? '').slice(0, 100)} />);
  });
}
