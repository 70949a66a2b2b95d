// `npm run test:claude -- --bundle`: the configuration that people run. Asked in WebChat, worked on by the real parts in
// the image, given back as a branch of the human's own repository.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Finding } from '../../src/contract/doctor.ts';
import type { FleetEvent } from '../../src/contract/events.ts';
import type { FleetStatus } from '../../src/contract/status.ts';
import { madeUpKey, madeUpToken } from '../support/claude-lab.ts';
import { usualUsage } from '../support/model-server/server.ts';
import { type BundleLab, openBundle } from './bundle-lab.ts';
import { keepFigures, roleIn } from './figures.ts';
import { patienceMs } from './open.ts';

const minutes = 60_000;
/** Input and output, without cache. */
const tokensOfReply = usualUsage.input_tokens + usualUsage.output_tokens;

describe('the compose bundle', { timeout: 15 * minutes }, () => {
  let lab: BundleLab;
  beforeAll(async () => {
    lab = await openBundle();
  }, 15 * minutes);
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return;
    const events = await lab.stack.exec('fleetd', ['fleet', 'events', '--last', '100']).catch(String);
    console.log([...lab.model.answers, events, ...(await lab.strangers())].join('\n'));
  });
  afterAll(() => lab?.[Symbol.asyncDispose](), 2 * minutes);

  const ended = async (id: string) =>
    (await lab.stack.exec('fleetd', ['fleet', 'events', '--last', '1000', '--json']))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line).data as FleetEvent)
      .find(({ kind, objective }) => kind === 'session.ended' && objective === id)?.data;
  const nothingLeft = async () => {
    await expect.poll(lab.strangers, { timeout: 30_000, interval: 500 }).toEqual([]);
    const sessions = ['tmux', '-L', 'overstory', 'list-sessions', '-F', '#{session_name}'];
    expect(await lab.stack.exec('overstory-runtime', sessions)).toBe('keeper');
  };
  /** A session with three Claude Codes at work, whose builder gets no answer until `end()`. */
  const atWork = async (id: string) => {
    const hold = lab.model.hold({ agent: `builder-${id}` });
    await expect.poll(hold.held, { timeout: patienceMs, interval: 500 }).toBeGreaterThan(0);
    expect((await lab.claudes()).map(({ cwd }) => roleIn(cwd)).sort()).toEqual([
      'builder',
      'coordinator',
      'lead',
    ]);
    return hold;
  };

  it('reaches the model from the runtime, and nothing else', async () => {
    const reach = (host: string, port: number) =>
      lab.stack.exec('overstory-runtime', [
        'node',
        '-e',
        `require('net').connect({host:'${host}',port:${port},timeout:3000}).on('connect',()=>{console.log('reached');process.exit()}).on('timeout',()=>process.exit()).on('error',()=>process.exit())`,
      ]);
    const { hostname, port } = new URL(lab.model.url);
    expect(await reach(hostname, Number(port))).toBe('reached');
    expect(await reach('192.0.2.1', 443)).toBe('');
    expect(await reach('api.anthropic.com', 443)).toBe('');
  });

  it('is well by `fleet doctor`', async () => {
    const findings = JSON.parse(await lab.stack.exec('fleetd', ['fleet', 'doctor', '--json']))
      .data as Finding[];
    expect(findings.filter(({ state }) => state !== 'ok')).toEqual([]);
    expect(findings.find(({ check }) => check === 'claude')?.says).toContain(process.env.BUNDLE_CLAUDE);
  });

  it('WebChat → coordinator → lead → builder commits → merge → done, with result, cost and a branch in the human’s repository', async () => {
    const { stack, model, chat, git } = lab;
    const begunMs = Date.now();
    const id = await lab.start('shop', 'Add hello.txt');
    await lab.reaches(id, 'running');
    const startMs = Date.now() - begunMs;
    const hold = await atWork(id);
    expect(new Set(model.asked().map(({ key }) => key))).toEqual(new Set([madeUpKey]));
    const pssBytes = Object.fromEntries(
      (await lab.claudes()).map(({ cwd, pssBytes }) => [roleIn(cwd), pssBytes]),
    );
    hold.end();

    const builder = `builder-${id}`;
    const { outcome, why } = await lab.reaches(id, 'done');
    const doneMs = Date.now() - begunMs;
    expect(why).toContain(`Its work is the branch fleet/${id}`);
    expect(outcome).toMatchObject({ sessions: 1, workers: 2, gates: 0, merged: 1 });
    const { result } = await stack.fleet<{ result: string }>('result', id);
    expect(result).toBe(`Merged overstory/${builder}/b-${id}; nothing is left.`);
    expect(await ended(id)).toMatchObject({ leftovers: [], errors: [] });
    await nothingLeft();

    // Each reply is counted once, whatever the number of its blocks, from the transcripts in the runtime.
    for (const agent of [`lead-${id}`, builder])
      expect(outcome?.agents?.find(({ name }) => name === agent)).toMatchObject({
        tokens: model.asked({ agent }).length * tokensOfReply,
        unpricedTokens: 0,
      });
    const dollars = `$${outcome?.costUsd?.toFixed(2)}`;
    expect(outcome?.costUsd).toBeGreaterThan(0);
    expect(await stack.exec('fleetd', ['fleet', 'status'])).toContain(`${dollars} spent today`);
    await chat.waitForText(new RegExp(`${id} on shop is done`));
    await chat.waitForText(new RegExp(`cost \\${dollars}`));

    expect(git('web-shop', 'show', `fleet/${id}:hello.txt`)).toBe(`hello from ${builder}`);
    expect(git('web-shop', 'log', '-1', '--format=%an %s', `fleet/${id}`)).toBe('Human Add hello.txt');
    expect(git('web-shop', 'for-each-ref', '--format=%(refname)')).toBe(
      `refs/heads/fleet/${id}\nrefs/heads/main`,
    );
    expect(git('web-shop', 'log', '--format=%s', 'main')).toBe('Before the fleet');
    expect(git('web-shop', 'status', '--porcelain')).toBe('');
    // What its .mcp.json names was refused before anybody could be asked.
    await expect(stack.exec('overstory-runtime', ['ls', '/tmp/asked-nobody'])).rejects.toThrow(
      'No such file',
    );
    // The third request of the builder carries what its commit gave back.
    const firstCommitMs = (model.asked({ agent: builder })[2]?.atMs ?? 0) - begunMs;
    keepFigures({ startMs, firstCommitMs, doneMs, pssBytes });
  });

  it('a plan is rejected and then approved in WebChat, and its work, on a subscription, comes back', async () => {
    const { chat, git, model } = lab;
    model.forget();
    const id = await lab.start('planned', 'Add hello.txt');
    expect(await lab.gate(1)).toMatchObject({ kind: 'plan', objective: id });
    await chat.waitForText(/PLAN \[obj-\d+\] one file/);
    await chat.send('/fleet reject 1 name it after the builder');
    expect((await lab.gate(2)).text).toContain('name it after the builder');
    await chat.send('/fleet approve 2');
    expect((await lab.reaches(id, 'done', 'failed')).state).toBe('done');
    // Its coordinator and both workers.
    expect(new Set(model.asked().map(({ key }) => key))).toEqual(new Set([madeUpToken]));
    expect(git('web-planned', 'show', `fleet/${id}:hello.txt`)).toBe(`hello from builder-${id}`);
    const gates = await lab.stack.fleet<{ n: number }[]>('gates', '--all');
    expect(gates.map(({ n }) => n).sort()).toEqual([1, 2]);
    await nothingLeft();
  });

  it('a question is answered in WebChat; stopped in the middle of the work that follows, it leaves no process', async () => {
    const { chat, stack } = lab;
    const id = await lab.start('shop', 'Add a file. Ask first which one.');
    const before = await stack.fleet<{ n: number }[]>('gates', '--all');
    const n = Math.max(0, ...before.map((gate) => gate.n)) + 1;
    expect(await lab.gate(n)).toMatchObject({ objective: id, asker: 'coordinator' });
    await chat.send(`/fleet answer ${n} hello.txt`);
    const hold = await atWork(id);
    await chat.send('/fleet stop shop');
    await lab.reaches(id, 'cancelled');
    expect(await ended(id)).toMatchObject({ leftovers: [] });
    await nothingLeft();
    hold.end();
    const { products } = await stack.fleet<FleetStatus>('status');
    expect(products.map(({ state, error }) => [state, error])).toEqual([
      ['idle', null],
      ['idle', null],
    ]);
  });

  it('kill -9 of the coordinator’s Claude Code is told as a failure, and leaves no process', async () => {
    const { chat, stack } = lab;
    const id = await lab.start('shop', 'Add hello.txt');
    const hold = await atWork(id);
    const pid = (await lab.claudes()).find(({ cwd }) => roleIn(cwd) === 'coordinator')?.pid;
    await stack.exec('overstory-runtime', ['kill', '-9', String(pid)]);
    expect((await lab.reaches(id, 'done', 'failed')).state).toBe('failed');
    await chat.waitForText(new RegExp(`${id} on shop is failed`));
    await nothingLeft();
    hold.end();
  });
});
