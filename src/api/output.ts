// Routes of what an objective left behind, and of the coordinator's screen. The screen may show anything that is
// in the product: it is for the operator, so the gateway's socket does not have it.
import type { Context, Hono } from 'hono';
import type { Result } from '../contract/objectives.ts';
import type { Output } from '../contract/products.ts';
import type { Fleet } from '../fleet/index.ts';
import type { Surface } from './server.ts';

const fewestLines = 1;
const mostLines = 2_000;
const defaultLines = 200;

/** @param tmux argv on the operator's machine that reaches the tmux of the runtime, e.g. `docker compose exec … tmux` */
export function addOutputRoutes(api: Hono, fleet: Fleet, surface: Surface, tmux: string[]): void {
  const ok = (c: Context, data: unknown) => c.json({ ok: true, data });
  const { context } = fleet.loop;

  api.get('/objectives/:id/result', (c) => {
    const { id, result } = fleet.commands.requireObjective(c.req.param('id'));
    return ok(c, { objective: fleet.commands.objective(id), result } satisfies Result);
  });
  if (surface !== 'operator') return;
  api.get('/products/:name/output', async (c) => {
    const product = fleet.commands.requireProduct(c.req.param('name'));
    const asked = Number(c.req.query('lines') ?? defaultLines);
    const lines = Number.isInteger(asked) ? Math.min(mostLines, Math.max(fewestLines, asked)) : defaultLines;
    const { content } = await context.runtime.ov(product, 'coordinator.output', { lines });
    return ok(c, { product: product.name, content } satisfies Output);
  });
  api.get('/products/:name/attach', (c) => {
    const { name } = fleet.commands.requireProduct(c.req.param('name'));
    const session = context.journal.liveSession(name)?.tmuxSession ?? null;
    const argv = session === null ? null : [...tmux, '-L', 'overstory', 'attach', '-r', '-t', `=${session}`];
    return ok(c, { product: name, argv });
  });
}
