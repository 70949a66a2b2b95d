// What `ov` said went wrong, as errors with a code. `ov` has no codes in its JSON, only prose: known-failures.ts.
import { FleetError } from '../common/errors.ts';
import { knownFailures } from './known-failures.ts';

const shown = 600;

/** Prose of `ov`, fit to be shown: no control characters, no envelope of its own, at most 600 characters. */
function shownText(text: string): string {
  const plain = text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is being removed
    .replace(/\u001b\[[0-9;?]*[A-Za-z]|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '')
    .trim()
    .replace(/^Error(?: \[\w+\])?: |^error: |^✗ /, '');
  return plain.length > shown ? `${plain.slice(0, shown)}…` : plain;
}

/** Of each end of a text. Some patterns take quadratic time, and `ov` may say megabytes. */
const searchedChars = 2_000;

/** What `ov` said went wrong, as an error with a code; OV_FAILED with its words when the text is not known. */
export function ovFailure(text: string): FleetError {
  const message = shownText(text) || '`ov` failed without a word.';
  const searched = `${text.slice(0, searchedChars)}\n${text.slice(searchedChars).slice(-searchedChars)}`;
  const known = knownFailures.find((failure) => failure.pattern.test(searched));
  return new FleetError({
    code: known?.code ?? 'OV_FAILED',
    message,
    mend: known?.mend ?? "Read `ov`'s own words in the message; ask for status before you try again.",
  });
}

/** OV_GARBAGE: `ov` answered, and the answer cannot be used. */
export function ovGarbage(command: string, expected: string, got: string): FleetError {
  return new FleetError({
    code: 'OV_GARBAGE',
    message: `Expected ${expected} from \`ov\` (${command}), got ${shownText(got).slice(0, 200) || 'nothing'}`,
    mend: 'Check that `ov --version` is 0.9.4 to 0.11.0 and nothing else writes to its output; ask for status before you try again.',
  });
}

/** OV_BAD_ARGUMENT raised here, before any process was started. */
export function badArgument(message: string): FleetError {
  return new FleetError({
    code: 'OV_BAD_ARGUMENT',
    message,
    mend: 'Correct the argument and try again; nothing was started.',
  });
}

/** OV_STOP_INCOMPLETE: `ov` answered a stop with stopped: false. */
export function stopIncomplete(who: string): FleetError {
  return new FleetError({
    code: 'OV_STOP_INCOMPLETE',
    message: `Expected \`ov\` to stop ${who}, got stopped: false.`,
    mend: 'Ask for status (it reconciles) and look for what still runs.',
  });
}

/** `ov nudge` exits 0 with delivered: false and a reason in prose. */
export function notDelivered(agent: string, reason: string): FleetError {
  const busy = /mid-think|Debounced/i.test(reason);
  const gone = /No active session/i.test(reason);
  return new FleetError({
    code: busy ? 'OV_BUSY' : gone ? 'OV_NOT_RUNNING' : 'OV_NOT_DELIVERED',
    message: `Expected a nudge to reach ${agent}, got: ${shownText(reason)}`,
    mend: busy
      ? 'Try again in a few seconds.'
      : gone
        ? 'Start it first, or send it mail.'
        : 'Ask for status; if it runs, send it mail.',
  });
}
