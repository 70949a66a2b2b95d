// Hands fleetd's notices to the channels: Slack through its outbound adapter, WebChat as a note in the
// transcript (chat.inject). Neither asks the model. A notice is said to be sent when all its channels took it;
// killed before that, it comes again under the same number.
import type { FleetClient } from '../api/client.ts';
import type { NoticeView } from '../api/contract.ts';
import { noticesText, surfaceFor } from '../api/text/index.ts';

/** One place a message can go. */
export interface Destination {
  kind: 'slack' | 'webchat';
  /** slack: `channel:C1`, `channel:#name` or `user:U1`; webchat: a session key */
  to: string;
  /** slack: ts of the thread's first message */
  thread: string | null;
}

export interface Channels {
  /** Whether Slack is on in this gateway. */
  slackOn(): Promise<boolean>;
  /** @throws what the channel says when it did not take the text */
  send(destination: Destination, text: string): Promise<void>;
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
        const text = noticesText(surfaceFor({ kind: 'chat', nowMs: Date.now() }), batch);
        const numbers = batch.map(({ n }) => n).join();
        for (const to of destinations(batch, mainSession, await channels.slackOn())) {
          const key = `${numbers} ${JSON.stringify(to)}`;
          if (taken.has(key)) continue;
          await channels.send(to, text);
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

/** A question and a critical word stand alone; the rest of a product that is due together is one message. */
function batches(due: NoticeView[]): NoticeView[][] {
  const all: NoticeView[][] = [];
  for (const notice of due) {
    const last = all.at(-1);
    const [first] = last ?? [];
    const folds = (n: NoticeView) => n.gate === null && n.severity !== 'critical';
    if (last && first && first.product === notice.product && folds(first) && folds(notice)) last.push(notice);
    else all.push([notice]);
  }
  return all;
}

/** The product's channels, and the thread in which the objective was asked for. Without Slack, WebChat. */
export function destinations(batch: NoticeView[], mainSession: string, slackOn: boolean): Destination[] {
  const found: Destination[] = [];
  for (const { channels, thread } of batch) {
    const asked = thread === null ? null : threadOf(thread);
    if (asked) found.push(asked);
    for (const { kind, target } of channels) {
      if (kind === 'webchat' || target === null)
        found.push({ kind: 'webchat', to: mainSession, thread: null });
      // In the thread is in the channel.
      else if (asked?.kind !== 'slack' || asked.to.toLowerCase() !== slackTarget(target).toLowerCase())
        found.push({ kind: 'slack', to: slackTarget(target), thread: null });
    }
  }
  const reachable = found.map((to) =>
    to.kind === 'slack' && !slackOn ? { kind: 'webchat' as const, to: mainSession, thread: null } : to,
  );
  if (reachable.length === 0) reachable.push({ kind: 'webchat', to: mainSession, thread: null });
  return [...new Map(reachable.map((to) => [JSON.stringify(to).toLowerCase(), to])).values()];
}

const slackTarget = (target: string) =>
  /^[UW][A-Z0-9]+$/.test(target) ? `user:${target}` : `channel:${target}`;

/** `agent:…:slack:channel:c1:thread:1700000000.000100` → the thread; null: not a place in Slack. */
function threadOf(sessionKey: string): Destination | null {
  const [, channel, thread] =
    /:slack:(?:channel|group):([a-z0-9]+)(?::thread:([\d.]+))?$/i.exec(sessionKey) ?? [];
  return channel === undefined
    ? null
    : { kind: 'slack', to: `channel:${channel.toUpperCase()}`, thread: thread ?? null };
}
