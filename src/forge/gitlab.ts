// GitLab: https://docs.gitlab.com/api/merge_requests. A draft is a title that begins with `Draft: `.
import { z } from 'zod';
import { FleetError } from '../common/errors.ts';
import type { Forge, ForgeTarget, PullRequest } from './forge.ts';
import { restOf } from './rest.ts';

const requestSchema = z.object({
  iid: z.number().int(),
  web_url: z.url(),
  /** locked: it is being merged */
  state: z.enum(['opened', 'closed', 'merged', 'locked']),
  title: z.string(),
  description: z.string().nullable(),
  target_branch: z.string(),
});
const states = { opened: 'open', locked: 'open', closed: 'closed', merged: 'merged' } as const;

export function gitlab({ api, repository, token }: ForgeTarget): Forge {
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
  };
}
