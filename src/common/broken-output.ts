// Output that cannot be written: a disk that is full, a reader that is gone.
import { writeSync } from 'node:fs';
import type { Command } from 'commander';
import { errorClasses, FleetError } from './errors.ts';

/**
 * Ends the program when its output cannot be written: with nothing to say where a reader has seen enough (`| head`), else
 * in words on standard error.
 * @param what  was to be written
 * @param more  of the mend: what it means for who asked
 * @returns standard error, by which whoever writes to it takes it: Node makes the stream when it is first looked at, and most
 *   programs that go well need none
 */
export function endOnBrokenOutput(
  stdout: NodeJS.WriteStream,
  what: string,
  more = '',
): () => NodeJS.WriteStream {
  let made: NodeJS.WriteStream | undefined;
  const stderr = () => {
    // Where nothing can be said the exit code has to do.
    made ??= process.stderr.on('error', (error: NodeJS.ErrnoException) =>
      process.exit(error.code === 'EPIPE' ? 0 : errorClasses.unavailable.exit),
    );
    return made;
  };
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    end(stderr(), what, more, error);
  });
  return stderr;
}

/** Help and version are written before commander ends the program: what fails then would be said by nobody. */
export function tellBrokenHelp(command: Command): Command {
  return command.configureOutput({
    writeOut(text) {
      try {
        writeSync(1, text);
      } catch (cause) {
        if (cause instanceof Error && 'code' in cause && cause.code === 'EPIPE') return;
        end(process.stderr, 'the help', '', cause);
      }
    },
  });
}

function end(stderr: NodeJS.WriteStream, what: string, more: string, cause: unknown): never {
  const failed = new FleetError({
    code: 'OUTPUT_FAILED',
    message: `Expected to write ${what} to standard output, got ${cause instanceof Error ? cause.message : cause}.`,
    mend: `Make room or send it elsewhere.${more}`,
    cause,
  });
  stderr.write(`${failed.code}: ${failed.message} Mend: ${failed.mend}\n`);
  process.exit(errorClasses[failed.class].exit);
}
