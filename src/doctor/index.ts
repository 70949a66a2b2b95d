// `fleet doctor [--fix] [--json] [--socket <path>]`. Exit 0: nothing failed; 6: something did; 2: bad words.
import { parseArgs } from 'node:util';
import { createFleetClient, type FleetClient } from '../api/client.ts';
import type { Finding } from '../api/contract.ts';
import { FleetError } from '../errors.ts';
import { version } from '../version.ts';

const failedExit = 6;
const signs = { ok: 'ok     ', fixed: 'fixed  ', warning: 'warning', failed: 'FAILED ' } as const;

/** @param findSocket  throws FLEETD_UNREACHABLE when there is none */
export async function runDoctor(
  words: string[],
  findSocket: (given: string | null) => string,
): Promise<{ text: string; exitCode: number }> {
  const { fix, json, socket } = readWords(words);
  const findings = await diagnose(() => createFleetClient({ socketPath: findSocket(socket) }), fix);
  const failed = findings.some(({ state }) => state === 'failed');
  const text = json ? JSON.stringify({ ok: !failed, data: findings }) : findings.map(line).join('\n');
  return { text, exitCode: failed ? failedExit : 0 };
}

/** Every step that can still be taken is taken: a fleetd out of reach is a finding, not the end. */
export async function diagnose(connect: () => FleetClient, fix: boolean): Promise<Finding[]> {
  const found: Finding[] = [];
  const add = (check: string, state: Finding['state'], says: string, mend: string | null = null) =>
    void found.push({ check, product: null, state, says, mend });
  try {
    const client = connect();
    const health = await client.health();
    if (health.version === version) add('fleetd', 'ok', `fleetd ${health.version} answers`);
    else
      add(
        'fleetd',
        'warning',
        `Expected fleetd ${version}, got ${health.version}.`,
        'Restart fleetd with this release.',
      );
    const { registry, runtime, journal, products } = await client.status();
    for (const problem of registry.problems) add('registry', 'failed', problem, `Correct ${registry.file}.`);
    if (registry.problems.length === 0)
      add('registry', 'ok', `${products.length} products in ${registry.file}`);
    const { error } = journal;
    add('journal', error ? 'failed' : 'ok', error?.message ?? 'it is written', error?.mend ?? null);
    if (runtime.state !== 'connected')
      add(
        'runtime',
        'failed',
        runtime.error?.message ?? `${runtime.description}: ${runtime.state}`,
        runtime.error?.mend ?? null,
      );
    else {
      add('runtime', 'ok', runtime.description);
      found.push(...(await client.examine(fix)));
    }
  } catch (thrown) {
    const { code, message, mend } = FleetError.wrap(thrown);
    add('fleetd', 'failed', `${code}: ${message}`, mend);
  }
  return found;
}

function line({ check, product, state, says, mend }: Finding): string {
  const what = product === null ? check : `${product}: ${check}`;
  return `${signs[state]}  ${what}: ${says}${mend === null ? '' : `\n         Mend: ${mend}`}`;
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
      class: 'usage',
      message: `Expected \`fleet doctor [--fix] [--json]\`, got ${error instanceof Error ? error.message : error}.`,
      mend: 'Leave it out.',
    });
  }
}
