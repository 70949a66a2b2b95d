// Blueprints, and what a human does with them: look at what one would change, apply, change, try again, forget.
import type { Context, Hono } from 'hono';
import { FleetError } from '../common/errors.ts';
import { source } from './act.ts';
import { acted, type Desk, frameOf, httpOf, type Refused, saidIn } from './frame.ts';
import { BlueprintPage, BlueprintsPage } from './pages/blueprint.tsx';
import type { Tried } from './pages/blueprint-acts.tsx';
import { textOf } from './planned-acts.ts';

export function addBlueprintPages(app: Hono, desk: Desk): void {
  const { client } = desk;

  const drawAll = async (c: Context, refused: Refused | null = null, tried: Tried | null = null) => {
    const [all, frame] = await Promise.all([client.blueprints(), frameOf(c, desk, refused)]);
    return c.html(<BlueprintsPage frame={frame} all={all} tried={tried} />, httpOf(refused));
  };
  const drawOne = async (c: Context, refused: Refused | null = null, tried: Tried | null = null) => {
    const [view, frame] = await Promise.all([
      client.blueprint(c.req.param('name') ?? ''),
      frameOf(c, desk, refused),
    ]);
    // a draft may be of a blueprint that is at work: what it would change is told before it is applied
    const changes = view.draft === null ? null : await client.diffBlueprint({ draft: view.draft, source });
    return c.html(
      <BlueprintPage frame={frame} view={view} changes={changes} tried={tried} />,
      httpOf(refused),
    );
  };

  /** A form says `look-blueprint`: what its text would change, told on the page that it came from. */
  const answer = (draw: typeof drawAll) => async (c: Context) => {
    const said = await saidIn(c);
    if (said.act !== 'look-blueprint')
      return acted(
        c,
        desk,
        {},
        (refused) => draw(c, refused),
        (note) => note.href ?? c.req.path,
      );
    try {
      const reply = await client.diffBlueprint({ ...textOf(said), source });
      return draw(c, null, { yaml: said.yaml ?? '', reply });
    } catch (thrown) {
      const error = FleetError.wrap(thrown);
      if (error.class === 'internal') throw error;
      return draw(c, { error: error.toJSON(), said });
    }
  };

  app.get('/blueprints', (c) => drawAll(c));
  app.post('/blueprints', answer(drawAll));
  app.get('/blueprints/:name', (c) => drawOne(c));
  app.post('/blueprints/:name', answer(drawOne));
}
