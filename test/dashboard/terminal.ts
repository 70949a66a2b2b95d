// What `fleet` says in a terminal of what was done on a page.
import { runFleet } from '../support/fleet-process.ts';

/** @returns what it prints, of both streams. @param socketPath  the operator's */
export async function inTerminal(socketPath: string, ...words: string[]): Promise<string> {
  const { stdout, stderr } = await runFleet(words, {
    env: { PATH: process.env.PATH, FLEET_SOCKET: socketPath, COLUMNS: '200' },
  });
  return stdout + stderr;
}
