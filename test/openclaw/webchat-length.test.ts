import { describe, expect, it } from 'vitest';
import { forWebChat, mostInWebChat } from '../../src/openclaw/webchat-length.ts';

const last =
  /\n\[(\d+) characters in all; the rest is on the dashboard, and in a terminal: fleet look product-a src\]$/;

describe('a text for WebChat', () => {
  it('that fits is left as it is', () => {
    expect(forWebChat('x'.repeat(mostInWebChat), 'look')).toBe('x'.repeat(mostInWebChat));
  });

  it.each([
    ['lines', 'a line of some length\n'.repeat(2_000)],
    ['one line', 'x'.repeat(60_000)],
    ['signs of two halves', '😀'.repeat(20_000)],
    ['one more than fits', 'x'.repeat(mostInWebChat + 1)],
  ])('of %s that does not is cut, and says where the rest is', (_, text) => {
    const shown = forWebChat(text, 'look  product-a\n src');
    expect(shown.length).toBeLessThanOrEqual(mostInWebChat);
    expect(last.exec(shown)?.[1]).toBe(String(text.length));
    expect(shown.isWellFormed()).toBe(true);
    expect(shown.length).toBeGreaterThan(mostInWebChat - 200);
  });

  it('is cut at the end of a line', () => {
    const lines = Array.from({ length: 1_000 }, (_, n) => `line ${n}`);
    const shown = forWebChat(lines.join('\n'), 'queue').split('\n');
    expect(lines).toContain(shown.at(-2));
  });
});
