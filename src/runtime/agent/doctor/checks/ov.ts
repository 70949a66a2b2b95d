// Which overstory this is, and that it is one the fleet knows (0.9.4 to 0.11.0).
import { type Check, type MachinePlace, ok } from '../check.ts';

export const ov: Check<MachinePlace> = {
  name: 'ov',
  async look({ ov }) {
    const { version, simulated } = await ov.features();
    return ok(`overstory ${version}${simulated ? ' (the simulator)' : ''}`);
  },
};
