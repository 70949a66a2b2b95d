// A request to fleetd of any version: what is sent and what comes back is not checked against this build's contract.
import { request } from 'node:http';

/** @returns `data` of the reply. @throws Error with what fleetd said, or what the socket did */
export async function ask(
  socketPath: string,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
): Promise<unknown> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  request(
    {
      socketPath,
      method,
      path: `/v1${path}`,
      agent: false,
      headers: text === undefined ? {} : { 'content-type': 'application/json' },
    },
    async (response) => {
      try {
        resolve((await response.setEncoding('utf8').toArray()).join(''));
      } catch (error) {
        reject(error);
      }
    },
  )
    .on('error', reject)
    .end(text);
  const reply = JSON.parse(await promise) as { ok: boolean; data?: unknown; error?: { message: string } };
  if (!reply.ok) throw new Error(`${method} ${path}: ${reply.error?.message}`);
  return reply.data;
}
