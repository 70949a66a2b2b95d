// hello: what this runtime is. Also the heartbeat, so it is cheap after the first time.
import packageJson from '../../../package.json' with { type: 'json' };
import { FleetError } from '../../common/errors.ts';
import { protocolVersion, type RuntimeInfo } from '../../contract/runtime/protocol.ts';
import { coresAllowed, memoryAllowed } from './cgroup.ts';
import { upMs } from './lease/file.ts';
import type { Ov } from './ov.ts';

/** Where the workers' model may find its credentials. */
const modelKeys = ['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN', 'CLAUDE_CODE_OAUTH_TOKEN'];

const startedAtMs = Date.now();

export async function hello(ov: Ov, workspaceRoot: string): Promise<RuntimeInfo> {
  // Before `ov` is asked, which may take seconds: the moment is to be none that is yet to come.
  const atMs = upMs();
  return {
    protocol: protocolVersion,
    agentVersion: packageJson.version,
    pid: process.pid,
    startedAtMs,
    upMs: atMs,
    platform: `${process.platform}-${process.arch}`,
    cores: coresAllowed(),
    memoryBytes: memoryAllowed(),
    workspaceRoot,
    ov: await ov.features().then(
      ({ version, simulated }) => ({ version, simulated, error: null }),
      (error) => ({ version: null, simulated: false, error: FleetError.wrap(error).toJSON() }),
    ),
    modelKey: modelKeys.some((name) => (process.env[name] ?? '') !== ''),
  };
}
