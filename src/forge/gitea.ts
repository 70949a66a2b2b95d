// Gitea and Forgejo: https://gitea.com/api/swagger. A draft is a title that begins with `WIP: `.
import { z } from 'zod';
import type { Forge, ForgeTarget, PullRequest } from './forge.ts';
import { restOf } from './rest.ts';

const requestSchema = z.object({
  number: z.number().int(),
  html_url: z.url(),
  state: z.enum(['open', 'closed']),
  merged: z.boolean().default(false),
  title: z.string(),
  body: z.string(),
  head: z.object({ ref: z.string() }),
  base: z.object({ ref: z.string() }),
});

/** What it gives on one page at most, as it is shipped. */
const pageSize = 50;
/** Older ones are not looked through: a branch of the fleet is younger than these. */
const mostPages = 20;

export function gitea({ api, repository, token }: ForgeTarget): Forge {
  const rest = restOf(api, { authorization: `token ${token}` });
  const [owner = '', name = ''] = repository.split('/');
  const repo = `/repos/${encodeURIComponent(owner)}/${encodeURIComponent(name)}`;
  const meant = (one: z.infer<typeof requestSchema>): PullRequest => ({
    number: one.number,
    url: one.html_url,
    state: one.merged ? 'merged' : one.state,
    title: one.title,
    body: one.body,
    base: one.base.ref,
  });
  return {
    // Its list knows no branch to look for.
    async find(head) {
      const found: PullRequest[] = [];
      for (let page = 1; page <= mostPages; page++) {
        const all = await rest.call(
          'list its pull requests',
          'GET',
          `${repo}/pulls?state=all&sort=recentupdate&limit=${pageSize}&page=${page}`,
          z.array(requestSchema),
        );
        found.push(...all.filter((one) => one.head.ref === head).map(meant));
        if (all.length < pageSize) break;
      }
      return found.sort((a, b) => b.number - a.number);
    },
    async open({ head, base, title, body, draft }) {
      const wanted = { head, base, title: draft ? `WIP: ${title}` : title, body };
      return meant(await rest.call('open a pull request', 'POST', `${repo}/pulls`, requestSchema, wanted));
    },
    async change(number, text) {
      await rest.call('change a pull request', 'PATCH', `${repo}/pulls/${number}`, requestSchema, text);
    },
    async addLabels(number, labels) {
      await rest.call('label a pull request', 'POST', `${repo}/issues/${number}/labels`, z.unknown(), {
        labels,
      });
    },
    async askReviewers(number, reviewers) {
      const path = `${repo}/pulls/${number}/requested_reviewers`;
      await rest.call('ask for a review', 'POST', path, z.unknown(), { reviewers });
    },
  };
}
