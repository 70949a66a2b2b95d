// What a check is: a name, and one look that says what it found. Those of the machine are in machine.ts, those of a product in product.ts.
import { execa } from 'execa';
import type { Finding } from '../../../contract/doctor.ts';
import { readVersion, type Version } from '../../../overstory/pairs.ts';
import { cleanLine } from '../../../overstory/sanitize.ts';
import type { Ov } from '../ov.ts';

export interface Check<P> {
  name: string;
  /** @throws FleetError when it fails for a reason that has a code */
  look(place: P, fix: boolean): Promise<Pick<Finding, 'state' | 'says'> & { mend?: string }>;
}

export interface MachinePlace {
  workspaceRoot: string;
  ov: Ov;
}

export const ok = (says: string) => ({ state: 'ok', says }) as const;

/** Claude Code took 18 s to say its version on a busy machine. */
const answerMs = 45_000;

type Problem = Pick<Finding, 'state' | 'says'> & { mend?: string };

/**
 * The version that a program says it is. One that is slow is not missing, and one that fails is not either: each has its
 * own words. The mend is left out where the check knows better.
 */
export async function ask(
  program: string,
  flag: string,
  withinMs = answerMs,
): Promise<{ version: Version } | { problem: Problem }> {
  const ran = await execa(program, [flag], { reject: false, stdin: 'ignore', timeout: withinMs, all: true });
  const version = ran.failed ? null : readVersion(ran.stdout);
  if (version !== null) return { version };
  const problem = (state: 'warning' | 'failed', got: string, mend?: string) => ({
    problem: {
      state,
      says: `Expected \`${program} ${flag}\` to say its version, got ${got}.`,
      ...(mend !== undefined && { mend }),
    },
  });
  if (ran.code === 'ENOENT') return problem('failed', `no ${program} on PATH`);
  if (ran.timedOut)
    return problem(
      'warning',
      `no answer within ${withinMs / 1000} s: this machine is too busy to tell`,
      'Look again when it is quieter: nothing is known to be wrong.',
    );
  const said = cleanLine(ran.all).slice(0, 300);
  return problem(
    'failed',
    `${ran.failed ? `exit ${ran.exitCode ?? ran.signal}` : 'no number'}: ${said || 'it printed nothing'}`,
  );
}
