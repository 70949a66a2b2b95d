// What one product's start depends on: the same steps as `prepare`, looked at one by one.
import { homedir } from 'node:os';
import { join } from 'node:path';
import { FleetError } from '../../../common/errors.ts';
import { isSeeded } from '../../bootstrap/claude.ts';
import { mcpServers } from '../../bootstrap/mcp.ts';
import { keyEnvironment, ownApiKey } from '../account-key.ts';
import { homeIsHumans, requireServers, seedTrust } from '../maintenance/claude-home.ts';
import { requireOwnName } from '../maintenance/names.ts';
import type { Place } from '../maintenance/place.ts';
import { modelsOf, removeStaleWatchdog, requireGit, requireOwner } from '../maintenance/prepare.ts';
import { concernsAt } from '../maintenance/state.ts';
import { type Check, ok } from './check.ts';

/** The product is a git repository that agents can commit in. */
export const repository: Check<Place> = {
  name: 'repository',
  async look({ folder, product }) {
    await requireGit(folder, product.name);
    return ok('its own git root, a commit, an identity');
  },
};

/** Nothing in the repository's state would lose the work of a session, or waste it. */
export const state: Check<Place> = {
  name: 'state',
  async look(place) {
    const concerns = await concernsAt(place);
    if (concerns.length === 0) return ok('on a branch, nothing unfinished, commits can be made');
    return {
      state: concerns.some(({ weight }) => weight === 'wastes') ? 'failed' : 'warning',
      says: concerns.map(({ code, says }) => `${code}: ${says}`).join(' '),
      mend: concerns.map(({ mend }) => mend).join(' '),
    };
  },
};

/** overstory's databases may be written by this user. */
export const owner: Check<Place> = {
  name: 'owner',
  async look({ folder }) {
    await requireOwner(join(folder, '.overstory'));
    return ok('its databases may be written');
  },
};

/** No other project here has the product's project name: they would share a tmux session. */
export const name: Check<Place> = {
  name: 'name',
  async look(place) {
    await requireOwnName(place);
    return ok('its project name is its own');
  },
};

/** A watchdog.pid that names a process that is something else by now. */
export const watchdog: Check<Place> = {
  name: 'watchdog',
  async look({ folder }, fix) {
    const stale = await removeStaleWatchdog(folder, !fix);
    if (stale === null) return ok('no stale watchdog.pid');
    if (fix) return { state: 'fixed', says: stale };
    return {
      state: 'warning',
      says: `Expected no stale watchdog.pid, got one: ${stale}`,
      mend: '`fleet doctor --fix`; every start does it too.',
    };
  },
};

/** Workers whose model overstory knows but does not tell them: see overstory/models.ts. */
export const models: Check<Place> = {
  name: 'models',
  async look({ folder }) {
    const { deaf, set } = await modelsOf(join(folder, '.overstory'));
    if (deaf.length === 0) {
      const each = Object.entries(set).map(([role, model]) => `${role} ${model}`);
      return ok(each.length === 0 ? 'no model of a worker to be set' : each.join(', '));
    }
    return {
      state: 'warning',
      says: `Expected sonnet, opus or haiku as the model of ${deaf.join(', ')} in agent-manifest.json, got another name: headless workers of that kind run on Claude Code's own default`,
      mend: 'Write one of the three there; or `models:` in .overstory/config.yaml with a provider of its own.',
    };
  },
};

/** The key of the product's account is where products.yaml says. It is never shown. */
export const account: Check<Place> = {
  name: 'account',
  async look({ product, ov }) {
    if (!product.key) return ok("runs on the key of the runtime's environment");
    if ((await ov.features()).simulated) return ok('none needed by the simulator');
    try {
      await keyEnvironment(product);
      return ok(`its key is in the ${product.key.from} ${product.key.name}`);
    } catch (thrown) {
      const { message, mend } = FleetError.wrap(thrown);
      return { state: 'failed', says: message, mend };
    }
  },
};

/** Claude Code trusts the root, so that no dialog waits for a human who is not there. */
export const trust: Check<Place> = {
  name: 'trust',
  async look({ folder, ov, product }, fix) {
    if ((await ov.features()).simulated) return ok('none needed by the simulator');
    if (await isSeeded(homedir(), folder, await ownApiKey(product))) return ok('Claude Code knows this root');
    if (fix)
      return { state: 'fixed', says: (await seedTrust(folder, product)) ?? 'Claude Code knows this root' };
    return {
      state: 'warning',
      says: 'Expected Claude Code to trust this root, got none of it: a session would stop at a dialog.',
      mend: homeIsHumans()
        ? '`fleet doctor --fix`: it writes so into your ~/.claude.json and ~/.claude/settings.json. Starts do not write there, they refuse.'
        : '`fleet doctor --fix`; every start does it too.',
    };
  },
};

/** No program that the product's .mcp.json names runs unasked. */
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
