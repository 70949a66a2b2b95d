// Connections as an attacker makes them: bytes as they are, and many that stay open.
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What came back until the other side closed. */
export function raw(open: () => Socket, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    const socket = open();
    let got = '';
    socket.on('data', (chunk) => {
      got += chunk;
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(got));
    socket.write(bytes);
  });
}

/** Connections that stay, with these bytes sent, and read nothing; the kernel may turn some away: those try again. */
export async function hold(open: () => Socket, count: number, bytes = ''): Promise<Socket[]> {
  const held: Socket[] = [];
  while (held.length < count) {
    const socket = open();
    const there = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    if (!there) {
      await sleep(5);
      continue;
    }
    socket.on('error', () => {});
    socket.pause();
    if (bytes !== '') socket.write(bytes);
    held.push(socket);
  }
  return held;
}
