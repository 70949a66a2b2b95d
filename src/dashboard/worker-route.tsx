// What an agent does, while somebody looks at it.
import type { Hono } from 'hono';
import { FleetError } from '../common/errors.ts';
import { type Desk, frameOf } from './frame.ts';
import { WorkerPage } from './pages/worker.tsx';

export function addWorkerPage(app: Hono, desk: Desk): void {
  const { client } = desk;
  app.get('/products/:name/workers/:worker', async (c) => {
    const { name, worker } = c.req.param();
    const [frame, { products }] = await Promise.all([frameOf(c, desk), client.status({ product: name })]);
    const seen = await client.workerSteps(name, worker).catch((thrown) => FleetError.wrap(thrown).toJSON());
    const live = products.some(({ objective }) => objective !== null);
    return c.html(<WorkerPage frame={frame} product={name} worker={worker} seen={seen} live={live} />);
  });
}
