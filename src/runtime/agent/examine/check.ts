// What a check is: a name, and one look that says what it found. One file each in checks/.
import { execa } from 'execa';
import type { Finding } from '../../protocol.ts';
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

/** @returns the numbers of the first version in what the program prints; null: it is not there */
export async function versionOf(program: string, flag: string): Promise<number[] | null> {
  const { failed, stdout } = await execa(program, [flag], {
    reject: false,
    stdin: 'ignore',
    timeout: 10_000,
  });
  const found = failed ? null : /(\d+)\.(\d+)(?:\.(\d+))?/.exec(stdout);
  return found === null ? null : found.slice(1).map((part) => Number(part ?? 0));
}

export function older(version: readonly number[], least: readonly number[]): boolean {
  const at = least.findIndex((part, index) => (version[index] ?? 0) !== part);
  return at >= 0 && (version[at] ?? 0) < (least[at] ?? 0);
}
