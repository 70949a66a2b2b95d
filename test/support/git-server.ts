// A git server over smart HTTP: git's own http-backend, behind a server that asks for a password.
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { execa } from 'execa';

export interface GitServer extends AsyncDisposable {
  /** `<address>/<name>.git`: what lies as such in the folder */
  address: string;
  /** paths with their service that were asked for, in order, e.g. `git-receive-pack` */
  asked: string[];
  /** what the next requests get instead: a status, with a page of HTML; null: nothing */
  fails: number | null;
}

/** @param password  of any user; to write and to read */
export async function gitServer(folder: string, password: string): Promise<GitServer> {
  const backend = `${(await execa('git', ['--exec-path'])).stdout}/git-http-backend`;
  const made = { address: '', asked: [] as string[], fails: null as number | null };
  const server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url ?? '/', 'http://localhost');
    const given = Buffer.from(
      request.headers.authorization?.replace(/^Basic /, '') ?? '',
      'base64',
    ).toString();
    made.asked.push(`${request.method} ${pathname}${search}`);
    if (made.fails !== null) {
      response.writeHead(made.fails, { 'content-type': 'text/html' });
      response.end('<html><title>Bad gateway</title></html>');
      return;
    }
    if (!given.endsWith(`:${password}`)) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' });
      response.end();
      return;
    }
    const cgi = spawn(backend, {
      env: {
        PATH: process.env.PATH,
        GIT_PROJECT_ROOT: folder,
        GIT_HTTP_EXPORT_ALL: '1',
        GIT_CONFIG_GLOBAL: '/dev/null',
        PATH_INFO: pathname,
        QUERY_STRING: search.slice(1),
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
        REMOTE_USER: 'fleet',
        REMOTE_ADDR: '127.0.0.1',
      },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    request.pipe(cgi.stdin);
    let head = Buffer.alloc(0);
    let begun = false;
    cgi.stdout.on('data', (chunk: Buffer) => {
      if (begun) return void response.write(chunk);
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      begun = true;
      const headers = head
        .subarray(0, end)
        .toString()
        .split('\r\n')
        .map((line) => line.split(/: (.*)/s) as [string, string]);
      const status = headers.find(([name]) => name.toLowerCase() === 'status')?.[1] ?? '200';
      response.writeHead(Number.parseInt(status, 10), Object.fromEntries(headers));
      response.write(head.subarray(end + 4));
    });
    cgi.stdout.on('end', () => response.end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  made.address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(made, {
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  });
}
