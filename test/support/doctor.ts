// `fleet doctor` as a terminal asks for it.
import { checkedFile, portFinding, socketFinding } from '../../src/cli/local-checks.ts';
import { createFleetClient } from '../../src/client/client.ts';
import type { Finding } from '../../src/contract/doctor.ts';
import { runVerb, type VerbResult } from '../../src/verbs/index.ts';

export function doctor(socketPath: string, ...words: string[]): Promise<VerbResult> {
  return runVerb(['doctor', ...words], {
    client: createFleetClient({ socketPath }),
    source: { via: 'cli', sender: 'tester', thread: null },
    surface: 'cli',
    now: Date.now,
    local: { socket: () => socketFinding(socketPath), port: portFinding, registry: checkedFile },
  });
}

export const findingsAt = async (socketPath: string): Promise<Finding[]> =>
  (await doctor(socketPath)).data as Finding[];
