// What a terminal sends, as keys and clicks; and that the terminal is given back as it was.
import { expect, it } from 'vitest';
import { keysOf } from '../../src/cli/keys.ts';

async function read(...chunks: string[]): Promise<{ keys: string[]; wrote: string; raw: boolean[] }> {
  const raw: boolean[] = [];
  let wrote = '';
  const stdin = {
    setRawMode: (on: boolean) => void raw.push(on),
    setEncoding: () => {},
    pause: () => {},
    async *[Symbol.asyncIterator]() {
      yield* chunks;
    },
  };
  const keys: string[] = [];
  const stdout = {
    write(text: string) {
      wrote += text;
      return true;
    },
  };
  for await (const key of keysOf(stdin as never, stdout as never)) keys.push(key);
  return { keys, wrote, raw };
}

it('tells keys, arrows of both kinds, and pasted text by its characters', async () => {
  const { keys } = await read(
    'j',
    '\u001b[A',
    '\u001bOB',
    '\u001b',
    '\r',
    '\u007f',
    '\u0003',
    'aü😀',
    '\u001b[1;5C',
  );
  expect(keys).toEqual(['j', 'up', 'down', 'escape', 'enter', 'backspace', 'ctrl-c', 'a', 'ü', '😀']);
});

it('tells clicks and the wheel, several in one chunk and one over two, and no release', async () => {
  const { keys } = await read(
    '\u001b[<0;12;7M\u001b[<0;12;7m\u001b[<64;1;1M',
    '\u001b[<65;',
    '1;250Mq',
    '\u001b[<2;3;4M',
  );
  expect(keys).toEqual(['click 12 7', 'wheel-up', 'wheel-down', 'q']);
});

it('asks for the mouse, and gives it back', async () => {
  const { wrote, raw } = await read('q');
  expect(wrote).toBe('\u001b[?1000h\u001b[?1006h\u001b[?2004h\u001b[?1006l\u001b[?1000l\u001b[?2004l');
  expect(raw).toEqual([true, false]);
});

it('tells what is pasted as one text, over chunks, and no line of it as keys', async () => {
  const { keys } = await read('s', '\u001b[200~Add a page\r\nxy: a', 'll of it\u001b[20', '1~', '\r');
  expect(keys).toEqual(['s', 'paste Add a page  xy: all of it', 'enter']);
});
