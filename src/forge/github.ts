// GitHub, also Enterprise (`…/api/v3`): https://docs.github.com/en/rest/pulls.
import { z } from 'zod';
import { isOurs } from './comments.ts';
import type { Aspects, Forge, ForgeTarget, Glance, PullRequest } from './forge.ts';
import { githubIssues } from './github-issues.ts';
import { githubRequest } from './github-request.ts';

const requestSchema = z.object({
  number: z.number().int(),
  html_url: z.url(),
  state: z.enum(['open', 'closed']),
  merged_at: z.string().nullable(),
  title: z.string(),
  body: z.string().nullable(),
  base: z.object({ ref: z.string() }),
});
const headSchema = z.object({ head: z.object({ sha: z.string() }) });
const runsSchema = z.object({
  check_runs: z.array(
    z.object({ name: z.string(), conclusion: z.string().nullable(), html_url: z.string().nullable() }),
  ),
});
/** The others are failure, timed_out, cancelled, action_required, stale and startup_failure. */
const passes = new Set(['success', 'neutral', 'skipped']);
const statusSchema = z.object({
  statuses: z.array(
    z.object({
      context: z.string(),
      state: z.enum(['error', 'failure', 'pending', 'success']),
      target_url: z.string().nullable(),
    }),
  ),
});
const userSchema = z.object({ login: z.string() }).nullable();
/** of one whose account is gone */
const by = (user: z.infer<typeof userSchema>): string => user?.login ?? 'ghost';
const reviewSchema = z.object({
  id: z.number(),
  user: userSchema,
  body: z.string(),
  submitted_at: z.string().optional(),
});
const commentSchema = z.object({
  id: z.number(),
  user: userSchema,
  body: z.string(),
  created_at: z.string(),
  path: z.string(),
  line: z.number().nullish(),
});
const saidSchema = z.object({
  id: z.number(),
  user: z.object({ login: z.string(), type: z.string().optional() }).nullable(),
  body: z.string().default(''),
  created_at: z.string(),
});
export function github(target: ForgeTarget): Forge {
  const { call, look } = githubRequest(target);
  const [owner = ''] = target.repository.split('/');
  const meant = (one: z.infer<typeof requestSchema>): PullRequest => ({
    number: one.number,
    url: one.html_url,
    state: one.merged_at !== null ? 'merged' : one.state,
    title: one.title,
    body: one.body ?? '',
    base: one.base.ref,
  });

  /** One of its aspects, asked for with what is known of it. */
  function aspect<T>(
    did: string,
    route: string,
    schema: z.ZodType<T>,
    of: (number: number, head: string) => object,
    meant: (value: T) => Glance,
  ): Aspects[string] {
    return async (number, head, etag) => {
      const answer = await look(did, route, schema, { ...of(number, head) }, etag);
      return { etag: answer.etag, glance: answer.value === null ? null : meant(answer.value) };
    };
  }
  const pull = 'GET /repos/{owner}/{repo}/pulls/{pull_number}';
  const commit = 'GET /repos/{owner}/{repo}/commits/{ref}';
  const ofPull = (pull_number: number) => ({ pull_number });
  const all = { per_page: 100 };

  return {
    ...githubIssues(target),
    async find(head) {
      const wanted = {
        head: `${owner}:${head}`,
        state: 'all',
        per_page: 100,
        sort: 'created',
        direction: 'desc',
      };
      const route = 'GET /repos/{owner}/{repo}/pulls';
      return (await call('list its pull requests', route, z.array(requestSchema), wanted)).map(meant);
    },
    async open(wanted) {
      const route = 'POST /repos/{owner}/{repo}/pulls';
      return meant(await call('open a pull request', route, requestSchema, { ...wanted }));
    },
    async change(number, text) {
      const route = 'PATCH /repos/{owner}/{repo}/pulls/{pull_number}';
      await call('change a pull request', route, requestSchema, { pull_number: number, ...text });
    },
    async addLabels(number, labels) {
      const route = 'POST /repos/{owner}/{repo}/issues/{issue_number}/labels';
      await call('label a pull request', route, z.unknown(), { issue_number: number, labels });
    },
    async askReviewers(number, reviewers) {
      const route = 'POST /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers';
      await call('ask for a review', route, z.unknown(), { pull_number: number, reviewers });
    },
    watched: {
      request: aspect('show a pull request', pull, requestSchema.extend(headSchema.shape), ofPull, (one) => ({
        state: meant(one).state,
        head: one.head.sha,
      })),
      runs: aspect(
        'list checks',
        `${commit}/check-runs`,
        runsSchema,
        (_, ref) => ({ ref, ...all }),
        (found) => ({
          checks: found.check_runs.map(({ name, conclusion, html_url }) => ({
            name,
            state: conclusion === null ? 'waiting' : passes.has(conclusion) ? 'passed' : 'failed',
            url: html_url,
          })),
        }),
      ),
      statuses: aspect(
        'list statuses',
        `${commit}/status`,
        statusSchema,
        (_, ref) => ({ ref, ...all }),
        (found) => ({
          checks: found.statuses.map(({ context, state, target_url }) => ({
            name: context,
            state: state === 'pending' ? 'waiting' : state === 'success' ? 'passed' : 'failed',
            url: target_url,
          })),
        }),
      ),
      reviews: aspect(
        'list reviews',
        `${pull}/reviews`,
        z.array(reviewSchema),
        (n) => ({ ...ofPull(n), ...all }),
        (found) => ({
          remarks: found.flatMap(({ id, user, body, submitted_at = '' }) =>
            body === ''
              ? []
              : [{ id: `review-${id}`, by: by(user), at: submitted_at, text: body, path: null, line: null }],
          ),
        }),
      ),
      comments: aspect(
        'list review comments',
        `${pull}/comments`,
        z.array(commentSchema),
        // The newest page: a long review has more than one.
        (n) => ({ ...ofPull(n), ...all, sort: 'created', direction: 'desc' }),
        (found) => ({
          remarks: found.toReversed().map(({ id, user, body, created_at, path, line }) => ({
            ...{ id: `comment-${id}`, by: by(user), at: created_at, text: body },
            ...{ path, line: line ?? null },
          })),
        }),
      ),
      // Oldest first, and no other way: of a long one the beginning. What programs write there is no remark.
      conversation: aspect(
        'list comments',
        'GET /repos/{owner}/{repo}/issues/{issue_number}/comments',
        z.array(saidSchema),
        (issue_number) => ({ issue_number, ...all }),
        (found) => ({
          remarks: found.flatMap(({ id, user, body, created_at }) =>
            user?.type === 'Bot' || isOurs(body) || body === ''
              ? []
              : [{ id: `said-${id}`, by: by(user), at: created_at, text: body, path: null, line: null }],
          ),
        }),
      ),
    },
  };
}
