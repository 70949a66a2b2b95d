// Webhooks of forges. They come from elsewhere, through whatever the human puts before this port, so neither Host nor Origin
// say anything of them: their signature does. What they say is not read: they only cause a look.
import type { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { maxBodyBytes } from '../api/listen.ts';
import type { Refusals } from '../api/refusals.ts';

/** @returns null: it was taken; else why not, for the log alone */
export type Hook = (
  product: string,
  header: (name: string) => string | undefined,
  body: Uint8Array,
) => string | null;

export function addHooks(app: Hono, hook: Hook, refused: Refusals): void {
  const limit = bodyLimit({
    maxSize: maxBodyBytes,
    onError: (c) => c.text(`Expected at most ${maxBodyBytes} bytes.\n`, 413),
  });
  app.post('/hooks/:product', limit, async (c) => {
    const body = new Uint8Array(await c.req.arrayBuffer());
    const why = hook(c.req.param('product'), (name) => c.req.header(name), body);
    if (why === null) return c.body(null, 204);
    refused.log('webhook', { path: c.req.path, why }, 'a webhook was refused');
    // The same for all: whoever asks learns of no product.
    return c.text('Expected a webhook signed with the secret of its product.\n', 401);
  });
}
