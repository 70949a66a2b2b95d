// GitHub, also Enterprise (`…/api/v3`): https://docs.github.com/en/rest/pulls.
import { request as octokit } from '@octokit/request';
import { z } from 'zod';
import { forgeFault } from './faults.ts';
import type { Forge, ForgeTarget, PullRequest } from './forge.ts';
import { checked, whyNone } from './rest.ts';

const requestSchema = z.object({
  number: z.number().int(),
  html_url: z.url(),
  state: z.enum(['open', 'closed']),
  merged_at: z.string().nullable(),
  title: z.string(),
  body: z.string().nullable(),
  base: z.object({ ref: z.string() }),
});
const answerMs = 30_000;

export function github({ api, repository, token }: ForgeTarget): Forge {
  const [owner = '', repo = ''] = repository.split('/');
  const { host } = new URL(api);
  const request = octokit.defaults({
    baseUrl: api,
    headers: {
      authorization: `token ${token}`,
      'user-agent': 'meta-coordinator',
      'x-github-api-version': '2022-11-28',
    },
    owner,
    repo,
    request: { redirect: 'manual' },
  });
  const meant = (one: z.infer<typeof requestSchema>): PullRequest => ({
    number: one.number,
    url: one.html_url,
    state: one.merged_at !== null ? 'merged' : one.state,
    title: one.title,
    body: one.body ?? '',
    base: one.base.ref,
  });

  async function call<T>(
    did: string,
    route: string,
    schema: z.ZodType<T>,
    parameters: Record<string, unknown>,
  ): Promise<T> {
    const answer = await request(route, {
      ...parameters,
      request: { signal: AbortSignal.timeout(answerMs) },
    }).catch((thrown: unknown) => {
      const { status, response } = thrown as {
        status?: number;
        response?: { headers: Record<string, string>; data: unknown };
      };
      const told = response?.data as { message?: string; errors?: unknown } | string | undefined;
      const errors = typeof told === 'object' && told?.errors ? ` ${JSON.stringify(told.errors)}` : '';
      const says = typeof told === 'string' ? told : `${told?.message ?? ''}${errors}`;
      // An error of its own says 500 where there was no answer at all.
      throw response === undefined
        ? forgeFault(host, did, { status: 0, headers: {}, says: whyNone(thrown) }, Date.now())
        : forgeFault(host, did, { status: status ?? 0, headers: response.headers, says }, Date.now());
    });
    return checked(host, did, answer.data, schema);
  }

  return {
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
  };
}
