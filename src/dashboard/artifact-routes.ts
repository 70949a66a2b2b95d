// Contents of artifacts over HTTP: a worker's bytes, on the origin where the human is signed in. A picture of a few raster
// types is shown; everything else is a download of no type that a browser would open. Neither runs anything.
import type { Hono } from 'hono';
import type { FleetClient } from '../client/client.ts';
import { artifactFileName } from '../text/artifacts.ts';
import { isPicture } from './pages/artifacts.tsx';

/** Of the answer alone: the boundary sets the pages' own where none is. */
const sandbox = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

export function addArtifacts(app: Hono, client: FleetClient): void {
  app.get('/objectives/:id/artifacts/:n', async (c) => {
    const file = await client.artifact(c.req.param('id'), Number(c.req.param('n')));
    const shown = isPicture(file);
    return c.body(Buffer.from(file.base64, 'base64'), 200, {
      'content-type': shown ? `image/${file.type}` : 'application/octet-stream',
      'content-disposition': `${shown ? 'inline' : 'attachment'}; filename="${artifactFileName(file)}"`,
      'content-security-policy': sandbox,
    });
  });
}
