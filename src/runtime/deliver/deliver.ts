// Brings a branch that is kept to where it is to go. Each step looks first, so that what a crash left half done is done
// once: a branch that is there is not pushed again, a pull request with its marker is not opened again.
//
//   look at the remote ─► push, unless it is there ─► (pull-request) find ours ─► open one, or say anew what it says
//   ─► labels and reviewers, which are no reason to fail
import { FleetError } from '../../common/errors.ts';
import type { Forge, PullRequest } from '../../forge/forge.ts';
import { openForge } from '../../forge/open.ts';
import type { Mirror } from './mirror.ts';
import type { Delivered, DeliverOrder } from './wire.ts';

/** @throws FleetError of the mirror and of the forge; DELIVER_NOT_KEPT, DELIVER_BASE_MISSING */
export async function deliver(mirror: Mirror, order: DeliverOrder, token: string): Promise<Delivered> {
  const { product, branch, head, as } = order;
  const kept = await mirror.git('rev-parse', '--verify', '--quiet', `refs/heads/${branch}`);
  if (kept.stdout.trim() !== head)
    throw new FleetError({
      code: 'DELIVER_NOT_KEPT',
      product,
      message: `Expected the deliverer to have ${branch} at ${head.slice(0, 12)}, got ${kept.stdout.trim().slice(0, 12) || 'no such branch'}.`,
      mend: 'Its volume was emptied: the branch is fetched by hand from the product’s checkout in the runtime.',
    });
  const { branches, defaultBranch } = await mirror.look();
  const base = order.base ?? defaultBranch;
  if (base === null || (as !== 'branch' && !branches.has(base)))
    throw new FleetError({
      code: 'DELIVER_BASE_MISSING',
      product,
      message: `Expected the remote of ${product} to have the branch ${base ?? 'that it calls its default'}, got ${[...branches.keys()].slice(0, 5).join(', ') || 'none'}.`,
      mend: 'Name another one as `deliver.base` in products.yaml; left out, it is the remote’s default.',
    });
  const wanted = as === 'pull-request' ? order.pullRequest : null;
  const forge =
    wanted && openForge({ kind: wanted.forge, api: wanted.api, repository: wanted.repository, token });
  // Before anything is pushed: a merged one is over, and its branch is not made anew.
  const { to, before } = forge && wanted ? await place(forge, branch, wanted) : { to: null, before: [] };
  const target = as === 'push' ? base : (to?.branch ?? branch);
  const over = before.find(({ state }) => state === 'merged');
  if (over) return { head, branch: target, base, pullRequest: shown(over), notes: [] };
  if (branches.get(target) !== head) await mirror.push(head, target);
  const done = { head, branch: target, base };
  if (!forge || !wanted || !to) return { ...done, pullRequest: null, notes: [] };
  const { request, notes } = await openOrChange(forge, wanted, { ...to, base }, before);
  return { ...done, pullRequest: shown(request), notes };
}

/** Which branch and mark it goes under: its own, or those of what it takes up, while a pull request of that is open. */
async function place(
  forge: Forge,
  branch: string,
  { marker, earlier }: NonNullable<DeliverOrder['pullRequest']>,
): Promise<{ to: { branch: string; marker: string }; before: PullRequest[] }> {
  const theirs = earlier ? await ours(forge, earlier.branch, earlier.marker) : [];
  const open = theirs.filter(({ state }) => state === 'open');
  if (earlier && open.length > 0) return { to: earlier, before: open };
  return { to: { branch, marker }, before: await ours(forge, branch, marker) };
}

const shown = ({ number, url, state }: PullRequest) => ({ number, url, state });

/** Of this objective: those of the branch whose body has the marker. */
async function ours(forge: Forge, branch: string, marker: string): Promise<PullRequest[]> {
  const all = await forge.find(branch);
  return all.filter(({ body }) => body.includes(marker));
}

async function openOrChange(
  forge: Forge,
  { title, draft, labels, reviewers, ...wanted }: NonNullable<DeliverOrder['pullRequest']>,
  { branch, marker, base }: { branch: string; marker: string; base: string },
  before: PullRequest[],
): Promise<{ request: PullRequest; notes: string[] }> {
  const body = `${wanted.body}\n\n${marker}`;
  // A human closed it, and may open it again: another one would be asked of them a second time.
  const known = before.find(({ state }) => state === 'open') ?? before[0];
  const request = known ?? (await forge.open({ head: branch, base, title, body, draft }));
  const notes: string[] = [];
  const also = async (what: string, work: () => Promise<void>) => {
    try {
      await work();
    } catch (thrown) {
      const error = FleetError.wrap(thrown);
      if (error.class === 'unavailable') throw error;
      notes.push(`${what}: ${error.message} ${error.mend}`);
    }
  };
  if (known?.state === 'open' && known.body !== body)
    await also('Its text was not changed', () => forge.change(known.number, { title: known.title, body }));
  if (request.state === 'open' && labels.length > 0)
    await also('It has not its labels', () => forge.addLabels(request.number, labels));
  if (known === undefined && reviewers.length > 0)
    await also('Nobody was asked for a review', () => forge.askReviewers(request.number, reviewers));
  return { request, notes };
}
