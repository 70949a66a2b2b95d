// The page on which an objective is started; the forms of other pages come here too.
import type { Context, Hono } from 'hono';
import { FleetError } from '../common/errors.ts';
import type { Said } from './act.ts';
import { act } from './acts.ts';
import { type Desk, frameOf, httpOf, type Refused, saidIn } from './frame.ts';
import { type Forecast, StartPage } from './pages/start.tsx';

/** A kind is told by the first verb: the beginning is enough. */
const tellingCharacters = 500;

export function addStartPage(app: Hono, desk: Desk): void {
  const { client, notes } = desk;

  const forecastOf = async (product: string, text: string): Promise<Forecast> => {
    const [estimate, plan] = await Promise.all([
      client.estimate(product, { text: text.slice(0, tellingCharacters) }),
      client.plan({ start: [product] }),
    ]);
    return { estimate, plan };
  };
  const draw = async (c: Context, typed: Said, forecast: Forecast | null, refused: Refused | null = null) => {
    const frame = await frameOf(c, desk, refused);
    return c.html(<StartPage frame={frame} typed={typed} forecast={forecast} />, httpOf(refused));
  };

  app.get('/start', async (c) => {
    const { product = '', text = '' } = c.req.query();
    return draw(c, { product, text }, product ? await forecastOf(product, text) : null);
  });
  app.post('/start', async (c) => {
    const said = await saidIn(c);
    const { product = '', text = '' } = said;
    if (said.act === 'estimate') return draw(c, said, await forecastOf(product, text));
    try {
      const note = await act(client, { ...said, act: 'start' });
      return c.redirect(`${note.href}?said=${notes.keep(note)}`, 303);
    } catch (thrown) {
      const error = FleetError.wrap(thrown);
      if (error.class === 'internal') throw error;
      return draw(c, said, null, { error: error.toJSON(), said: { ...said, act: 'start' } });
    }
  });
}
