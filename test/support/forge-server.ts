// A forge's pull requests in memory, as GitHub, Gitea and GitLab tell them. Its replies are held to their published
// descriptions by `npm run check:forges`.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ForgeKind } from '../../src/forge/kinds.ts';
import { answerIssues, type KeptIssue } from './forge-issues.ts';

export interface Kept {
  number: number;
  head: string;
  base: string;
  title: string;
  body: string;
  state: 'open' | 'closed' | 'merged';
  draft: boolean;
  labels: string[];
  reviewers: string[];
  checks: { name: string; state: 'waiting' | 'passed' | 'failed' }[];
  /** line null: of the whole */
  remarks: { id: number; by: string; text: string; path: string; line: number | null }[];
  /** its conversation */
  talk: { id: number; by: string; text: string; bot?: true }[];
}

export interface ForgeServer extends AsyncDisposable {
  kind: ForgeKind;
  api: string;
  pulls: Kept[];
  issues: KeptIssue[];
  asked: {
    method: string;
    path: string;
    /** names of its parameters */
    query: string[];
    body: Record<string, unknown> | null;
    status: number;
    reply: unknown;
    /** whether it said what it knows */
    conditional: boolean;
  }[];
  /** The next request of that method is answered with this instead. before: nothing happens. after: it has happened. */
  faults: {
    on: 'GET' | 'POST' | 'PATCH' | 'PUT';
    when: 'before' | 'after';
    status: number;
    headers?: Record<string, string>;
    body?: string;
  }[];
}

export const forgeToken = 'token-of-the-forge';
const at = '2026-01-05T12:00:00Z';
const head = '0'.repeat(40);

function shape(kind: ForgeKind, api: string, pull: Kept): object {
  const url = `${api}/web/${pull.number}`;
  const closed = pull.state === 'open' ? null : at;
  const merged = pull.state === 'merged' ? at : null;
  if (kind === 'gitlab')
    return {
      id: 1000 + pull.number,
      iid: pull.number,
      project_id: 7,
      title: pull.title,
      description: pull.body,
      state: { open: 'opened', closed: 'closed', merged: 'merged' }[pull.state],
      created_at: at,
      updated_at: at,
      target_branch: pull.base,
      source_branch: pull.head,
      labels: pull.labels,
      draft: pull.title.startsWith('Draft: '),
      sha: head,
      web_url: url,
    };
  return {
    id: 1000 + pull.number,
    number: pull.number,
    html_url: url,
    url: `${api}/repos/acme/shop/pulls/${pull.number}`,
    state: pull.state === 'open' ? 'open' : 'closed',
    title: pull.title,
    body: pull.body,
    draft: pull.draft,
    created_at: at,
    updated_at: at,
    closed_at: closed,
    merged_at: merged,
    ...(kind === 'gitea' && { merged: merged !== null }),
    head: { ref: pull.head, sha: head, label: pull.head },
    base: { ref: pull.base, sha: head, label: pull.base },
    labels: pull.labels.map((name, id) => ({ id, name, color: 'ffffff' })),
  };
}

const words = {
  github: { waiting: 'in_progress', passed: 'success', failed: 'failure' },
  gitea: { waiting: 'pending', passed: 'success', failed: 'failure' },
  gitlab: { waiting: 'running', passed: 'success', failed: 'failed' },
} as const;

