// Issues on GitLab: https://docs.gitlab.com/api/issues. Confidential ones are left out: their words would go on into
// branches and merge requests.
import { z } from 'zod';
import { findOnPages } from './comments.ts';
import { type ForgeTarget, type Issue, type Issues, issuesOnPage } from './forge.ts';
import { hasLabel } from './labels.ts';
import type { Rest } from './rest.ts';

const issueSchema = z.object({
  iid: z.number().int(),
  web_url: z.url(),
  state: z.enum(['opened', 'closed']),
  title: z.string(),
  description: z.string().nullable(),
  author: z.object({ username: z.string() }).nullable(),
  labels: z.array(z.string()),
  confidential: z.boolean().default(false),
});
const noteSchema = z.object({ id: z.number().int(), body: z.string() });
const pageSize = 100;

const meant = (one: z.infer<typeof issueSchema>): Issue => ({
  ...{ number: one.iid, url: one.web_url, title: one.title },
  state: one.state === 'opened' ? 'open' : 'closed',
  ...{ body: one.description ?? '', by: one.author?.username ?? 'ghost' },
});

/** @param project  path of the project in its API */
export function gitlabIssues({ api }: ForgeTarget, rest: Rest, project: string): Issues {
  return {
    async issues(label, page, known) {
      const wanted = `state=opened&order_by=created_at&sort=asc&labels=${encodeURIComponent(label)}`;
      const path = `${project}/issues?${wanted}&per_page=${issuesOnPage}&page=${page}`;
      const { etag, value } = await rest.look('list its issues', path, z.array(issueSchema), known);
      const issues = value
        ?.filter(({ labels, confidential }) => !confidential && hasLabel(labels, label))
        .map(meant);
      return { etag, issues: issues ?? null, more: value?.length === issuesOnPage };
    },
    async issue(iid) {
      return meant(await rest.call('show an issue', 'GET', `${project}/issues/${iid}`, issueSchema));
    },
    // The newest first; it knows no time to begin at.
    findComment: (iid, marker) =>
      findOnPages(new URL(api).host, marker, pageSize, (page) =>
        rest.call(
          'list notes',
          'GET',
          `${project}/issues/${iid}/notes?order_by=created_at&sort=desc&per_page=${pageSize}&page=${page}`,
          z.array(noteSchema),
        ),
      ),
    async addComment(iid, body) {
      await rest.call('comment on an issue', 'POST', `${project}/issues/${iid}/notes`, noteSchema, { body });
    },
    async changeComment(iid, id, body) {
      const path = `${project}/issues/${iid}/notes/${id}`;
      await rest.call('change a comment', 'PUT', path, noteSchema, { body });
    },
  };
}
