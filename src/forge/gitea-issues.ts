// Issues on Gitea and Forgejo: https://gitea.com/api/swagger.
import { z } from 'zod';
import { findOnPages } from './comments.ts';
import { type ForgeTarget, type Issue, type Issues, issuesOnPage } from './forge.ts';
import { hasLabel } from './labels.ts';
import type { Rest } from './rest.ts';

const issueSchema = z.object({
  number: z.number().int(),
  html_url: z.url(),
  state: z.enum(['open', 'closed']),
  title: z.string(),
  body: z.string(),
  user: z.object({ login: z.string() }).nullable(),
  labels: z.array(z.object({ name: z.string() })).nullable(),
  pull_request: z.unknown().optional(),
});
const commentSchema = z.object({ id: z.number().int(), body: z.string() });

const meant = (one: z.infer<typeof issueSchema>): Issue => ({
  ...{ number: one.number, url: one.html_url, state: one.state, title: one.title },
  ...{ body: one.body, by: one.user?.login ?? 'ghost' },
});

/** @param repo  path of the repository in its API */
export function giteaIssues({ api }: ForgeTarget, rest: Rest, repo: string): Issues {
  return {
    // A label that it does not know it leaves out of the question, and gives all.
    async issues(label, page, known) {
      const query = `state=open&type=issues&labels=${encodeURIComponent(label)}&limit=${issuesOnPage}&page=${page}`;
      const path = `${repo}/issues?${query}`;
      const { etag, value } = await rest.look('list its issues', path, z.array(issueSchema), known);
      const issues = value
        ?.filter(
          ({ pull_request, labels }) =>
            pull_request == null &&
            hasLabel(
              (labels ?? []).map(({ name }) => name),
              label,
            ),
        )
        .map(meant);
      return { etag, issues: issues ?? null, more: value?.length === issuesOnPage };
    },
    async issue(number) {
      return meant(await rest.call('show an issue', 'GET', `${repo}/issues/${number}`, issueSchema));
    },
    // It gives all since then at once.
    findComment(number, marker, since) {
      const path = `${repo}/issues/${number}/comments?since=${encodeURIComponent(since)}`;
      return findOnPages(new URL(api).host, marker, Number.POSITIVE_INFINITY, () =>
        rest.call('list comments', 'GET', path, z.array(commentSchema)),
      );
    },
    async addComment(number, body) {
      const path = `${repo}/issues/${number}/comments`;
      await rest.call('comment on an issue', 'POST', path, commentSchema, { body });
    },
    async changeComment(_number, id, body) {
      await rest.call('change a comment', 'PATCH', `${repo}/issues/comments/${id}`, z.unknown(), { body });
    },
  };
}