/** What a pull request is watched by; null: it was not asked for. Checks are those of the latest: all have one head here. */
function watched(kind: ForgeKind, api: string, path: string, pulls: Kept[]): unknown {
  const url = `${api}/checks`;
  const checks = (pulls.at(-1)?.checks ?? []).map((one) => ({ ...one, word: words[kind][one.state] }));
  const said = (number: string | undefined) => {
    const pull = pulls.find((one) => one.number === Number(number));
    const talk = kind === 'gitlab' ? (pull?.talk ?? []) : [];
    return [...(pull?.remarks ?? []), ...talk.map((one) => ({ ...one, path: '', line: null }))];
  };
  const person = (login: string) => ({ login, id: 9 });
  if (kind === 'gitlab') {
    if (/\/commits\/\w+\/statuses$/.test(path))
      return checks.map(({ name, word }, id) => ({
        id,
        name,
        status: word,
        target_url: url,
        allow_failure: false,
      }));
    const [, iid] = /\/merge_requests\/(\d+)\/notes$/.exec(path) ?? [];
    const note = { created_at: at, updated_at: at, system: false };
    return iid === undefined
      ? null
      : said(iid)
          .toReversed()
          .map(({ id, by, text, path, line }) => ({
            ...note,
            ...{ id, body: text, author: { id: 9, username: by } },
            ...(line !== null && { position: { new_path: path, new_line: line } }),
          }));
  }
  const total = checks.length;
  if (/\/check-runs$/.test(path))
    return {
      total_count: total,
      check_runs: checks.map(({ name, state, word }, id) => ({
        ...{ id, name, html_url: url, head_sha: head },
        ...(state === 'waiting'
          ? { status: word, conclusion: null }
          : { status: 'completed', conclusion: word }),
      })),
    };
  if (/\/commits\/\w+\/status$/.test(path)) {
    const shown = kind === 'github' ? [] : checks;
    return {
      ...{ state: 'pending', sha: head, total_count: shown.length },
      statuses: shown.map(({ name, word }, id) => ({ id, context: name, status: word, target_url: url })),
    };
  }
  const [, talk] = /\/issues\/(\d+)\/comments$/.exec(path) ?? [];
  const talked = pulls.find((one) => one.number === Number(talk));
  if (talked)
    return talked.talk.map(({ id, by, text, bot }) => ({
      ...{ id, body: text, created_at: at, updated_at: at, html_url: `${api}/web/talk/${id}` },
      user: { ...person(by), ...(kind === 'github' && { type: bot ? 'Bot' : 'User' }) },
    }));
  const [, number, list] = /\/pulls\/(\d+)\/(reviews|comments)$/.exec(path) ?? [];
  if (list === 'reviews')
    return said(number)
      .filter(({ line }) => line === null || kind === 'gitea')
      .map(({ id, by, text, line }) => ({
        ...{ id, user: person(by), state: 'COMMENTED', submitted_at: at },
        ...(kind === 'gitea'
          ? { body: line === null ? text : '', comments_count: line === null ? 0 : 1 }
          : { body: text }),
      }));
  if (list === 'comments')
    return said(number)
      .filter(({ line }) => line !== null)
      .toReversed()
      .map(({ id, by, text, path, line }) => ({
        id,
        user: person(by),
        body: text,
        created_at: at,
        path,
        line,
      }));
  return null;
}

