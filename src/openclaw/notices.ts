// Hands fleetd's notices to the channels: Slack through its outbound adapter, WebChat as a note in the
// transcript (chat.inject). Neither asks the model. A notice is said to be sent when all its channels took it;
// killed before that, it comes again under the same number.
import type { FleetClient } from '../api/client.ts';
import type { NoticeView } from '../api/contract.ts';
import { noticesText, surfaceFor } from '../api/text/index.ts';
import { type Button, buttonsFor } from './buttons.ts';
import { type Destination, destinations } from './places.ts';

export interface Channels {
  /** Whether Slack is on in this gateway. */
  slackOn(): Promise<boolean>;
  /** @throws what the channel says when it did not take the text */
  send(destination: Destination, text: string, buttons: Button[]): Promise<void>;
}

export interface NoticeLoop {
  connect: () => FleetClient;
  channels: Channels;
  /** the session that WebChat opens */
  mainSession: string;
  log: (line: string) => void;
  /** resolves early when the signal is aborted */
  pause: (ms: number, signal: AbortSignal) => Promise<void>;
}

const waitMs = 25_000;
const firstRetryMs = 2_000;
const longestRetryMs = 60_000;

/** Runs until `signal` is aborted; does not reject. */
export async function deliverNotices(
  { connect, channels, mainSession, log, pause }: NoticeLoop,
  signal: AbortSignal,
): Promise<void> {
  /** What a channel took while another one did not: not told there again. Memory only. */
  const taken = new Set<string>();
  let retryMs = firstRetryMs;
  let said = '';
  while (!signal.aborted) {
    try {
      const client = connect();
      const due = await client.notices(0, waitMs);
      for (const batch of batches(due)) {
        if (signal.aborted) return;
        const numbers = batch.map(({ n }) => n).join();
        for (const to of destinations(batch, mainSession, await channels.slackOn())) {
          const key = `${numbers} ${JSON.stringify(to)}`;
          if (taken.has(key)) continue;
          const surface = surfaceFor({ kind: 'chat', channel: to.kind, nowMs: Date.now() });
          const buttons = batch.length === 1 ? buttonsFor(batch[0]?.gate ?? null) : [];
          await channels.send(to, noticesText(surface, batch), buttons);
          taken.add(key);
        }
        for (const { n } of batch) await client.noticeSent(n);
      }
      taken.clear();
      retryMs = firstRetryMs;
      said = '';
    } catch (error) {
      const line = error instanceof Error ? error.message : String(error);
      if (line !== said) log(`notices wait: ${line}`);
      said = line;
      await pause(retryMs, signal);
      retryMs = Math.min(retryMs * 2, longestRetryMs);
    }
  }
}

/**
 * Questions and critical words stand alone; the rest that is due together is one message per product and place,
 * warnings are one digest. What a product is told keeps its order.
 */
export function batches(due: NoticeView[]): NoticeView[][] {
  const all: NoticeView[][] = [];
  const open = new Map<string, NoticeView[]>();
  for (const notice of due) {
    const { product, severity, kind, thread, channels } = notice;
    const key = JSON.stringify([product, severity === 'warning', kind === 'progress', thread, channels]);
    const last = open.get(key);
    if (standsAlone(notice)) {
      for (const other of open.keys())
        if (other.startsWith(`[${JSON.stringify(product)}`)) open.delete(other);
      all.push([notice]);
    } else if (last) last.push(notice);
    else {
      const batch = [notice];
      open.set(key, batch);
      all.push(batch);
    }
  }
  return all;
}

const standsAlone = ({ severity, gate }: NoticeView): boolean =>
  severity !== 'warning' && (severity === 'critical' || gate !== null);
