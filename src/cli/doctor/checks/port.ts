// The dashboard's port: open where fleetd says that it is, and answered by the dashboard.
import type { Finding } from '../../../contract/doctor.ts';

const answerMs = 3_000;

/** @param port  as fleetd says; null: off, undefined: it does not say */
export async function portFinding(port: number | null | undefined): Promise<Finding> {
  const common = { check: 'port', product: null };
  if (port === undefined || port === null)
    return { ...common, state: 'ok', says: 'the dashboard is off', mend: null };
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
