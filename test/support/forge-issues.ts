// A forge's issues and their comments in memory, as GitHub, Gitea and GitLab tell them: beside forge-server.ts.
import type { ForgeKind } from '../../src/forge/kinds.ts';

export interface KeptIssue {
  number: number;
  title: string;
  body: string | null;
  by: string;
  labels: string[];
  state: 'open' | 'closed';
  comments: { id: number; body: string }[];
  /** GitHub and Gitea list one as an issue, too */
  pullRequest?: true;
  confidential?: true;
}

export const keptIssue = (number: number, changes: Partial<KeptIssue> = {}): KeptIssue => ({
  ...{ number, title: `Title ${number}`, body: `Body ${number}`, by: 'ann' },
  ...{ labels: ['agent'], state: 'open', comments: [] },
  ...changes,
});

const at = '2026-01-05T12:00:00Z';

function shape(kind: ForgeKind, api: string, issue: KeptIssue): object {
  const { number, title, body, by, labels, state } = issue;
  const url = `${api}/web/acme/shop/${kind === 'gitlab' ? '-/' : ''}issues/${number}`;
  if (kind === 'gitlab')
    return {
      ...{ id: 2000 + number, iid: number, project_id: 7, title, description: body, labels, web_url: url },
      ...{ state: state === 'open' ? 'opened' : 'closed', created_at: at, updated_at: at },
      ...{ author: { id: 9, username: by }, confidential: issue.confidential === true },
    };
  const pull = { html_url: url, merged_at: null };
  return {
    ...{
      id: 2000 + number,
      number,
      title,
      html_url: url,
      state,
      created_at: at,
      updated_at: at,
      closed_at: null,
    },
    ...{ body: kind === 'gitea' ? (body ?? '') : body, user: { login: by, id: 9 } },
    labels: labels.map((name, id) => ({ id, name, color: 'ffffff' })),
    ...(issue.pullRequest && { pull_request: pull }),
  };
}

/** null: it was not asked for issues */
export function answerIssues(
  { kind, api, issues }: { kind: ForgeKind; api: string; issues: KeptIssue[] },
  method: string,
  path: string,
  query: URLSearchParams,
  body: Record<string, unknown> | null,
): { status: number; reply: unknown } | null {
  const base = kind === 'gitlab' ? '/projects/acme%2Fshop/issues' : '/repos/acme/shop/issues';
  if (!path.startsWith(base)) return null;
  const text = (body?.body as string | undefined) ?? '';
  const size = Number(query.get('per_page') ?? query.get('limit') ?? 20);
  const page = Number(query.get('page') ?? 1);
  const pageOf = <T>(all: T[]): T[] => all.slice((page - 1) * size, page * size);
  const person =
    kind === 'gitlab' ? { author: { id: 9, username: 'fleet' } } : { user: { login: 'fleet', id: 9 } };
  const comment = (one: { id: number; body: string }) => ({
    ...{ ...one, created_at: at, updated_at: at, ...person },
    ...(kind === 'gitlab' ? { system: false } : { html_url: `${api}/web/comments/${one.id}` }),
  });
  if (method === 'GET' && path === base) {
    const label = query.get('labels') ?? '';
    // Gitea leaves out of the question what it does not know.
    const known = kind !== 'gitea' || issues.some(({ labels }) => labels.includes(label));
    const wanted = issues.filter(
      (one) => one.state === 'open' && (!known || one.labels.some((name) => name === label)),
    );
    const all = kind === 'gitea' ? wanted.toReversed() : wanted;
    return { status: 200, reply: pageOf(all).map((one) => shape(kind, api, one)) };
  }
  const [, changed] = /\/issues\/comments\/(\d+)$/.exec(path) ?? /\/notes\/(\d+)$/.exec(path) ?? [];
  if (changed !== undefined) {
    const found = issues.flatMap(({ comments }) => comments).find(({ id }) => id === Number(changed));
    if (!found) return { status: 404, reply: { message: 'Not Found' } };
    found.body = text;
    return { status: 200, reply: comment(found) };
  }
  const [, number, list] = /\/issues\/(\d+)(\/comments|\/notes)?$/.exec(path) ?? [];
  const issue = issues.find((one) => one.number === Number(number));
  // What else has such a path is of pull requests.
  if (!issue) return null;
  if (list === undefined) return method === 'GET' ? { status: 200, reply: shape(kind, api, issue) } : null;
  if (method === 'POST') {
    const made = { id: number === undefined ? 0 : Number(number) * 1000 + issue.comments.length, body: text };
    issue.comments.push(made);
    return { status: 201, reply: comment(made) };
  }
  const all = kind === 'gitlab' ? issue.comments.toReversed() : issue.comments;
  return { status: 200, reply: (kind === 'gitea' ? all : pageOf(all)).map(comment) };
}
