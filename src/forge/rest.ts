// Plain REST: one request, its answer checked by a schema.
import type { z } from 'zod';
import { FleetError } from '../common/errors.ts';
import { forgeFault } from './faults.ts';

/** For one request, all of its answer. */
const answerMs = 30_000;

export interface Rest {
  /**
   * @param did   for an error: `open a pull request`
   * @throws FleetError FORGE_…
   */
  call<T>(
    did: string,
    method: 'GET' | 'POST' | 'PATCH' | 'PUT',
    path: string,
    schema: z.ZodType<T>,
    body?: object,
  ): Promise<T>;
  /**
   * @param etag  of the answer that is known; null: none
   * @returns value null: it is as that answer was
   * @throws FleetError FORGE_…
   */
  look<T>(
    did: string,
    path: string,
    schema: z.ZodType<T>,
    etag: string | null,
  ): Promise<{ etag: string | null; value: T | null }>;
}

export function restOf(api: string, headers: Record<string, string>): Rest {
  const { host } = new URL(api);
  return {
    async call(did, method, path, schema, body) {
      const answer = await ask(did, method, path, {}, body);
      return checked(host, did, answer.says, schema);
    },
    async look(did, path, schema, etag) {
      const answer = await ask(did, 'GET', path, etag === null ? {} : { 'if-none-match': etag });
      const value = answer.status === 304 ? null : checked(host, did, answer.says, schema);
      return { etag: answer.headers.etag ?? etag, value };
    },
  };

  async function ask(
    did: string,
    method: string,
    path: string,
    more: Record<string, string>,
    body?: object,
  ): Promise<{ status: number; headers: Record<string, string | undefined>; says: string }> {
    const answer = await fetch(`${api}${path}`, {
      method,
      headers: {
        accept: 'application/json',
        'user-agent': 'meta-coordinator',
        ...(body && { 'content-type': 'application/json' }),
        ...headers,
        ...more,
      },
      ...(body && { body: JSON.stringify(body) }),
      // A token must not follow to wherever an answer points; a renamed repository is named in products.yaml anew.
      redirect: 'manual',
      signal: AbortSignal.timeout(answerMs),
    }).then(
      async (response) => ({
        status: response.status,
        headers: Object.fromEntries(response.headers),
        says: await response.text(),
      }),
      (thrown: unknown) => ({ status: 0, headers: {}, says: whyNone(thrown) }),
    );
    if (answer.status === 304 && 'if-none-match' in more) return answer;
    if (answer.status >= 300 && answer.status < 400)
      throw forgeFault(host, did, { ...answer, status: 404, says: 'It has moved' }, Date.now());
    if (answer.status < 200 || answer.status >= 300)
      throw forgeFault(host, did, { ...answer, says: messageOf(answer.says) }, Date.now());
    return answer;
  }
}

/** @throws FleetError FORGE_REPLY_INVALID */
export function checked<T>(host: string, did: string, reply: unknown, schema: z.ZodType<T>): T {
  const read = schema.safeParse(typeof reply === 'string' ? parse(reply) : reply);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new FleetError({
    code: 'FORGE_REPLY_INVALID',
    message: `Expected ${host} to ${did} and say so in its own form, got ${issue?.path.join('.') || 'an answer'}: ${issue?.message}.`,
    mend: 'Check that `deliver.api` is the REST address of that kind of forge.',
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Gitea and GitLab say `message`, a text or lists by field; older GitLab `error`. */
function messageOf(text: string): string {
  const said = parse(text) as { message?: unknown; error?: unknown } | null;
  const message = said?.message ?? said?.error;
  return message === undefined ? text : typeof message === 'string' ? message : JSON.stringify(message);
}

export function whyNone(thrown: unknown): string {
  const { name, message, cause } = thrown as Error & { cause?: { code?: string; message?: string } };
  return name === 'TimeoutError' ? 'no answer in time' : (cause?.code ?? cause?.message ?? message);
}
