// What `fleet doctor` and `fleet check` see from where they are typed.
import { statSync } from 'node:fs';
import type { Finding } from '../contract/doctor.ts';
import type { CheckedFile } from '../verbs/index.ts';

/** fleetd's own socket: whoever may write to it is the operator. */
export function socketFinding(path: string): Finding {
  const common = { check: 'socket', product: null };
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found?.isSocket())
    return {
      ...common,
      state: 'failed',
      says: `Expected fleetd's socket at ${path}, got ${found ? 'something else' : 'nothing'}.`,
      mend: 'Start fleetd, or say where its socket is with --socket or FLEET_SOCKET.',
    };
  if ((found.mode & 0o007) !== 0)
    return {
      ...common,
      state: 'failed',
      says: `Expected ${path} to be closed to other users, got mode ${(found.mode & 0o777).toString(8)}: any of them is the operator.`,
      mend: `\`chmod 600 ${path}\`; the next start of fleetd does it too.`,
    };
  return { ...common, state: 'ok', says: `${path}, closed to other users`, mend: null };
}

const answerMs = 3_000;

/**
 * The dashboard's port: open where fleetd says that it is, and answered by the dashboard.
 * @param port  as fleetd says; null: off, or it does not say
 */
export async function portFinding(port: number | null): Promise<Finding> {
  const common = { check: 'port', product: null };
  if (port === null) return { ...common, state: 'ok', says: 'the dashboard is off', mend: null };
  const mend =
    'Look at what listens there (`ss -ltnp`), end it or give the dashboard another port, and restart fleetd.';
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/`, {
      redirect: 'manual',
      signal: AbortSignal.timeout(answerMs),
    });
    if (answer.status < 500 && answer.headers.has('content-security-policy'))
      return { ...common, state: 'ok', says: `the dashboard answers on ${port}`, mend: null };
    return {
      ...common,
      state: 'failed',
      says: `Expected the dashboard on port ${port}, got another program.`,
      mend,
    };
  } catch (error) {
    const why =
      error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : error;
    return { ...common, state: 'failed', says: `Expected the dashboard on port ${port}, got ${why}.`, mend };
  }
}

export async function checkedFile(
  file: string,
  roots: { workspaceRoot: string; projectsRoot: string | null },
): Promise<CheckedFile> {
  // Loaded here: the parser of YAML and the whole schema would be part of every start of `fleet`.
  const { readRegistry } = await import('../registry/index.ts');
  const { products, recurring } = await readRegistry(file, roots);
  return {
    file,
    products: products.map(({ name }) => name),
    recurring: recurring.map(({ name }) => name),
  };
}
