// Carries out interventions: one fresh turn of the model each, when a product's monitor asks for it. It gets the
// situation as data, has the fleet tools, and its last words go to the human. Where no monitor is on, nothing here
// ever asks the model.
import type { FleetClient } from '../client/client.ts';
import type { InterventionView } from '../contract/interventions.ts';
import { gatesText, inboxText, productText, surfaceFor } from '../text/index.ts';
import { untrusted } from './outcome.ts';

export interface Turn {
  /** the last words of the model */
  said: string;
  /** null: not known */
  costUsd: number | null;
}

export interface MonitorLoop {
  connect: () => FleetClient;
  /** One turn in a session of its own, named by `n`. */
  turn(n: number, message: string): Promise<Turn>;
  log: (line: string) => void;
  /** resolves early when the signal is aborted */
  pause: (ms: number, signal: AbortSignal) => Promise<void>;
}

const waitMs = 25_000;
const retryMs = 10_000;
/** What fleetd takes. */
const longestSaid = 20_000;

/** Runs until `signal` is aborted; does not reject. One turn at a time. */
export async function carryOutInterventions(
  { connect, turn, log, pause }: MonitorLoop,
  signal: AbortSignal,
): Promise<void> {
  let told = '';
  while (!signal.aborted) {
    try {
      const client = connect();
      for (const asked of await client.interventions({ wait: waitMs })) {
        if (signal.aborted) return;
        const message = await briefing(client, asked);
        await client.beginIntervention(asked.n);
        const done = await turn(asked.n, message).catch(
          (error): Turn => ({ said: `The turn failed: ${String(error)}`, costUsd: null }),
        );
        await client.endIntervention(asked.n, { ...done, said: done.said.slice(0, longestSaid) });
      }
      told = '';
    } catch (error) {
      const line = error instanceof Error ? error.message : String(error);
      if (line !== told) log(`interventions wait: ${line}`);
      told = line;
      await pause(retryMs, signal);
    }
  }
}

/** What the model is told: our own words, then the situation as data. */
async function briefing(
  client: FleetClient,
  { n, product, objective, why }: InterventionView,
): Promise<string> {
  const surface = surfaceFor({ kind: 'terminal', nowMs: Date.now(), columns: 1000 });
  const [status, gates, inbox] = await Promise.all([
    client.status({ product }),
    client.gates({ product }),
    client.inbox(product),
  ]);
  const [view] = status.products;
  const situation = [
    why,
    view ? productText(surface, status, view) : '',
    gates.length > 0 ? gatesText(surface, gates) : '',
    inboxText(surface, { ...inbox, mail: inbox.mail.slice(0, 10) }),
  ].filter((part) => part !== '');
  return [
    `Monitor of ${product}, intervention ${n}. Nobody is at the keyboard: no human has asked for this turn.`,
    `${objective ?? `The session on ${product}`} hangs, has failed or was escalated. Look at what is going on with the fleet tools, and do at most one thing about it within your rights: ask its coordinator, or stop what can only do harm. Start nothing anew and approve nothing; where a gate is open your messages and starts are refused.`,
    'Then say, in at most five sentences for the human: what happened, what you did, what you propose.',
    untrusted(situation.join('\n\n'), `fleet and agents of ${product}`),
  ].join('\n\n');
}
