// The terminal of a simulated coordinator: enough of Claude Code's screen for what overstory and its driver
// look for (the prompt, the permission line, "esc to interrupt" while busy, the login text, a usage limit).

import type { LimitShown } from './limit.ts';

const shown = 14;

/** Redraws in place, so that nothing old (a busy line, say) is left in the scrollback. */
export class Pane {
  readonly #folder: string;
  readonly #lines: string[] = [];
  #busy = false;
  #prompted = false;
  #limit: LimitShown | null = null;

  constructor(folder: string) {
    this.#folder = folder;
  }

  say(line: string): void {
    this.#lines.push(line);
    this.draw();
  }

  set busy(busy: boolean) {
    if (this.#busy === busy) return;
    this.#busy = busy;
    this.draw();
  }

  /** It took a prompt and has not answered yet: drawn busy, as the real one is from Enter on. */
  get prompted(): boolean {
    return this.#prompted;
  }

  set prompted(prompted: boolean) {
    if (this.#prompted === prompted) return;
    this.#prompted = prompted;
    this.draw();
  }

  /** Its lines stay; its menu and its notices go with it. While it stands nothing is at work. */
  set limit(limit: LimitShown | null) {
    this.#limit = limit;
    this.#lines.push(...(limit?.lines ?? []));
    this.draw();
  }

  closeMenu(): void {
    if (this.#limit !== null) this.#limit = { ...this.#limit, menu: null };
    this.draw();
  }

  draw(): void {
    const width = Math.max(20, (process.stdout.columns ?? 80) - 1);
    const rule = '─'.repeat(Math.min(60, width));
    const lines = [
      '✻ Welcome to Claude Code! (ov-sim: no model behind this)',
      '',
      '   /help for help',
      `   cwd: ${this.#folder}`,
      '',
      ...this.#lines.slice(-shown),
      ...((this.#busy || this.#prompted) && this.#limit === null
        ? ['', '✽ Working… (esc to interrupt)']
        : []),
      ...(this.#limit?.menu ?? [
        rule,
        '❯ ',
        rule,
        ...(this.#limit?.notices ?? []),
        '  ⏵⏵ bypass permissions on (shift+tab to cycle)',
      ]),
    ];
    const text = lines.map((line) => `${line.slice(0, width)}\u001b[K`).join('\r\n');
    process.stdout.write(`\u001b[H${text}\u001b[J`);
  }
}
