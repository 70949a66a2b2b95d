// Where simulated terminals are, and how one is asked.
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';

export type Request = { kind: 'describe' } | { kind: 'kill' } | { kind: 'type'; text: string };

export interface Terminal {
  name: string;
  cwd: string;
  /** of the process that holds it */
  pid: number;
  /** of the program in it */
  panePid: number;
  screen: string;
}

/** Short, whatever the name is: the path of a unix socket has 107 bytes at most. */
export const socketOf = (folder: string, name: string): string =>
  join(folder, `${createHash('sha256').update(name).digest('hex').slice(0, 12)}.sock`);

/** @returns null when no terminal answers there */
export function ask(at: string, request: Request): Promise<Terminal | null> {
  return new Promise((resolve) => {
    const socket = createConnection(at);
    let text = '';
    socket.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    socket.once('error', () => resolve(null));
    socket.once('close', () => resolve(text === '' ? null : (JSON.parse(text) as Terminal)));
    socket.once('connect', () => socket.write(`${JSON.stringify(request)}\n`));
  });
}

/** Those that answer, by name. */
export async function terminals(folder: string): Promise<Terminal[]> {
  const files = readdirSync(folder).filter((name) => name.endsWith('.sock'));
  const all = await Promise.all(files.map((file) => ask(join(folder, file), { kind: 'describe' })));
  return all.filter((one) => one !== null).sort((a, b) => (a.name < b.name ? -1 : 1));
}
