// Issues on GitHub: https://docs.github.com/en/rest/issues.
import { z } from 'zod';
import { findOnPages } from './comments.ts';
import { type ForgeTarget, type Issue, type Issues, issuesOnPage } from './forge.ts';
import { githubRequest } from './github-request.ts';
import { hasLabel } from './labels.ts';

const issueSchema = z.object({
  number: z.number().int(),
  html_url: z.url(),
  state: z.enum(['open', 'closed']),
  title: z.string(),
  body: z.string().nullish(),
  user: z.object({ login: z.string() }).nullable(),
  labels: z.array(z.union([z.string(), z.object({ name: z.string().nullish() })])),
  /** a pull request is listed as an issue, too */
  pull_request: z.unknown().optional(),
});
const commentSchema = z.object({ id: z.number().int(), body: z.string().default('') });
const pageSize = 100;

const meant = (one: z.infer<typeof issueSchema>): Issue => ({
  ...{ number: one.number, url: one.html_url, state: one.state, title: one.title },
  ...{ body: one.body ?? '', by: one.user?.login ?? 'ghost' },
});

export function githubIssues(target: ForgeTarget): Issues {
  const { call, look } = githubRequest(target);
  const all = 'GET /repos/{owner}/{repo}/issues';
  const one = `${all}/{issue_number}`;
  return {
    async issues(label, page, known) {
      const wanted = {
        labels: label,
        state: 'open',
        sort: 'created',
        direction: 'asc',
        per_page: issuesOnPage,
      };
      const asked = { ...wanted, page };
      const { etag, value } = await look('list its issues', all, z.array(issueSchema), asked, known);
      const named = (issue: z.infer<typeof issueSchema>) =>
        issue.labels.map((one) => (typeof one === 'string' ? one : (one.name ?? '')));
      const issues = value
        ?.filter((issue) => issue.pull_request === undefined && hasLabel(named(issue), label))
        .map(meant);
      return { etag, issues: issues ?? null, more: value?.length === issuesOnPage };
    },
    async issue(issue_number) {
      return meant(await call('show an issue', one, issueSchema, { issue_number }));
    },
    findComment: (issue_number, marker, since) =>
      findOnPages(new URL(target.api).host, marker, pageSize, (page) =>
        call('list comments', `${one}/comments`, z.array(commentSchema), {
          ...{ issue_number, since, per_page: pageSize, page },
        }),
      ),
    async addComment(issue_number, body) {
      const route = 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments';
      await call('comment on an issue', route, commentSchema, { issue_number, body });
    },
    async changeComment(_number, comment_id, body) {
      const route = 'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}';
      await call('change a comment', route, commentSchema, { comment_id, body });
    },
  };
}
