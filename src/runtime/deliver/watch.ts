// One look at a pull request, and at one aspect of it: one request to its forge. What comes back is cut to what is kept.
import { shorten } from '../../common/shorten.ts';
import { openForge } from '../../forge/open.ts';
import type { Watched, WatchOrder } from './wire.ts';

const most = 100;

/** @throws FleetError FORGE_… */
export async function watch(order: WatchOrder, token: string): Promise<Watched> {
  const { watched } = openForge({ kind: order.forge, api: order.api, repository: order.repository, token });
  const names = Object.keys(watched);
  // Of another release: it begins anew.
  const at = Math.max(0, names.indexOf(order.aspect ?? ''));
  const aspect = names[at] ?? '';
  const etag = aspect === order.aspect ? order.etag : null;
  const looked = await watched[aspect]?.(order.number, order.head, etag);
  const { state, head, checks, remarks } = looked?.glance ?? {};
  return {
    aspect,
    next: names[(at + 1) % names.length] ?? '',
    last: at + 1 === names.length,
    etag: looked?.etag && looked.etag.length <= 500 ? looked.etag : null,
    glance: looked?.glance
      ? {
          ...(state && { state }),
          ...(head && /^[0-9a-f]{40,64}$/.test(head) && { head }),
          ...(checks && {
            checks: checks.slice(0, most).map(({ name, state, url }) => ({
              ...{ name: shorten(name, 200), state },
              url: url !== null && url.length <= 1_000 ? url : null,
            })),
          }),
          ...(remarks && {
            remarks: remarks.slice(-most).map(({ id, by, at, text, path, line }) => ({
              ...{
                id: shorten(id, 100),
                by: shorten(by, 100),
                at: shorten(at, 40),
                text: shorten(text, 4_000),
              },
              ...{ path: path === null ? null : shorten(path, 500), line },
            })),
          }),
        }
      : null,
  };
}
