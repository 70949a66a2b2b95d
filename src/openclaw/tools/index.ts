// What the model may do with the fleet: one table. Each tool asks fleetd once and hands back text. None
// resolves a gate, none runs a command, none starts anything past the scheduler.
import { controlTools } from './control.ts';
import { lookTools } from './look.ts';
import type { FleetTool } from './tool.ts';
import { workTools } from './work.ts';

export const fleetTools: readonly FleetTool[] = [...lookTools, ...workTools, ...controlTools];
export { lookTools };
