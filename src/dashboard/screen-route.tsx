// The screen of a product's coordinator, while somebody looks at it.
import type { Hono } from 'hono';
import { FleetError } from '../common/errors.ts';
import { type Desk, frameOf } from './frame.ts';
import { ScreenPage } from './pages/screen.tsx';

const lines = 200;

export function addScreenPage(app: Hono, desk: Desk): void {
  const { client } = desk;
  app.get('/products/:name/screen', async (c) => {
    const name = c.req.param('name');
    const [frame, { products }] = await Promise.all([frameOf(c, desk), client.status({ product: name })]);
    const live = products.some(({ objective }) => objective !== null);
    // Of one that rests no `ov` is asked.
    const screen = live
      ? await client.output(name, { lines }).catch((thrown) => FleetError.wrap(thrown).toJSON())
      : null;
    return c.html(<ScreenPage frame={frame} product={name} screen={screen} />);
  });
}
