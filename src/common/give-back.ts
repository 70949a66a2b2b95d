// Memory that a start leaves behind. What loading a program has made and let go is collected only when the heap grows on,
// which that of a process that then does little may never do.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** By then what there was to look at first has been looked at. */
const afterStartMs = 10_000;

/** Has it collected once, some seconds from now; keeps no process alive. */
export function giveBackAfterStart(): void {
  setTimeout(() => {
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    setFlagsFromString('--no-expose-gc');
    collect();
  }, afterStartMs).unref();
}
