// Where sessions run, what they use of it, and what is wrong with it.
import type { Hono } from 'hono';
import { keepChecks } from './checks.ts';
import { type Desk, frameOf, saidIn } from './frame.ts';
import { RuntimePage } from './pages/runtime.tsx';

export function addRuntimePage(app: Hono, desk: Desk): void {
  const checks = keepChecks(desk.client);
  app.get('/runtime', async (c) => {
    const [frame, health] = await Promise.all([frameOf(c, desk), desk.client.health()]);
    return c.html(<RuntimePage frame={frame} health={health} checked={checks.last()} />);
  });
  app.post('/runtime', async (c) => {
    const { act } = await saidIn(c);
    checks.look(act === 'mend');
    return c.redirect('/runtime#checks', 303);
  });
}
