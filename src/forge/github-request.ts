// One request to GitHub by Octokit, its answer checked by a schema.
import { request as octokit } from '@octokit/request';
import type { z } from 'zod';
import { FleetError } from '../common/errors.ts';
import { forgeFault } from './faults.ts';
import type { ForgeTarget } from './forge.ts';
import { checked, whyNone } from './rest.ts';

const answerMs = 30_000;

export interface GitHubRequest {
  /** @param did  for an error. @param route  of `@octokit/endpoint`, without owner and repo. @throws FleetError FORGE_… */
  call<T>(did: string, route: string, schema: z.ZodType<T>, parameters: Record<string, unknown>): Promise<T>;
  /** As call(), with what is known; see Rest. */
  look<T>(
    did: string,
    route: string,
    schema: z.ZodType<T>,
    parameters: Record<string, unknown>,
    etag: string | null,
  ): Promise<{ etag: string | null; value: T | null }>;
}

export function githubRequest({ api, repository, token }: ForgeTarget): GitHubRequest {
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

  async function ask(
    did: string,
    route: string,
    parameters: Record<string, unknown>,
  ): Promise<{ etag: string | null; data: unknown } | null> {
    const asked = request(route, { ...parameters, request: { signal: AbortSignal.timeout(answerMs) } });
    return await asked
      .then(({ headers, data, status }: { headers: { etag?: string }; data: unknown; status: number }) => {
        // Octokit takes a redirect that is not followed for an answer.
        if (status >= 300)
          throw forgeFault(host, did, { status: 404, headers: {}, says: 'It has moved' }, Date.now());
        return { etag: headers.etag ?? null, data };
      })
      .catch((thrown: unknown) => {
        if (thrown instanceof FleetError) throw thrown;
        const { status, response } = thrown as {
          status?: number;
          response?: { headers: Record<string, string>; data: unknown };
        };
        if (status === 304) return null;
        const told = response?.data as { message?: string; errors?: unknown } | string | undefined;
        const errors = typeof told === 'object' && told?.errors ? ` ${JSON.stringify(told.errors)}` : '';
        const says = typeof told === 'string' ? told : `${told?.message ?? ''}${errors}`;
        // An error of its own says 500 where there was no answer at all.
        throw response === undefined
          ? forgeFault(host, did, { status: 0, headers: {}, says: whyNone(thrown) }, Date.now())
          : forgeFault(host, did, { status: status ?? 0, headers: response.headers, says }, Date.now());
      });
  }

  return {
    async call(did, route, schema, parameters) {
      return checked(host, did, (await ask(did, route, parameters))?.data, schema);
    },
    async look(did, route, schema, parameters, etag) {
      const known = etag === null ? {} : { headers: { 'if-none-match': etag } };
      const answer = await ask(did, route, { ...parameters, ...known });
      if (answer === null) return { etag, value: null };
      return { etag: answer.etag, value: checked(host, did, answer.data, schema) };
    },
  };
}
