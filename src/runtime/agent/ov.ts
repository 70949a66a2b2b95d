// How the agent calls `ov`: what this `ov` is, found out once, and one command in one folder.
import { FleetError } from '../../common/errors.ts';
import type { OvFeatures } from '../../overstory/command.ts';
import type { ArgsOf, OvCommandName, ReplyOf } from '../../overstory/commands/index.ts';
import { featuresOf } from '../../overstory/features.ts';
import { runOv } from '../../overstory/run.ts';
import { installedOv } from './installed.ts';

export interface Ov {
  /**
   * What this `ov` is. Asked once; after a failure, and when another `ov` was installed, asked again at the next call.
   * @throws OV_MISSING, OV_UNSUPPORTED_VERSION and what else starting `ov` can say
   */
  features(): Promise<OvFeatures & { simulated: boolean }>;
  /**
   * Runs one command in a product's resolved folder. env: on top of the agent's own. behind: what else wants the machine
   * goes first
   * @throws what the command's read() throws
   */
  call<N extends OvCommandName>(
    folder: string,
    name: N,
    args: ArgsOf<N>,
    options?: { env?: Record<string, string | undefined>; behind?: boolean },
  ): Promise<ReplyOf<N>>;
}

/** @param upgraded  told when another version was found in the place of the one before */
export function createOv(
  path: string,
  workspaceRoot: string,
  upgraded: (from: string, to: string) => void = () => {},
): Ov {
  let asked: ReturnType<Ov['features']> | null = null;
  let installed: string | null = null;
  let version: string | null = null;

  async function askFeatures() {
    // The oldest version understands `--version --json` as well.
    const oldest = featuresOf({ version: '0.9.4' });
    const found = await runOv('version', {}, { cwd: workspaceRoot, features: oldest, ov: [path] });
    const features = { ...featuresOf(found), simulated: found.simulator !== undefined };
    if (version !== null && version !== features.version) upgraded(version, features.version);
    version = features.version;
    return features;
  }

  const ov: Ov = {
    async features() {
      const now = installedOv(path);
      if (now !== installed) asked = null;
      installed = now;
      asked ??= askFeatures().catch((error) => {
        asked = null;
        throw FleetError.wrap(error);
      });
      return await asked;
    },
    async call(folder, name, args, options = {}) {
      const features = await ov.features();
      return await runOv(name, args, { cwd: folder, features, ov: [path], ...options });
    },
  };
  return ov;
}
