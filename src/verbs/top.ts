// top: the live board. Keys and the mouse choose a product, and keys do with it what verbs and the dashboard do.

import { FleetError } from '../common/errors.ts';
import type { GateRequest, GateView } from '../contract/gates.ts';
import type { FleetStatus } from '../contract/status.ts';
import { boardOrder, errorText, topHelp, topLines } from '../text/index.ts';
import { type Begun, topActs } from './top-acts.ts';
import type { Verb } from './verb.ts';

/** Ages and footprints change without an event. */
const redrawMs = 2_000;
/** As much as an objective may say, typed in one line. */
const longestTyped = 4_000;

export const top: Verb = {
  name: 'top',
  usage: '',
  summary: 'A live board with keys and mouse: start, pause, focus, stop, answer',
  details: ['`?` tells its keys. A click chooses a product or the one of a question, and so does the wheel.'],
  examples: ['top'],
  surfaces: ['cli'],
  lasts: true,
  grammar: (command) => command,
  async run(_asked, context, show) {
    const { client, source, output, keys, form = 'text' } = context;
    if (!output || !keys || form !== 'text')
      throw new FleetError({
        code: 'BAD_USAGE',
        message: 'Expected a terminal for `fleet top`, got none.',
        mend: 'Use `fleet status`, or `fleet status --watch`.',
      });
    const acts = topActs(context);
    let status: FleetStatus | null = null;
    let gates: GateView[] = [];
    let chosen: string | null = null;
    let note = '';
    let helping = false;
    /** what was begun and waits for a word of the human */
    let waiting:
      | { ask: string; text: string; go(text: string): Promise<string> }
      | { confirm: string; go(): Promise<string> }
      | null = null;
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

    function lineBelow(): string {
      if (waiting === null) return note;
      return 'ask' in waiting ? `${waiting.ask}: ${waiting.text}█` : `${waiting.confirm} y: yes`;
    }
    function lines(of: FleetStatus) {
      const size = output?.size() ?? { columns: show.columns, rows: 24 };
      const seen = { status: of, gates, chosen: chosenIndex(), note: lineBelow(), height: size.rows };
      return topLines({ ...show, columns: size.columns }, seen);
    }
    function shown(): string {
      if (helping) return topHelp(show, [...acts, ...gateKeys]);
      if (status === null) return note || 'Asking fleetd…';
      return lines(status)
        .map(({ text }) => text)
        .join('\n');
    }
    const draw = (): void => output?.replace(shown());
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
      waiting = null;
      note = await what().catch(said);
      await refresh();
    }
    /** Never that of another product: a key pressed beside the wrong line must not approve it. */
    const gateHere = () => gates.find((gate) => gate.product === null || gate.product === product()?.name);
    const resolve = (n: number, verdict: GateRequest['verdict'], text: string) =>
      act(async () => `Gate ${n} is ${(await client.resolveGate(n, { verdict, text, source })).state}.`);

    async function answer(key: string): Promise<void> {
      if (waiting === null) return;
      if ('confirm' in waiting) {
        const { go } = waiting;
        if (key.toLowerCase() === 'y') return act(go);
        if (!/^(wheel|paste )/.test(key)) [waiting, note] = [null, 'Left as it is.'];
      } else if (key === 'escape') waiting = null;
      else if (key === 'backspace') waiting.text = [...waiting.text].slice(0, -1).join('');
      else if (key.startsWith('paste '))
        waiting.text = (waiting.text + key.slice('paste '.length)).slice(0, longestTyped);
      else if (key === 'enter') {
        const { go, text } = waiting;
        return act(() => go(text));
      } else if ([...key].length === 1 && !/\p{Cc}/u.test(key) && waiting.text.length < longestTyped)
        waiting.text += key;
      draw();
    }

    function begin(begun: Begun): Promise<void> | void {
      if ('note' in begun) note = begun.note;
      else if ('ask' in begun) waiting = { ...begun, text: '' };
      else if ('confirm' in begun) waiting = begun;
      else return act(begun.go);
      draw();
    }

    function choose(step: number): void {
      const all = board();
      chosen = all[Math.min(all.length - 1, Math.max(0, chosenIndex() + step))]?.name ?? null;
      draw();
    }

    async function press(key: string): Promise<void> {
      if (helping) {
        helping = false;
        return draw();
      }
      const here = product();
      const step = { j: 1, down: 1, 'wheel-down': 1, k: -1, up: -1, 'wheel-up': -1 }[key];
      if (step) return choose(step);
      const [, row] = /^click \d+ (\d+)$/.exec(key) ?? [];
      if (row !== undefined && status !== null) {
        chosen = lines(status)[Number(row) - 1]?.product ?? chosen;
        return draw();
      }
      if (key === '?') {
        helping = true;
        return draw();
      }
      const found = acts.find((one) => one.key === key);
      if (found && here && status) return begin(found.begin(here, status));
      if (!gateKeys.some((one) => one.key === key)) return;
      const gate = gateHere();
      if (!gate) return begin({ note: here ? `No gate of ${here.name} is open.` : 'No gate is open.' });
      if (key === 'a') return resolve(gate.n, 'approved', '');
      const verdict = key === 'r' ? 'rejected' : 'answered';
      return begin({
        ask: `${key === 'r' ? 'Reject' : 'Answer'} gate ${gate.n}`,
        go: async (text) => {
          const { state } = await client.resolveGate(gate.n, { verdict, text, source });
          return `Gate ${gate.n} is ${state}.`;
        },
      });
    }

    await refresh();
    const timer = setInterval(() => void refresh(), redrawMs);
    const following = (async () => {
      for await (const _ of client.events({ signal: ends.signal })) await refresh();
    })().catch(() => {});
    try {
      for await (const key of keys()) {
        if (key === 'ctrl-c') break;
        if (waiting) await answer(key);
        else if (key === 'q' && !helping) break;
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

const gateKeys = [
  { key: 'a', says: 'approve its question' },
  { key: 'r', says: 'reject it, with words' },
  { key: 't', says: 'answer it in words' },
];
