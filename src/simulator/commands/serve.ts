// `ov serve`: the REST side. Plain reads of the books; it never holds a row against a process (FACTS §3).
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { OvSimCommand } from '../cli/command.ts';
import { readCurrentRun } from '../project.ts';
import { EventStore } from '../stores/ledgers.ts';
import { MailStore } from '../stores/mail.ts';
import { SessionStore } from '../stores/sessions.ts';
import { ovVersion } from '../version.ts';

export const serve: OvSimCommand = {
  options: ['--port <n>', '--host <addr>', '--json'],
  async run(call) {
    const { root } = call.project();
    const startedMs = Date.now();
    const server = createServer((request, response) => {
      const [status, body] = answer(root, startedMs, request);
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    });
    const host = call.value('host') ?? '127.0.0.1';
    await new Promise<void>((done, fail) => {
      server.once('error', fail);
      server.listen(Number(call.value('port') ?? 7321), host, done);
    });
    const { port } = server.address() as AddressInfo;
    const url = `http://${host}:${port}`;
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(0));
    return { fields: { status: 'started', port, hostname: host, url }, text: `Serving on ${url}` };
  },
};

/** Status and body of one request. POST to a coordinator under tmux is refused, as in 0.10.3. */
function answer(root: string, startedMs: number, request: IncomingMessage): [number, object] {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const ok = (data: unknown): [number, object] => [200, { success: true, command: 'serve', data }];
  const no = (status: number, error: string): [number, object] => [
    status,
    { success: false, command: 'serve', error },
  ];
  if (request.method === 'POST' && url.pathname.startsWith('/api/coordinator/'))
    return no(409, "Coordinator is tmux-only — use 'ov coordinator send' from the shell");
  if (request.method !== 'GET') return no(405, 'Method not allowed');
  try {
    if (url.pathname === '/healthz')
      return ok({ status: 'ok', uptimeMs: Date.now() - startedMs, version: ovVersion });
    if (url.pathname === '/api/coordinator/state') return ok(coordinatorState(root));
    if (url.pathname === '/api/agents' || url.pathname === '/api/runs') {
      using store = new SessionStore(root);
      const run = url.searchParams.get('run');
      if (url.pathname === '/api/runs') return ok(store.runs());
      return ok(store.all().filter((session) => run === null || session.runId === run));
    }
    if (url.pathname === '/api/mail') {
      using mail = new MailStore(root);
      const filter = (name: string) => url.searchParams.get(name) ?? undefined;
      return ok(mail.list({ to: filter('to'), from: filter('from'), unread: filter('unread') === 'true' }));
    }
    if (url.pathname === '/api/events') {
      using events = new EventStore(root);
      return ok(events.list(Number(url.searchParams.get('limit') ?? 100), null));
    }
    return no(404, 'Not found');
  } catch (error) {
    return no(500, error instanceof Error ? error.message : String(error));
  }
}

function coordinatorState(root: string) {
  using store = new SessionStore(root);
  const session = store.byName('coordinator');
  const running = session !== null && session.state !== 'completed' && session.state !== 'zombie';
  return {
    running,
    agentName: 'coordinator',
    pid: running ? session.pid : null,
    tmuxSession: running ? session.tmuxSession : null,
    runId: running ? readCurrentRun(root) : null,
    startedAt: running ? session.startedAt : null,
    lastActivityAt: running ? session.lastActivity : null,
    headless: false,
  };
}
