// Answers about one product, its mail and what is on its coordinator's screen.
import type { mailRoutes } from '../contract/mail.ts';
import type { productRoutes } from '../contract/products.ts';
import type { Surface } from '../contract/route.ts';
import type { workerRoutes } from '../contract/workers.ts';
import type { Fleet } from '../fleet/index.ts';
import type { Handlers } from './handlers.ts';

const fewestLines = 1;
const mostLines = 2_000;

export type TmuxAt = (product: string, words: string[]) => string[];

/** @param tmux argv on the operator's machine for these words of the tmux of the product's runtime */
export function productHandlers(
  fleet: Fleet,
  surface: Surface,
  tmux: TmuxAt,
): Handlers<keyof typeof productRoutes | keyof typeof workerRoutes | keyof typeof mailRoutes> {
  const { commands, controls } = fleet;
  const { runtime, journal } = fleet.loop.context;
  return {
    stop: (name, { reason, source }) => commands.stop(name, reason, source),
    pause: (name, { reason, source }) => controls.pause(name, reason, source),
    resume: (name, { source }) => controls.resume(name, source),
    focus: (name, { source }) => controls.focus(name, source),
    priority: (name, { priority, source }) => controls.priority(name, priority, source),
    look: (name, what) => commands.look(name, what),
    async output(name, { lines }) {
      const product = commands.requireProduct(name);
      const { content } = await runtime.ov(product, 'coordinator.output', {
        lines: Math.min(mostLines, Math.max(fewestLines, lines)),
      });
      return { product: product.name, content };
    },
    workerSteps: (name, worker) => fleet.workerSteps(name, worker),
    attach(asked) {
      const { name } = commands.requireProduct(asked);
      const session = journal.liveSession(name)?.tmuxSession ?? null;
      const argv =
        session === null ? null : tmux(name, ['-L', 'overstory', 'attach', '-r', '-t', `=${session}`]);
      return { product: name, argv };
    },
    layDown: (name, { type }) => fleet.layDown(name, type),
    prepare: (name) => fleet.prepare(name),

    message: (name, asked) => commands.message(name, asked, surface),
    inbox: (name) => commands.inbox(name),
    threads: (name) => fleet.history.threads(name),
  };
}
