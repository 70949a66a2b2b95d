// One simulated terminal: a process that holds a program by its pipes, keeps what it last drew, and does what is asked
// of it over a socket. It ends with its program, as a tmux session does.
import { spawn } from 'node:child_process';
import { unlinkSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { ask, type Request, socketOf } from './socket.ts';

/** What a new terminal is made of. */
export interface Order {
  folder: string;
  name: string;
  cwd: string;
  /** on top of this process's own */
  environment: Record<string, string>;
  command: string[];
}

/** Characters of output kept: the panes here draw a screen at a time. */
const kept = 64 * 1024;

/**
 * Holds until the program ends; writes one line of JSON to stdout when it is known how that began.
 * `{"panePid":n}` or `{"error":"duplicate session: …"}`
 */
export async function hold(order: Order): Promise<void> {
  // Whoever asked for it reads one line and leaves.
  process.stdout.on('error', () => {});
  const say = (answer: object) => process.stdout.write(`${JSON.stringify(answer)}\n`);
  const at = socketOf(order.folder, order.name);
  const server = createServer();
  if (!(await listened(server, at))) {
    // Its holder was killed: the socket stayed.
    if ((await ask(at, { kind: 'describe' })) !== null) {
      say({ error: `duplicate session: ${order.name}` });
      return;
    }
    unlinkSync(at);
    if (!(await listened(server, at))) throw new Error(`Expected to listen at ${at}`);
  }
  const [program = '', ...words] = order.command;
  const child = spawn(program, words, {
    cwd: order.cwd,
    env: { ...process.env, ...order.environment },
    // The signal that ends a terminal goes to all that runs in it.
    detached: true,
  });
  const end = (): never => {
    try {
      unlinkSync(at);
    } catch {
      // another holder has taken the place
    }
    process.exit(0);
  };
  let drawn = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      drawn = (drawn + text).slice(-kept);
    });
  child.stdin.on('error', () => {});
  child.once('exit', end);
  child.once('error', (error) => {
    say({ error: error.message });
    end();
  });
  child.once('spawn', () => say({ panePid: child.pid }));
  server.on('connection', (socket) => answer(socket));

  function answer(socket: Socket): void {
    socket.on('error', () => {});
    createInterface({ input: socket }).once('line', (line) => {
      const request = JSON.parse(line) as Request;
      if (request.kind === 'type') child.stdin.write(request.text);
      if (request.kind === 'kill') hangUp();
      const { name, cwd } = order;
      const told = { name, cwd, pid: process.pid, panePid: child.pid, screen: screenOf(drawn) };
      socket.end(`${JSON.stringify(told)}\n`, () => request.kind === 'kill' && end());
    });
  }
  function hangUp(): void {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGHUP');
    } catch {
      // it has ended
    }
  }
}

function listened(server: ReturnType<typeof createServer>, at: string): Promise<boolean> {
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(at, () => resolve(true));
  });
}

/** The text of what was drawn since the cursor was last sent home. */
function screenOf(drawn: string): string {
  const since = drawn.slice(Math.max(0, drawn.lastIndexOf('\u001b[H')));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what moves a cursor is made of them
  return since.replaceAll(/\u001b\[[0-9;?]*[A-Za-z]|\r/g, '');
}
