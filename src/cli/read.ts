// A file that was named on the command line; `-` is standard input.
import { FleetError } from '../common/errors.ts';

const longest = 262_144;

/** @throws FleetError FILE_UNREADABLE, TEXT_TOO_LARGE */
export async function readText(path: string): Promise<string> {
  const read = await contents(path).catch((cause: unknown) => {
    throw new FleetError({
      code: 'FILE_UNREADABLE',
      message: `Expected to read ${path}, got ${cause instanceof Error && 'code' in cause ? String(cause.code) : 'an error'}.`,
      mend: 'Name a file that is there and that you may read, or - for standard input.',
      cause,
    });
  });
  if (read.length <= longest) return read;
  throw new FleetError({
    code: 'TEXT_TOO_LARGE',
    message: `Expected a file of at most ${longest / 1024} KiB, got more.`,
    mend: 'Make it smaller, or split it.',
  });
}

async function contents(path: string): Promise<string> {
  if (path === '-') return (await import('node:stream/consumers')).text(process.stdin);
  return (await import('node:fs/promises')).readFile(path, 'utf8');
}
