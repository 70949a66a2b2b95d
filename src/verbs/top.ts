// top: the live board. Keys choose a product and pause it, focus it, or answer its oldest gate.

import { FleetError } from '../common/errors.ts';
import type { GateRequest, GateView } from '../contract/gates.ts';
import type { FleetStatus } from '../contract/status.ts';
import { boardOrder, errorText, topText } from '../text/index.ts';
import type { Verb } from './verb.ts';

/** Ages and footprints change without an event. */
const redrawMs = 2_000;

export const top: Verb = {
  name: 'top',
  usage: '',
  summary: 'A live board with keys: pause, focus, answer',
  examples: ['top'],
  surfaces: ['cli'],
  lasts: true,
  grammar: (command) => command,
  async run(_asked, { client, source, output, keys, form = 'text' }, show) {
    if (!output || !keys || form !== 'text')
      throw new FleetError({
        code: 'BAD_USAGE',
        message: 'Expected a terminal for `fleet top`, got none.',
        mend: 'Use `fleet status`, or `fleet status --watch`.',
      });
    let status: FleetStatus | null = null;
    let gates: GateView[] = [];
    let chosen: string | null = null;
    let note = '';
    /** what is being typed for a gate */
    let typing: { gate: number; verdict: GateRequest['verdict']; text: string } | null = null;
    const ends = new AbortController();

    const board = () => boardOrder(status?.products ?? []);
    // by its name: what moves on the board while a human reaches for a key stays chosen
    const chosenIndex = () =>
      Math.max(
        0,
        board().findIndex(({ name }) => name === chosen),
      );
    const product = () => board()[chosenIndex()];
    const said = (error: unknown) => show.paint('bad', errorText(show, FleetError.wrap(error)));

    function draw(): void {
      if (status === null) {
        output?.replace(note || 'Asking fleetd…');
        return;
      }
      const line = typing
        ? `${typing.verdict === 'rejected' ? 'Reject' : 'Answer'} gate ${typing.gate}: ${typing.text}█`
        : note;
      const size = output?.size() ?? { columns: show.columns, rows: 24 };
      output?.replace(
        topText(
          { ...show, columns: size.columns },
          { status, gates, chosen: chosenIndex(), note: line, height: size.rows },
        ),
      );
    }
    async function refresh(): Promise<void> {
      try {
        [status, gates] = await Promise.all([client.status(), client.gates()]);
        chosen ??= product()?.name ?? null;
      } catch (error) {
        // what was seen last stays, with what is wrong under it
        note = said(error);
      }
      draw();
    }
    async function act(what: () => Promise<string>): Promise<void> {
      note = await what().catch(said);
      await refresh();
    }
    /** Never that of another product: a key pressed beside the wrong line must not approve it. */
    const gateHere = () => gates.find((gate) => gate.product === null || gate.product === product()?.name);
    const resolve = (n: number, verdict: GateRequest['verdict'], text: string) =>
      act(async () => `Gate ${n} is ${(await client.resolveGate(n, { verdict, text, source })).state}.`);

    async function type(key: string): Promise<void> {
      if (typing === null) return;
      const { gate, verdict, text } = typing;
      if (key === 'escape') typing = null;
      else if (key === 'backspace') typing.text = text.slice(0, -1);
      else if (key === 'enter') {
        typing = null;
        return resolve(gate, verdict, text);
      } else if (key.length === 1) typing.text += key;
      draw();
    }

    async function press(key: string): Promise<void> {
      const here = product();
      const gate = gateHere();
      const step = { j: 1, down: 1, k: -1, up: -1 }[key];
      if (step && status) {
        const all = board();
        chosen = all[Math.min(all.length - 1, Math.max(0, chosenIndex() + step))]?.name ?? null;
        return draw();
      }
      if (key === 'u') return act(async () => (await client.undo({ source })).text);
      if (key === 'p' && here)
        return act(async () =>
          here.paused
            ? (await client.resume(here.name, { source })).text
            : (await client.pause(here.name, { source, reason: null })).text,
        );
      if (key === 'f' && here) return act(async () => (await client.focus(here.name, { source })).text);
      if (['a', 'r', 't'].includes(key)) {
        if (!gate) note = here ? `No gate of ${here.name} is open.` : 'No gate is open.';
        else if (key === 'a') return resolve(gate.n, 'approved', '');
        else typing = { gate: gate.n, verdict: key === 'r' ? 'rejected' : 'answered', text: '' };
        draw();
      }
    }

    await refresh();
    const timer = setInterval(() => void refresh(), redrawMs);
    const following = (async () => {
      for await (const _ of client.events({ signal: ends.signal })) await refresh();
    })().catch(() => {});
    try {
      for await (const key of keys()) {
        if (typing) await type(key);
        else if (key === 'q') break;
        else await press(key);
      }
    } finally {
      clearInterval(timer);
      ends.abort();
      await following;
    }
    return { text: '', data: null };
  },
};
