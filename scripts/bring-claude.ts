// Claude Code of any version from npm, without its install scripts. Brought once: kept in node_modules/.cache.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { older, readVersion } from '../src/overstory/pairs.ts';
import { pinnedClaude, pinnedVersion } from '../test/support/claude-program.ts';

/** Up to here it is JavaScript; from then on a native program in a package of its platform. */
const lastScript = [2, 1, 112] as const;

/** @param wanted e.g. `2.1.112`, or `latest` */
export function claudeVersion(wanted: string): string {
  if (wanted !== 'latest') return wanted;
  const words = ['view', '@anthropic-ai/claude-code', 'version', '--json'];
  return JSON.parse(execFileSync('npm', words, { encoding: 'utf8' }));
}

/** @returns its argv. @param wanted e.g. `2.1.112`, or `latest` */
export function bringClaude(wanted: string): { version: string; argv: string[] } {
  const version = claudeVersion(wanted);
  if (version === pinnedVersion) return { version, argv: pinnedClaude };
  const script = !older(lastScript, readVersion(version) ?? []);
  const name = `@anthropic-ai/claude-code${script ? '' : `-${process.platform}-${process.arch}`}`;
  const folder = join(import.meta.dirname, '../node_modules/.cache/claude', version);
  const file = join(folder, 'node_modules', name, script ? 'cli.js' : 'claude');
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true });
    execFileSync('npm', ['install', '--prefix', folder, '--ignore-scripts', `${name}@${version}`], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }
  return { version, argv: script ? [process.execPath, file] : [file] };
}
