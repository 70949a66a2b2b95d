// --watch: an answer kept on the screen, asked for again every two seconds, also while fleetd restarts.
import { setTimeout as pause } from 'node:timers/promises';
import { FleetError } from '../common/errors.ts';
import { errorText, type Surface } from '../text/index.ts';
import { forProgram } from './form.ts';
import type { Answer, VerbContext } from './verb.ts';

/** Ages grow on the screen even when nothing happens. */
const redrawMs = 2_000;

/** @param once asks and lays out. Throws FleetError BAD_USAGE where nothing can be kept on a screen. */
export async function watched(
  on: boolean,
  context: VerbContext,
  show: Surface,
  once: () => Promise<Answer>,
): Promise<Answer> {
  if (!on) return once();
  if (!context.output || forProgram(context))
    throw new FleetError({
      code: 'BAD_USAGE',
      message: 'Expected --watch in a terminal, as text.',
      mend: 'Leave one of them out; programs read `fleet events --follow --json`.',
    });
  let before = '';
  while (!context.signal?.aborted) {
    const text = await once().then(
      (answer) => answer.text,
      (error) => {
        const known = FleetError.wrap(error);
        // fleetd may be restarting: said on the screen, tried again
        if (known.class === 'unavailable') return show.paint('bad', errorText(show, known));
        throw known;
      },
    );
    if (text !== before) context.output.replace(text);
    before = text;
    await pause(redrawMs, undefined, { signal: context.signal }).catch(() => {});
  }
  return { text: '', data: null };
}
