// What a deliverer asks of a forge about issues. What strangers wrote is cut here, before it goes any further.
import { FleetError } from '../../common/errors.ts';
import { shorten } from '../../common/shorten.ts';
import { openForge } from '../../forge/open.ts';
import { type IssuePage, type IssueState, mostBody, mostTitle } from './issues-wire.ts';
import type { AnswerOrder, IssueOrder, IssuesOrder } from './wire.ts';

/** To ask for a list where only matters whether there is one. */
const anyLabel = 'fleet';

const forgeOf = (
  { forge, api, repository }: Pick<IssueOrder, 'forge' | 'api' | 'repository'>,
  token: string,
) => openForge({ kind: forge, api, repository, token });

/** @throws FleetError FORGE_… */
export async function listIssues(order: IssuesOrder, token: string): Promise<IssuePage> {
  const { etag, issues, more } = await forgeOf(order, token).issues(order.label, order.page, order.etag);
  return {
    etag: etag !== null && etag.length <= 500 ? etag : null,
    more,
    issues:
      issues
        ?.filter(({ url }) => url.length <= 1_000 && /^https?:/i.test(url))
        .map(({ number, url, title, body, by }) => ({
          ...{ number, url, by: shorten(by, 100) },
          ...{ title: shorten(title, mostTitle), body: shorten(body, mostBody) },
        })) ?? null,
  };
}

/** @throws FleetError FORGE_…; FORGE_NOT_FOUND only where no issue of the repository may be read */
export async function issueState(order: IssueOrder, token: string): Promise<IssueState> {
  const forge = forgeOf(order, token);
  try {
    return (await forge.issue(order.number)).state;
  } catch (thrown) {
    if (FleetError.wrap(thrown).code !== 'FORGE_NOT_FOUND') throw thrown;
  }
  // To a token that may not read the repository, every issue is one that is not there.
  await forge.issues(anyLabel, 1, null);
  return 'gone';
}

/**
 * Looks before it writes: what a crash or a lost answer left written is not written again.
 * @throws FleetError FORGE_…
 */
export async function answer(order: AnswerOrder, token: string): Promise<'added' | 'changed' | 'there'> {
  const { number, marker, since } = order;
  const forge = forgeOf(order, token);
  const body = `${order.body}\n\n${marker}`;
  const known = await forge.findComment(number, marker, since);
  if (known === null) {
    await forge.addComment(number, body);
    return 'added';
  }
  // Forges trim what they keep.
  if (known.body.trim() === body.trim()) return 'there';
  await forge.changeComment(number, known.id, body);
  return 'changed';
}
