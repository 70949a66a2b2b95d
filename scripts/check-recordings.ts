// `npm run check:recordings -- <folder>`: reads every recorded call of `ov` under a folder with the client
// and prints a line per file. Exits 1 when a call is unreadable, its error has no code, or it reads as
// success where it failed; 2 when there is no such folder.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { judgeRecording, type Verdict } from './judge-recording.ts';

/** One line about one file, without its name. */
export function describeFile(path: string): { line: string; defect: boolean } {
  const verdict = path.endsWith('.json') ? judgeFile(path) : ({ kind: 'not a call' } as const);
  return {
    line: describe(verdict),
    defect: verdict.kind === 'unreadable' || verdict.kind === 'untyped' || verdict.kind === 'misread',
  };
}

function judgeFile(path: string): Verdict {
  try {
    return judgeRecording(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    return { kind: 'unreadable', command: '?', why: String(error) };
  }
}

function describe(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'not a call':
      return 'not a call';
    case 'ok':
      return `${verdict.command || 'ov'}  ok ${verdict.as === 'reply' ? fields(verdict.reply) : verdict.as}`;
    case 'failed':
      return `${verdict.command || 'ov'}  ${verdict.code}  ${oneLine(verdict.message)}`;
    default:
      return `${verdict.command || 'ov'}  ${verdict.kind.toUpperCase()}  ${oneLine(verdict.why)}`;
  }
}

/** The fields of a reply on one line: lists by their length, agents by their state. */
function fields(reply: unknown): string {
  const shown = Object.entries(reply as Record<string, unknown>).map(([name, value]) => {
    if (name === 'agents' && Array.isArray(value))
      return `agents=[${value.map((agent) => `${agent.agentName}:${agent.state}`).join(' ')}]`;
    if (Array.isArray(value)) return `${name}=${value.length}`;
    if (typeof value === 'object' && value !== null) return `${name}={${fields(value)}}`;
    return `${name}=${JSON.stringify(value)}`;
  });
  return oneLine(shown.join(' '), 400);
}

function oneLine(text: string, most = 160): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > most ? `${line.slice(0, most)}…` : line;
}

/** Every file under a folder, as paths relative to it, in order. */
export function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => statSync(join(folder, file)).isFile())
    .sort();
}

function main(argument: string | undefined): number {
  // npm runs scripts in the package's folder; the caller's own is INIT_CWD.
  const folder = argument && resolve(process.env.INIT_CWD ?? process.cwd(), argument);
  if (!folder || !statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    console.error(
      `Expected a folder of recordings, got ${argument ?? 'nothing'}. Mend: npm run check:recordings -- <folder>`,
    );
    return 2;
  }
  let defects = 0;
  for (const file of filesUnder(folder)) {
    const { line, defect } = describeFile(join(folder, file));
    if (defect) defects += 1;
    console.log(`${file}  ${line}`);
  }
  if (defects > 0)
    console.error(`${defects} recorded calls are unreadable, untyped or read as success where they failed.`);
  return defects > 0 ? 1 : 0;
}

if (import.meta.main) process.exitCode = main(process.argv[2]);
