// Gitea and Forgejo: https://gitea.com/api/swagger. A draft is a title that begins with `WIP: `.
import { z } from 'zod';
import { count } from '../common/units.ts';
import { ifAllowed, isOurs } from './comments.ts';
import type { Check, Forge, ForgeTarget, Looked, PullRequest } from './forge.ts';
import { giteaIssues } from './gitea-issues.ts';
import { restOf } from './rest.ts';

const requestSchema = z.object({
  number: z.number().int(),
  html_url: z.url(),
  state: z.enum(['open', 'closed']),
  merged: z.boolean().default(false),
  title: z.string(),
  body: z.string(),
  head: z.object({ ref: z.string(), sha: z.string() }),
  base: z.object({ ref: z.string() }),
});

const statusSchema = z.object({
  statuses: z
    .array(
      z.object({
        context: z.string(),
        status: z.enum(['pending', 'success', 'error', 'failure', 'warning', 'skipped']),
        target_url: z.string(),
      }),
    )
    .nullable(),
});
const passes = new Set(['success', 'warning', 'skipped']);
const reviewSchema = z.object({
  id: z.number(),
  user: z.object({ login: z.string() }).nullable(),
  body: z.string(),
  submitted_at: z.string(),
  comments_count: z.number().default(0),
});

const saidSchema = z.object({
  id: z.number(),
  user: z.object({ login: z.string() }).nullable(),
  body: z.string(),
  created_at: z.string(),
});

/** What it gives on one page at most, as it is shipped. */
const pageSize = 50;
/** Older ones are not looked through: a branch of the fleet is younger than these. */
const mostPages = 20;

export function gitea(target: ForgeTarget): Forge {
  const { api, repository, token } = target;
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
  async function conversation(number: number, known: string | null): Promise<Looked> {
    const path = `${repo}/issues/${number}/comments`;
    const { etag, value } = await rest.look('list comments', path, z.array(saidSchema), known);
    const remarks = value
      ?.filter(({ body }) => body !== '' && !isOurs(body))
      .map(({ id, user, body, created_at }) => {
        const who = { id: `said-${id}`, by: user?.login ?? 'ghost', at: created_at };
        return { ...who, text: body, path: null, line: null };
      });
    return { etag, glance: remarks === undefined ? null : { remarks } };
  }

  return {
    ...giteaIssues(target, rest, repo),
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
    watched: {
      async request(number, _head, known) {
        const path = `${repo}/pulls/${number}`;
        const { etag, value } = await rest.look('show a pull request', path, requestSchema, known);
        return { etag, glance: value && { state: meant(value).state, head: value.head.sha } };
      },
      async statuses(_number, head, known) {
        const path = `${repo}/commits/${head}/status`;
        const { etag, value } = await rest.look('list statuses', path, statusSchema, known);
        const checks = value?.statuses?.map(
          ({ context, status, target_url }): Check => ({
            ...{ name: context, url: target_url || null },
            state: status === 'pending' ? 'waiting' : passes.has(status) ? 'passed' : 'failed',
          }),
        );
        return { etag, glance: value && { checks: checks ?? [] } };
      },
      // What stands on lines is a request for each review: that there is some is said.
      async reviews(number, _head, known) {
        const path = `${repo}/pulls/${number}/reviews?limit=${pageSize}`;
        const { etag, value } = await rest.look('list reviews', path, z.array(reviewSchema), known);
        const remarks = value?.flatMap(({ id, user, body, submitted_at, comments_count }) => {
          const lines =
            comments_count > 0 ? [`(${count(comments_count, 'comment')} on lines, to be read there)`] : [];
          const text = [body, ...lines].filter(Boolean).join('\n');
          const who = { id: `review-${id}`, by: user?.login ?? 'ghost', at: submitted_at };
          return text === '' ? [] : [{ ...who, text, path: null, line: null }];
        });
        return { etag, glance: remarks === undefined ? null : { remarks } };
      },
      // Its tokens have a right of their own for issues, whose comments these are.
      conversation: (number, _head, known) => ifAllowed(conversation(number, known)),
    },
  };
}
