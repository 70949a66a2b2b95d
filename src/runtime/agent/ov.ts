// How the agent calls `ov`: what this `ov` is, found out once, and one command in one folder.
import { FleetError } from '../../errors.ts';
import type { OvFeatures } from '../../overstory/command.ts';
import type { ArgsOf, OvCommandName, ReplyOf } from '../../overstory/commands/index.ts';
import { featuresOf } from '../../overstory/features.ts';
import { runOv } from '../../overstory/run.ts';

export interface Ov {
  /**
   * What this `ov` is. Asked once; after a failure asked again at the next call.
   * @throws OV_MISSING, OV_UNSUPPORTED_VERSION and what else starting `ov` can say
   */
  features(): Promise<OvFeatures & { simulated: boolean }>;
  /**
   * Runs one command in a product's resolved folder.
   * @throws what the command's read() throws
   */
  call<N extends OvCommandName>(folder: string, name: N, args: ArgsOf<N>): Promise<ReplyOf<N>>;
}

export function createOv(path: string, workspaceRoot: string): Ov {
  let asked: ReturnType<Ov['features']> | null = null;

  async function askFeatures() {
    // The oldest version understands `--version --json` as well.
    const oldest = featuresOf({ version: '0.9.4' });
    const found = await runOv('version', {}, { cwd: workspaceRoot, features: oldest, ov: [path] });
    return { ...featuresOf(found), simulated: found.simulator !== undefined };
  }

  const ov: Ov = {
    features() {
      asked ??= askFeatures().catch((error) => {
        asked = null;
        throw FleetError.wrap(error);
      });
      return asked;
    },
    async call(folder, name, args) {
      const features = await ov.features();
      return await runOv(name, args, { cwd: folder, features, ov: [path] });
    },
  };
  return ov;
}
