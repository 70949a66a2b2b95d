// `fleet doctor [--fix] [--json] [--socket <path>]`. Exit 0: nothing failed; 6: something did; 2: bad words.
import { parseArgs } from 'node:util';
import { createFleetClient } from '../../client/client.ts';
import { FleetError } from '../../common/errors.ts';
import { quietJson } from '../../common/terminal-safe-json.ts';
import type { Finding } from '../../contract/doctor.ts';
import { line } from '../../text/sanitise.ts';
import { statusFindings, versionFinding } from './checks/fleetd.ts';
import { portFinding } from './checks/port.ts';
import { socketFinding } from './checks/socket.ts';

const failedExit = 6;
/** On a busy machine `claude --version` alone takes most of a minute. */
const answerMs = 90_000;
const signs = { ok: 'ok     ', fixed: 'fixed  ', warning: 'warning', failed: 'FAILED ' } as const;

/** @param findSocket  throws FLEETD_UNREACHABLE when there is none */
export async function runDoctor(
  words: string[],
  findSocket: (given: string | null) => string,
): Promise<{ text: string; exitCode: number }> {
  const { fix, json, socket } = readWords(words);
  const findings = await diagnose(() => findSocket(socket), fix);
  const failed = findings.some(({ state }) => state === 'failed');
  const text = json ? quietJson({ ok: !failed, data: findings }) : findings.map(findingText).join('\n');
  return { text, exitCode: failed ? failedExit : 0 };
}

/** Every step that can still be taken is taken: a fleetd out of reach is a finding, not the end. */
async function diagnose(findSocket: () => string, fix: boolean): Promise<Finding[]> {
  const found: Finding[] = [];
  try {
    const socketPath = findSocket();
    found.push(socketFinding(socketPath));
    const client = createFleetClient({ socketPath }, { timeoutMs: answerMs });
    const health = await client.health();
    found.push(versionFinding(health), await portFinding(health.dashboardPort));
    found.push(...statusFindings(await client.status()), ...(await client.examine({ fix })));
  } catch (thrown) {
    const { code, message, mend } = FleetError.wrap(thrown);
    found.push({ check: 'fleetd', product: null, state: 'failed', says: `${code}: ${message}`, mend });
  }
  return found;
}

/** What the agent found is told in its own words: who has its end of the channel writes them. */
export function findingText({ check, product, state, says, mend }: Finding): string {
  const what = product === null ? check : `${product}: ${check}`;
  return `${signs[state]}  ${line(what)}: ${line(says)}${mend === null ? '' : `\n         Mend: ${line(mend)}`}`;
}

function readWords(words: string[]): { fix: boolean; json: boolean; socket: string | null } {
  try {
    const { values } = parseArgs({
      args: words,
      options: { fix: { type: 'boolean' }, json: { type: 'boolean' }, socket: { type: 'string' } },
    });
    return { fix: values.fix ?? false, json: values.json ?? false, socket: values.socket ?? null };
  } catch (error) {
    throw new FleetError({
      code: 'BAD_WORDS',
      message: `Expected \`fleet doctor [--fix] [--json]\`, got ${error instanceof Error ? error.message : error}.`,
      mend: 'Leave it out.',
    });
  }
}
