// Issues of a forge as a deliverer asks for them: real HTTP, the forge is test/support/forge-server.ts.
import { describe, expect, test } from 'vitest';
import type { ForgeKind } from '../../src/forge/kinds.ts';
import { answer, issueState, listIssues } from '../../src/runtime/deliver/issues.ts';
import { keptIssue } from '../support/forge-issues.ts';
import { forgeServer, forgeToken } from '../support/forge-server.ts';

const marker = '<!-- fleet: shop/obj-1 0123456789abcdef -->';
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'done',
    (error: { code?: string }) => error.code,
  );

async function forge(kind: ForgeKind) {
  const there = await forgeServer(kind, async () => []);
  const at = { forge: kind, api: there.api, repository: 'acme/shop', product: 'shop', token: 'SHOP_TOKEN' };
  return {
    there,
    list: (more: { page?: number; etag?: string | null; label?: string } = {}) =>
      listIssues({ do: 'issues', ...at, label: 'agent', page: 1, etag: null, ...more }, forgeToken),
    state: (number: number) => issueState({ do: 'issue', ...at, number }, forgeToken),
    answer: (body: string) =>
      answer({ do: 'answer', ...at, number: 7, marker, body, since: '2026-01-04T00:00:00.000Z' }, forgeToken),
    async [Symbol.asyncDispose]() {
      await there[Symbol.asyncDispose]();
    },
  };
}

describe.each(['github', 'gitea', 'gitlab'] as const)('on %s', (kind) => {
  test('those that are open and carry the label, as they were written, cut; pull requests are none', async () => {
    await using f = await forge(kind);
    f.there.issues.push(
      keptIssue(1, { body: null }),
      keptIssue(2, { labels: ['bug'] }),
      keptIssue(3, { state: 'closed' }),
      keptIssue(4, { title: 'x'.repeat(400), body: 'y'.repeat(50_000), labels: ['bug', 'agent'] }),
      ...(kind === 'gitlab' ? [keptIssue(5, { confidential: true })] : [keptIssue(5, { pullRequest: true })]),
    );
    const { issues, more } = await f.list();
    expect(issues?.map(({ number }) => number).sort()).toEqual([1, 4]);
    expect(more).toBe(false);
    const [first, long] = issues?.toSorted((a, b) => a.number - b.number) ?? [];
    expect(first).toMatchObject({
      title: 'Title 1',
      body: '',
      by: 'ann',
      url: expect.stringMatching(/^http/),
    });
    expect([long?.title.length, long?.body.length]).toEqual([300, 16_000]);
    expect(long?.body.endsWith('…')).toBe(true);
  });

  test('a label that nothing has any more is no issue, whatever the forge lists then', async () => {
    await using f = await forge(kind);
    f.there.issues.push(keptIssue(1, { labels: ['bot'] }));
    expect(await f.list()).toMatchObject({ issues: [], more: false });
    expect((await f.list({ label: 'bot' })).issues).toHaveLength(1);
  });

  test('page by page, each asked for with what is known of it', async () => {
    await using f = await forge(kind);
    f.there.issues.push(...Array.from({ length: 60 }, (_, n) => keptIssue(n + 1)));
    const first = await f.list();
    const second = await f.list({ page: 2 });
    expect([first.issues?.length, first.more, second.issues?.length, second.more]).toEqual([
      50,
      true,
      10,
      false,
    ]);
    expect(await f.list({ etag: first.etag })).toMatchObject({ issues: null, etag: first.etag });
    expect(f.there.asked.at(-1)).toMatchObject({ status: 304, conditional: true });
  });

  test('how one stands: open, closed, or gone', async () => {
    await using f = await forge(kind);
    f.there.issues.push(keptIssue(1), keptIssue(2, { state: 'closed' }));
    expect([await f.state(1), await f.state(2), await f.state(3)]).toEqual(['open', 'closed', 'gone']);
    f.there.faults.push({ on: 'GET', when: 'before', status: 410, body: '{"message":"deleted"}' });
    expect(await f.state(1)).toBe('gone');
    // One that was moved to another repository: nobody follows with a token.
    f.there.faults.push({
      on: 'GET',
      when: 'before',
      status: 301,
      headers: { location: `${f.there.api}/elsewhere` },
      body: '{"message":"Moved Permanently"}',
    });
    expect(await f.state(1)).toBe('gone');
    // A token that may read the repository no more: then nothing is known of any issue.
    const unseen = { on: 'GET', when: 'before', status: 404, body: '{"message":"Not Found"}' } as const;
    f.there.faults.push(unseen, unseen);
    expect(await codeOf(f.state(1))).toBe('FORGE_NOT_FOUND');
    f.there.faults.push({ on: 'GET', when: 'before', status: 502, body: '<title>Bad gateway</title>' });
    expect(await codeOf(f.state(1))).toBe('FORGE_UNAVAILABLE');
  });

  test('one comment, whatever happens between its requests; changed when there is more to say', async () => {
    await using f = await forge(kind);
    const issue = keptIssue(7, {
      comments: Array.from({ length: 120 }, (_, id) => ({ id, body: `Not ours, obj-1 ${id}` })),
    });
    f.there.issues.push(issue);
    const ours = () => issue.comments.slice(120).map(({ body }) => body);
    f.there.faults.push({ on: 'POST', when: 'before', status: 502 });
    expect(await codeOf(f.answer('Done.'))).toBe('FORGE_UNAVAILABLE');
    expect(ours()).toEqual([]);
    f.there.faults.push({ on: 'POST', when: 'after', status: 502 });
    expect(await codeOf(f.answer('Done.'))).toBe('FORGE_UNAVAILABLE');
    expect(ours()).toEqual([`Done.\n\n${marker}`]);
    expect(await f.answer('Done.')).toBe('there');
    expect(await f.answer('Done, and delivered.')).toBe('changed');
    expect(ours()).toEqual([`Done, and delivered.\n\n${marker}`]);
  });

  test('a limit with its end, a token without the right, an answer that is none', async () => {
    await using f = await forge(kind);
    const resets = Math.ceil(Date.now() / 1_000) + 1_800;
    const limit: { status: number; headers: Record<string, string> } =
      kind === 'github'
        ? { status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(resets) } }
        : { status: 429, headers: { 'ratelimit-reset': String(resets) } };
    f.there.faults.push({ on: 'GET', when: 'before', body: '{"message":"limit"}', ...limit });
    expect(await f.list().catch((error: unknown) => error)).toMatchObject({
      code: 'FORGE_RATE_LIMITED',
      resetAtMs: resets * 1_000,
    });
    f.there.issues.push(keptIssue(7));
    f.there.faults.push({ on: 'POST', when: 'before', status: 403, body: '{"message":"no"}' });
    expect(await codeOf(f.answer('Done.'))).toBe('FORGE_FORBIDDEN');
    f.there.faults.push({ on: 'GET', when: 'before', status: 200, body: '[{"unlike":"any"}]' });
    expect(await codeOf(f.list())).toBe('FORGE_REPLY_INVALID');
  });
});
