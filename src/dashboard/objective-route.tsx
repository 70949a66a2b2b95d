// The page of an objective: what it asks for, and what a human says on it.
import type { Context, Hono } from 'hono';
import type { FleetClient } from '../client/client.ts';
import { FleetError } from '../common/errors.ts';
import { acted, type Desk, frameOf, httpOf, type Refused } from './frame.ts';
import { isShownText } from './pages/artifacts.tsx';
import { ObjectivePage } from './pages/objective.tsx';

export function addObjectivePage(app: Hono, desk: Desk): void {
  const { client } = desk;
  const draw = async (c: Context, id: string, refused: Refused | null = null) => {
    const only = c.req.query('path') || null;
    const result = await client.result(id);
    const { product: name } = result.objective;
    // A refresh by a page that has the changes of what is over: they are no longer different.
    const kept = c.req.header('fleet-keeps') === 'changes';
    const [frame, gates, threads, events, changes, artifacts] = await Promise.all([
      frameOf(c, desk, refused),
      client.gates({ product: name, all: 1 }),
      client.threads(name),
      client.eventsOf(name, { limit: 1_000 }),
      kept
        ? ('kept' as const)
        : client
            .diff(id, { patch: 'true', path: only ?? undefined })
            .catch((thrown) => FleetError.wrap(thrown).toJSON()),
      kept ? null : artifactsOf(client, id),
    ]);
    const mine = <T extends { objective: string | null }>(all: T[]) =>
      all.filter(({ objective }) => objective === id);
    return c.html(
      <ObjectivePage
        frame={frame}
        product={frame.status.products.find((product) => product.name === name) ?? null}
        result={result}
        gates={mine(gates)}
        threads={mine(threads)}
        events={mine(events)}
        changes={changes}
        artifacts={artifacts}
        only={only}
      />,
      httpOf(refused),
    );
  };
  app.get('/objectives/:id', (c) => draw(c, c.req.param('id')));
  app.post('/objectives/:id', (c) => {
    const objective = c.req.param('id');
    return acted(c, desk, { objective }, (refused) => draw(c, objective, refused));
  });
}

/** Files of its report, with the contents of those that are shown as text; null: it names none. */
async function artifactsOf(client: FleetClient, id: string) {
  const view = await client.artifacts(id);
  if (view.files.length === 0) return null;
  const shown = await Promise.all(
    view.files.filter(isShownText).map(async ({ n }): Promise<[number, string][]> => {
      const file = await client.artifact(id, n).catch(() => null);
      return file === null ? [] : [[n, Buffer.from(file.base64, 'base64').toString('utf8')]];
    }),
  );
  return { view, texts: new Map(shown.flat()) };
}
