// The whole chain: fleetd, its agent, a real `ov`, a real Claude Code, and a scripted model.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach } from 'vitest';
import { createFleetClient } from '../../src/client/client.ts';
import { withRealOv } from '../real/open.ts';
import { until } from '../simulator/ov.ts';
import { madeUpKey } from '../support/claude-lab.ts';
import { claudeProgram } from '../support/claude-program.ts';
import { type ModelServer, openModelServer } from '../support/model-server/server.ts';
import type { RealFleet } from '../support/real-fleet.ts';

const wrapper = fileURLToPath(new URL('../../bin/overstory-claude', import.meta.url));

/** A chain of three Claude Codes on two cores that others use too. */
export const patienceMs = Number(process.env.PATIENCE_MS ?? 240_000);

/** A reset at least this long from now, in epoch seconds: a screen says whole minutes. */
export const inMinutes = (seconds: number) => Math.ceil((Date.now() / 1_000 + seconds) / 60) * 60;

export function withClaude() {
  let model: ModelServer;
  const lab = withRealOv(async () => {
    model = await openModelServer();
    return {
      // As the image and the trial do.
      claude: [wrapper, ...claudeProgram],
      env: {
        ANTHROPIC_BASE_URL: model.url,
        ANTHROPIC_API_KEY: madeUpKey,
        DISABLE_AUTOUPDATER: '1',
        CLAUDE_CODE_MAX_RETRIES: '1',
      },
    };
  });
  let said: () => string[] = () => [];
  // Before the fleet is closed: hooks end in the order opposite to that in which they are named.
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return;
    const errors = task.result.errors?.map(({ message }) => message) ?? [];
    console.log([...errors, ...said(), ...(model?.answers ?? [])].join('\n'));
    // What it left would slow down all that follow.
    const sessions = (await lab.real().tmux('list-sessions', '-F', '#{session_name}')).split('\n');
    for (const one of sessions.filter((name) => name !== 'keeper'))
      await lab.real().tmux('kill-session', '-t', `=${one}`);
  });
  afterAll(() => model?.[Symbol.asyncDispose]());

  return {
    ...lab,
    model: () => model,
    async open(name: string, options: Parameters<typeof lab.open>[1] = {}) {
      // Ids begin anew with each fleet.
      model.forget();
      const opened = await lab.open(name, { patienceMs, ...options });
      said = () => opened.fleet.said(name);
      return opened;
    },
    /** A fleet of several products, or on accounts. Closed after the test. */
    async openFleet(options: Parameters<typeof lab.openFleet>[0]): Promise<RealFleet> {
      model.forget();
      const fleet = await lab.openFleet({ patienceMs, ...options });
      said = () => options.products.flatMap((name) => fleet.said(name).map((text) => `${name}: ${text}`));
      return fleet;
    },
    client: (fleet: RealFleet) => createFleetClient({ socketPath: fleet.socket }),
    git: (root: string, ...args: string[]) =>
      execFileSync('git', args, { cwd: root, env: lab.real().env, encoding: 'utf8' }).trim(),
    /** The gate that waits, as soon as there is one of this number. */
    gate: (fleet: RealFleet, product: string, n: number) =>
      until(
        () => fleet.fleetd.fleet.gates.list(product, false).find((one) => one.n === n),
        (found) => found !== undefined,
        patienceMs,
      ),
    /** Processes of Claude Code in these products, their worktrees included: those of the kernel's list, nobody else is asked. */
    claudes(...names: string[]): { pid: number }[] {
      const roots = names.map((name) => `${lab.real().workspace}/${name}`);
      return readdirSync('/proc')
        .filter((name) => /^\d+$/.test(name))
        .map(Number)
        .filter((pid) => roots.some((root) => `${folderOf(pid)}/`.startsWith(`${root}/`)) && isClaude(pid))
        .map((pid) => ({ pid }));
    },
  };
}

/** '' where it is another user's, or gone. */
function folderOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '';
  }
}

/** It names itself so in a terminal. */
function isClaude(pid: number): boolean {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return /^claude(\0|$)/.test(words) || words.startsWith(claudeProgram.join('\0'));
  } catch {
    return false;
  }
}
