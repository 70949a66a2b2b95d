// A forge behind a deliverer, as the fleet sees it: what it shows of its pull requests is for a test to set.
import type { Deliver } from '../../src/registry/registry.ts';
import type { Deliverer } from '../../src/runtime/deliver/deliverer.ts';
import type { Glance, WatchOrder } from '../../src/runtime/deliver/wire.ts';
import { askedNothing } from './fleet.ts';

export const head = 'a'.repeat(40);
export const url = 'https://github.com/acme/shop/pull/12';
export const deliver: Deliver = {
  ...{ as: 'pull-request', remote: 'https://github.com/acme/shop.git', token: 'SHOP_TOKEN', base: null },
  onFailedChecks: null,
  webhook: null,
  forgeAt: { forge: 'github', api: 'https://api.github.com', repository: 'acme/shop' },
  pullRequest: {
    ...{ forge: 'github', api: 'https://api.github.com', repository: 'acme/shop' },
    ...{ draft: false, labels: [], reviewers: [] },
  },
};
export const aspects = ['request', 'runs', 'reviews'] as const;
export const check = (name: string, state: 'waiting' | 'passed' | 'failed') => ({ name, state, url: null });
export const remark = (id: string, text: string) => ({
  ...{ id, by: 'ann', at: '2026-01-05T12:00:00Z', text, path: 'a.ts', line: 3 },
});

/** A forge behind a deliverer: what it shows of each aspect, and what it was asked. */
export function forge() {
  const shows: Record<(typeof aspects)[number], Glance> = {
    request: { state: 'open', head },
    runs: { checks: [] },
    reviews: { remarks: [] },
  };
  const asked: Omit<WatchOrder, 'do'>[] = [];
  const faults: Error[] = [];
  /** what was delivered: as which branch, beside which earlier work */
  const delivered: Parameters<Deliverer['deliver']>[0][] = [];
  let pulls = 11;
  const there = { head };
  const deliverer: Deliverer = {
    ...askedNothing,
    keep: async () => there.head,
    async deliver(order) {
      delivered.push(order);
      const earlier = order.pullRequest?.earlier ?? null;
      if (earlier === null) pulls += 1;
      const request = { number: pulls, url: url.replace('12', String(pulls)), state: 'open' as const };
      const branch = earlier?.branch ?? order.branch;
      return { head: order.head, branch, base: 'main', pullRequest: request, notes: [] };
    },
    async watch(order) {
      asked.push(order);
      const fault = faults.shift();
      if (fault) throw fault;
      const at = Math.max(0, aspects.indexOf(order.aspect as 'runs'));
      const aspect = aspects[at] ?? 'request';
      const glance = shows[aspect];
      const etag = JSON.stringify(glance).slice(0, 500);
      return {
        ...{ aspect, next: aspects[(at + 1) % aspects.length] ?? '', last: at + 1 === aspects.length, etag },
        glance: order.etag === etag ? null : glance,
      };
    },
  };
  return { shows, asked, faults, delivered, there, deliverer };
}
