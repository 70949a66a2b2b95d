// GitLab: https://docs.gitlab.com/api/merge_requests. A draft is a title that begins with `Draft: `.
import { z } from 'zod';
import { FleetError } from '../common/errors.ts';
import { isOurs } from './comments.ts';
import type { Check, Forge, ForgeTarget, PullRequest } from './forge.ts';
import { gitlabIssues } from './gitlab-issues.ts';
import { restOf } from './rest.ts';

const requestSchema = z.object({
  iid: z.number().int(),
  web_url: z.url(),
  /** locked: it is being merged */
  state: z.enum(['opened', 'closed', 'merged', 'locked']),
  title: z.string(),
  description: z.string().nullable(),
  target_branch: z.string(),
  /** null: its branch is gone */
  sha: z.string().nullish(),
});
const statusSchema = z.object({
  name: z.string(),
  status: z.string(),
  target_url: z.string().nullable(),
  allow_failure: z.boolean().default(false),
});
/** manual waits for a human, and holds nothing up */
const passes = new Set(['success', 'skipped', 'manual']);
const ends = new Set(['failed', 'canceled']);
const noteSchema = z.object({
  id: z.number(),
  author: z.object({ username: z.string() }),
  body: z.string(),
  created_at: z.string(),
  /** written by GitLab itself */
  system: z.boolean(),
  position: z.object({ new_path: z.string().nullish(), new_line: z.number().nullish() }).nullish(),
});
const states = { opened: 'open', locked: 'open', closed: 'closed', merged: 'merged' } as const;

export function gitlab(target: ForgeTarget): Forge {
  const { api, repository, token } = target;
  const rest = restOf(api, { 'private-token': token });
  const project = `/projects/${encodeURIComponent(repository)}`;
  const meant = (one: z.infer<typeof requestSchema>): PullRequest => ({
    number: one.iid,
    url: one.web_url,
    state: states[one.state],
    title: one.title,
    body: one.description ?? '',
    base: one.target_branch,
  });
  async function userId(name: string): Promise<number> {
    const [user] = await rest.call(
      'find a user',
      'GET',
      `/users?username=${encodeURIComponent(name)}`,
      z.array(z.object({ id: z.number().int() })),
    );
    if (user) return user.id;
    throw new FleetError({
      code: 'FORGE_NOT_FOUND',
      message: `Expected ${new URL(api).host} to know the reviewer ${name}, got nobody of that name.`,
      mend: 'Correct `deliver.reviewers` in products.yaml.',
    });
  }
  return {
    ...gitlabIssues(target, rest, project),
    async find(head) {
      const query = `state=all&order_by=created_at&sort=desc&source_branch=${encodeURIComponent(head)}`;
      const path = `${project}/merge_requests?${query}`;
      return (await rest.call('list its merge requests', 'GET', path, z.array(requestSchema))).map(meant);
    },
    async open({ head, base, title, body, draft }) {
      const wanted = {
        source_branch: head,
        target_branch: base,
        title: draft ? `Draft: ${title}` : title,
        description: body,
      };
      const path = `${project}/merge_requests`;
      return meant(await rest.call('open a merge request', 'POST', path, requestSchema, wanted));
    },
    async change(number, { title, body }) {
      const path = `${project}/merge_requests/${number}`;
      await rest.call('change a merge request', 'PUT', path, requestSchema, { title, description: body });
    },
    async addLabels(number, labels) {
      const path = `${project}/merge_requests/${number}`;
      await rest.call('label a merge request', 'PUT', path, requestSchema, { add_labels: labels.join(',') });
    },
    async askReviewers(number, names) {
      const reviewer_ids = await Promise.all(names.map(userId));
      const path = `${project}/merge_requests/${number}`;
      await rest.call('ask for a review', 'PUT', path, requestSchema, { reviewer_ids });
    },
    watched: {
      async request(number, _head, known) {
        const path = `${project}/merge_requests/${number}`;
        const { etag, value } = await rest.look('show a merge request', path, requestSchema, known);
        return {
          etag,
          glance: value && { state: meant(value).state, ...(value.sha && { head: value.sha }) },
        };
      },
      async statuses(_number, head, known) {
        const path = `${project}/repository/commits/${head}/statuses?per_page=100`;
        const { etag, value } = await rest.look('list statuses', path, z.array(statusSchema), known);
        const checks = value?.map(
          ({ name, status, target_url, allow_failure }): Check => ({
            ...{ name, url: target_url },
            state:
              passes.has(status) || (allow_failure && ends.has(status))
                ? 'passed'
                : ends.has(status)
                  ? 'failed'
                  : 'waiting',
          }),
        );
        return { etag, glance: checks === undefined ? null : { checks } };
      },
      async notes(number, _head, known) {
        const path = `${project}/merge_requests/${number}/notes?per_page=100&order_by=created_at&sort=desc`;
        const { etag, value } = await rest.look('list notes', path, z.array(noteSchema), known);
        const remarks = value?.toReversed().flatMap(({ id, author, body, created_at, system, position }) =>
          system || isOurs(body)
            ? []
            : [
                {
                  ...{ id: `note-${id}`, by: author.username, at: created_at, text: body },
                  ...{ path: position?.new_path ?? null, line: position?.new_line ?? null },
                },
              ],
        );
        return { etag, glance: remarks === undefined ? null : { remarks } };
      },
    },
  };
}
