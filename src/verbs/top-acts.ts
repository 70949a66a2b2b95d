// What keys of `fleet top` do with the chosen product: each the call of the verb of that name.
import type { ProductView } from '../contract/products.ts';
import type { FleetStatus } from '../contract/status.ts';
import { currentOf } from '../text/index.ts';
import type { VerbContext } from './verb.ts';

/** What a key begins. */
export type Begun =
  /** done at once: `undo` takes it back */
  | { go(): Promise<string> }
  /** work would end: done when it is confirmed */
  | { confirm: string; go(): Promise<string> }
  /** done with the words that are typed */
  | { ask: string; go(text: string): Promise<string> }
  | { note: string };

export interface TopAct {
  key: string;
  says: string;
  begin(here: ProductView, status: FleetStatus): Begun;
}

const reason = null;

export function topActs({ client, source }: Pick<VerbContext, 'client' | 'source'>): TopAct[] {
  const told = ({ id, product, state }: { id: string; product: string; state: string }) =>
    `${id} on ${product} is ${state}.`;
  return [
    {
      key: 's',
      says: 'start an objective',
      begin: ({ name }) => ({
        ask: `Start on ${name}`,
        go: async (text) => told(await client.start({ product: name, text, source })),
      }),
    },
    {
      key: 'p',
      says: 'pause, or resume',
      begin: ({ name, paused }) => ({
        go: async () =>
          paused
            ? (await client.resume(name, { source })).text
            : (await client.pause(name, { source, reason })).text,
      }),
    },
    {
      key: 'f',
      says: 'focus: all others are paused',
      begin: ({ name }) => ({ go: async () => (await client.focus(name, { source })).text }),
    },
    {
      key: 'x',
      says: 'stop what it works on',
      begin: ({ name, objective }) =>
        objective === null
          ? { note: `Nothing runs on ${name}.` }
          : {
              confirm: `Stop ${objective.id} on ${name}? It is cancelled, and its session ends.`,
              go: async () => {
                const stopped = await client.stop(name, { source, reason });
                return stopped === null
                  ? `Nothing was running on ${name}.`
                  : `${name} is being stopped; ${stopped.id} is cancelled with it.`;
              },
            },
    },
    {
      key: 'c',
      says: 'cancel its objective, at work or waiting',
      begin: (here, status) => {
        const own = currentOf(here, status.queue);
        return own === null
          ? { note: `${here.name} has no objective to cancel.` }
          : {
              confirm: `Cancel ${own.id} on ${here.name}?`,
              async go() {
                const { id, product, state, condition } = await client.cancel(own.id, { source, reason });
                const now = state === 'cancelled' ? state : (condition ?? 'being stopped');
                return `${id} on ${product} is ${now}.`;
              },
            };
      },
    },
    {
      key: 'y',
      says: 'try its last one again, which failed or was cancelled',
      begin: ({ name }) => ({
        async go() {
          const [last] = await client.history({ product: name, limit: 1 });
          if (last === undefined || last.state === 'done')
            return `What ${name} did last neither failed nor was cancelled.`;
          return told(await client.requeue(last.id, { source }));
        },
      }),
    },
    {
      key: 'o',
      says: 'priority',
      begin: ({ name, priority }) => ({
        ask: `Priority of ${name} (now ${priority}; 1 to 100, high, medium, low, before obj-7, default)`,
        go: async (text) => (await client.priority(name, { source, priority: text.trim() })).text,
      }),
    },
    {
      key: 'm',
      says: 'say something to its coordinator',
      begin: ({ name, objective }) =>
        objective === null
          ? { note: `Nobody works on ${name}.` }
          : {
              ask: `To the coordinator of ${name}`,
              go: async (text) => {
                const { nudged } = await client.message(name, { text, source });
                return `Sent to ${name}: ${nudged ? 'it was woken to read it' : 'it reads it when its turn is over'}.`;
              },
            },
    },
    {
      key: 'u',
      says: 'undo the last change',
      begin: () => ({ go: async () => (await client.undo({ source })).text }),
    },
  ];
}
