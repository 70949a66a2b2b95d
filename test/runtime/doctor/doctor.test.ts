// `fleet doctor` against a real fleetd, agent and tmux.
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { portFinding, socketFinding } from '../../../src/cli/local-checks.ts';
import { createFleetClient } from '../../../src/client/client.ts';
import type { Finding } from '../../../src/contract/doctor.ts';
import { whole } from '../../../src/openclaw/tools/tool.ts';
import { startedText } from '../../../src/text/index.ts';
import { doctor as runDoctor } from '../../support/doctor.ts';
import { openRealFleet, type RealFleet } from '../../support/real-fleet.ts';
import { openSimOv, type SimOv } from '../../support/sim-ov.ts';

let sim: SimOv;
let fleet: RealFleet;
let root: string;
beforeAll(async () => {
  sim = await openSimOv();
  root = await sim.lab.product('alpha');
  fleet = await openRealFleet({
    channel: sim.channel(),
    workspace: sim.folder,
    products: ['alpha'],
    dashboard: true,
  });
});
afterAll(async () => {
  await fleet?.[Symbol.asyncDispose]();
  await sim?.[Symbol.asyncDispose]();
});

async function doctor(...words: string[]): Promise<{ exitCode: number; found: Finding[] }> {
  const { data, exitCode } = await runDoctor(fleet.socket, ...words);
  return { exitCode, found: data as Finding[] };
}
const of = (found: Finding[], check: string, product: string | null = null) =>
  found.find((one) => one.check === check && one.product === product);

describe('fleet doctor', () => {
  it('finds a sound fleet sound', async () => {
    const { exitCode, found } = await doctor();
    expect(exitCode).toBe(0);
    const checks = 'engine socket port fleetd registry journal clock runtime ov tmux disk key claude'.split(
      ' ',
    );
    for (const check of checks) expect(of(found, check)).toMatchObject({ state: 'ok', mend: null });
    for (const check of ['repository', 'owner', 'name', 'watchdog', 'trust', 'servers'])
      expect(of(found, check, 'alpha')).toMatchObject({ state: 'ok' });
  });

  it('names what is wrong with the mend, and mends the safe ones when asked', async () => {
    const pidFile = join(root, '.overstory/watchdog.pid');
    writeFileSync(pidFile, '999999999');
    await sim.tmux('kill-session', '-t', '=keeper');
    const before = await doctor();
    expect(of(before.found, 'watchdog', 'alpha')).toMatchObject({
      state: 'warning',
      mend: expect.stringContaining('--fix'),
    });
    expect(of(before.found, 'tmux')).toMatchObject({ state: 'warning' });
    expect(existsSync(pidFile)).toBe(true);
    const mended = await doctor('--fix');
    expect(of(mended.found, 'watchdog', 'alpha')).toMatchObject({ state: 'fixed' });
    expect(of(mended.found, 'tmux')).toMatchObject({ state: 'fixed' });
    expect(existsSync(pidFile)).toBe(false);
    expect(of((await doctor()).found, 'watchdog', 'alpha')).toMatchObject({ state: 'ok' });
  });

  it('fails for what only a human can mend', async () => {
    const other = join(sim.folder, 'beta');
    await sim.lab.product('beta');
    writeFileSync(join(other, '.overstory/config.yaml'), 'project:\n  name: alpha\n');
    const { exitCode, found } = await doctor('--fix');
    expect(exitCode).toBe(6);
    expect(of(found, 'name', 'alpha')).toMatchObject({
      state: 'failed',
      says: expect.stringContaining('PROJECT_NAME_TAKEN'),
    });
    rmSync(other, { recursive: true });
  });

  it('finds a detached HEAD, which the answer to a start and the result say too', async () => {
    const client = createFleetClient({ socketPath: fleet.socket });
    await execa('git', ['switch', '--quiet', '--detach'], { cwd: root });
    const { found } = await doctor();
    expect(of(found, 'state', 'alpha')).toMatchObject({
      state: 'failed',
      says: expect.stringContaining('PRODUCT_DETACHED'),
      mend: expect.stringContaining('git switch -c'),
    });
    const source = { via: 'cli', sender: 'tester', thread: null } as const;
    const ask = { product: 'alpha', text: 'ship it', acceptance: null, needs: [], source };
    const started = await client.start({ ...ask, idempotencyKey: null });
    expect(started.cautions).toEqual([expect.stringContaining('PRODUCT_DETACHED')]);
    expect(startedText(whole(), started)).toMatch(
      /obj-1.*Before it begins: PRODUCT_DETACHED: .*git switch -c/s,
    );
    await fleet.reaches(started.id, 'done');
    const { outbox } = fleet.fleetd.fleet;
    expect(outbox.due(0).map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/merged overstory.* on no branch \(HEAD is detached\)/),
    );
    await execa('git', ['switch', '--quiet', '-C', 'main'], { cwd: root });
    const next = await client.start({ ...ask, idempotencyKey: null });
    expect(next.cautions).toBeUndefined();
    await fleet.reaches(next.id, 'done');
    expect(fleet.events('session.ended').at(-1)?.data).toMatchObject({ into: 'main' });
  });

  it('tells another program on the port, and nobody there, from the dashboard', async () => {
    const other = createServer((_request, response) => response.end('hello'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    expect(await portFinding(port)).toMatchObject({
      state: 'failed',
      says: expect.stringContaining('another'),
    });
    await new Promise((resolve) => other.close(resolve));
    expect(await portFinding(port)).toMatchObject({
      state: 'failed',
      says: expect.stringContaining('ECONNREFUSED'),
    });
    expect(await portFinding(null)).toMatchObject({ state: 'ok', says: 'the dashboard is off' });
  });

  it('fails for a socket that others may write to', () => {
    chmodSync(fleet.socket, 0o666);
    expect(socketFinding(fleet.socket)).toMatchObject({
      state: 'failed',
      mend: expect.stringContaining('chmod'),
    });
    chmodSync(fleet.socket, 0o600);
    expect(socketFinding(fleet.socket)).toMatchObject({ state: 'ok' });
    expect(socketFinding(root)).toMatchObject({ state: 'failed' });
  });

  it('says so when fleetd is out of reach, and refuses words it does not know', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'doctor-'));
    const { exitCode, text } = await runDoctor(join(folder, 'none.sock'));
    expect(exitCode).toBe(6);
    expect(text).toMatch(/^FAILED {3}fleetd: FLEETD_UNREACHABLE: .*\n\s+Mend: /m);
    const unknown = await runDoctor(fleet.socket, '--repair');
    expect(unknown).toMatchObject({ exitCode: 2, error: { code: 'BAD_USAGE', class: 'usage' } });
    rmSync(folder, { recursive: true });
  });
});
