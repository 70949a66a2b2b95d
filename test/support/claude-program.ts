// Which Claude Code a test runs: that of the lock file, or the one that `npm run test:claude` brought.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../node_modules/@anthropic-ai/claude-code/', import.meta.url));

export const pinnedClaude = [process.execPath, `${folder}cli.js`];

/** null: not installed */
export const pinnedVersion: string | null = existsSync(`${folder}package.json`)
  ? JSON.parse(readFileSync(`${folder}package.json`, 'utf8')).version
  : null;

/** argv of `claude` */
export const claudeProgram: string[] = process.env.CLAUDE_PROGRAM
  ? JSON.parse(process.env.CLAUDE_PROGRAM)
  : pinnedClaude;
