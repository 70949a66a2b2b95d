// No program that the product's .mcp.json names runs unasked.
import { homedir } from 'node:os';
import { mcpServers } from '../../../bootstrap/mcp.ts';
import { homeIsHumans, requireServers } from '../../maintenance/claude-home.ts';
import type { Place } from '../../maintenance/place.ts';
import { type Check, ok } from '../check.ts';

export const servers: Check<Place> = {
  name: 'servers',
  async look({ folder, product, ov }, fix) {
    if ((await ov.features()).simulated) return ok('none started by the simulator');
    const { unanswered } = await mcpServers(homedir(), folder);
    if (unanswered.length === 0) return ok('each MCP server of its .mcp.json is allowed or refused');
    if (fix || homeIsHumans())
      return { state: 'fixed', says: (await requireServers(folder, product.name)) ?? 'all are answered' };
    return {
      state: 'warning',
      says: `Expected an answer to each MCP server of its .mcp.json, got none to ${unanswered.length}.`,
      mend: '`fleet doctor --fix` keeps them from running; every start does it too.',
    };
  },
};