/** @param branches  names of the remote's branches: a pull request wants both of its own */
export async function forgeServer(kind: ForgeKind, branches: () => Promise<string[]>): Promise<ForgeServer> {
  const made = {
    kind,
    api: '',
    pulls: [] as Kept[],
    issues: [],
    asked: [],
    faults: [],
  } as unknown as ForgeServer;

  async function answer(
    method: string,
    path: string,
    query: URLSearchParams,
    body: Record<string, unknown> | null,
  ): Promise<{ status: number; reply: unknown }> {
    const shown = (pull: Kept) => shape(kind, made.api, pull);
    const base = kind === 'gitlab' ? '/projects/acme%2Fshop/merge_requests' : '/repos/acme/shop/pulls';
    const text = (key: string) => (body?.[key] as string | undefined) ?? '';
    if (kind === 'gitlab' && path === '/users')
      return { status: 200, reply: query.get('username') === 'ann' ? [{ id: 5, username: 'ann' }] : [] };
    if (method === 'GET' && path === base) {
      const wanted = kind === 'github' ? query.get('head')?.split(':')[1] : query.get('source_branch');
      const all = made.pulls.filter(({ head }) => wanted == null || head === wanted).map(shown);
      return { status: 200, reply: all.toReversed() };
    }
    if (method === 'POST' && path === base) {
      const [head, into] =
        kind === 'gitlab' ? [text('source_branch'), text('target_branch')] : [text('head'), text('base')];
      const there = await branches();
      if (!there.includes(head) || !there.includes(into))
        return {
          status: 422,
          reply: { message: 'Validation Failed', errors: [{ field: 'head', code: 'invalid' }] },
        };
      if (made.pulls.some((one) => one.head === head && one.state === 'open'))
        return {
          status: kind === 'github' ? 422 : 409,
          reply: { message: `A pull request already exists for acme:${head}.` },
        };
      const pull: Kept = {
        number: made.pulls.length + 1,
        head,
        base: into,
        title: text('title'),
        body: kind === 'gitlab' ? text('description') : text('body'),
        state: 'open',
        draft: body?.draft === true,
        labels: [],
        ...{ reviewers: [], checks: [], remarks: [], talk: [] },
      };
      made.pulls.push(pull);
      return { status: 201, reply: shown(pull) };
    }
    const ofIssues = answerIssues(made, method, path, query, body);
    if (ofIssues !== null) return ofIssues;
    const looked = watched(kind, made.api, path, made.pulls);
    if (method === 'GET' && looked !== null) return { status: 200, reply: looked };
    const [, number = '0', rest = ''] = /\/(?:pulls|issues|merge_requests)\/(\d+)(\/\w+)?$/.exec(path) ?? [];
    const pull = made.pulls.find((one) => one.number === Number(number));
    if (pull === undefined) return { status: 404, reply: { message: 'Not Found' } };
    if (rest === '/labels') pull.labels = body?.labels as string[];
    if (rest === '/requested_reviewers') {
      const wanted = (body?.reviewers ?? []) as string[];
      if (wanted.some((name) => name !== 'ann'))
        return { status: 422, reply: { message: 'Reviews may only be requested from collaborators.' } };
      pull.reviewers = wanted;
    }
    if (rest === '' && body !== null) {
      if (text('title')) pull.title = text('title');
      if (text('body') || text('description')) pull.body = text('body') || text('description');
      if (text('add_labels')) pull.labels = text('add_labels').split(',');
      if (body.reviewer_ids) pull.reviewers = (body.reviewer_ids as number[]).map(() => 'ann');
    }
    if (rest === '/labels') return { status: 200, reply: [] };
    // Gitea answers with the reviews that are asked for, and to a change as to a new one.
    if (rest === '/requested_reviewers') return { status: 201, reply: kind === 'gitea' ? [] : shown(pull) };
    return { status: kind === 'gitea' ? 201 : 200, reply: shown(pull) };
  }

  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const sent = await new Response(request as unknown as ReadableStream).text();
    const body = sent === '' ? null : (JSON.parse(sent) as Record<string, unknown>);
    const say = (status: number, reply: string, headers: Record<string, string> = {}) => {
      response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
      response.end(reply);
    };
    const may =
      request.headers.authorization === `token ${forgeToken}` ||
      request.headers['private-token'] === forgeToken;
    if (!may) return say(401, JSON.stringify({ message: 'Bad credentials' }));
    const due = made.faults.findIndex(({ on }) => on === request.method);
    const [fault] = due < 0 ? [] : made.faults.splice(due, 1);
    if (fault?.when === 'before') return say(fault.status, fault.body ?? '{}', fault.headers);
    const method = request.method ?? '';
    const { status, reply } = await answer(method, pathname, searchParams, body);
    const text = JSON.stringify(reply);
    const etag = `W/"${createHash('sha256').update(text).digest('hex').slice(0, 16)}"`;
    const known = request.headers['if-none-match'];
    const same = method === 'GET' && known === etag;
    const query = [...searchParams.keys()];
    made.asked.push({
      method,
      path: pathname,
      query,
      body,
      status: same ? 304 : status,
      reply,
      conditional: known !== undefined,
    });
    if (fault?.when === 'after') return say(fault.status, fault.body ?? '{}', fault.headers);
    if (same) return response.writeHead(304, { etag }).end();
    say(status, text, { etag });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  made.api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(made, {
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  });
}
