// Hands fleetd's notices to the channels: a chat through its outbound adapter, WebChat as a note in the
// transcript. Neither asks the model. A notice is said to be sent when all its channels took it;
// killed before that, it comes again under the same number.
import type { FleetClient } from '../client/client.ts';
import { type ChannelKind, chatKinds, chats } from '../common/chats.ts';
import type { NoticeView } from '../contract/notices.ts';
import { noticesText, surfaceFor } from '../text/index.ts';
import { type Button, buttonsFor } from './buttons.ts';
import { chatSetups } from './chats/index.ts';
import { type Destination, destinations, type Reach, unreached } from './places.ts';

export interface Channels {
  /** As it is now. */
  reach(): Promise<Reach>;
  /**
   * Marks (see markOf) of the latest notices that a session of WebChat shows already.
   * @throws what the gateway says when it cannot tell
   */
  told(session: string): Promise<string[]>;
  /**
   * @param key the same for the same notices
   * @throws what the channel says when it did not take the text
   */
  send(destination: Destination, text: string, buttons: Button[], key: string): Promise<void>;
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
/** Between two tries of anything; of a channel that stays away they get rarer, up to a minute. */
const retryMs = 2_000;
const mostRounds = 30;
/** A channel that has been away for so many tries (about six minutes), or that does not exist, is told of in WebChat. */
const giveUpAfter = 10;
const neverThere = /unknown channel|unknown target/i;
const isGone = (kind: ChannelKind, reason: string) =>
  neverThere.test(reason) || (kind !== 'webchat' && chatSetups[kind].gone.test(reason));

interface Away {
  fails: number;
  /** rounds to let pass before the next try */
  rounds: number;
}

/** Runs until `signal` is aborted; does not reject. A channel that is away holds up nobody else's notices. */
export async function deliverNotices(
  { connect, channels, mainSession, log, pause }: NoticeLoop,
  signal: AbortSignal,
): Promise<void> {
  const webchat: Destination = { kind: 'webchat', to: mainSession, thread: null };
  /** What a channel took while another one did not: not told there again. Memory only; of WebChat, see `recall`. */
  const taken = new Set<string>();
  const takenBy = (to: Destination, mark: string) => `${mark} ${JSON.stringify(to)}`;
  const recalled = new Set<string>();
  const away = new Map<string, Away>();
  let said = '';

  const tell = (line: string): void => {
    if (line !== said) log(`notices wait: ${line}`);
    said = line;
  };

  /**
   * What a sink that was killed before its receipt has told in WebChat. Its key alone does not keep it from being
   * told again: what is due together may have grown.
   */
  async function recall(to: Destination): Promise<void> {
    if (to.kind !== 'webchat' || recalled.has(to.to)) return;
    for (const mark of await channels.told(to.to)) taken.add(takenBy(to, mark));
    recalled.add(to.to);
  }

  async function send(to: Destination, batch: NoticeView[], note: string): Promise<void> {
    const surface = surfaceFor({ kind: 'chat', channel: to.kind, nowMs: Date.now() });
    const buttons = batch.length === 1 ? buttonsFor(batch[0]?.gate ?? null) : [];
    await channels.send(to, `${noticesText(surface, batch)}${note}`, buttons, keyOf(batch));
  }

  /** Whether it is done with. */
  async function hand(to: Destination, batch: NoticeView[], reach: Reach): Promise<boolean> {
    const where = JSON.stringify(to);
    const before = away.get(where);
    if (before !== undefined && before.rounds > 0) return false;
    try {
      await send(to, batch, to.kind === 'webchat' ? offNote(batch, reach) : '');
      away.delete(where);
      return true;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const fails = (before?.fails ?? 0) + 1;
      away.set(where, { fails, rounds: Math.min(2 ** fails, mostRounds) });
      tell(`${to.to}: ${reason}`);
      if (to.kind === 'webchat' || (fails < giveUpAfter && !isGone(to.kind, reason))) return false;
      await send(
        webchat,
        batch,
        `\n(${to.to} in ${chats[to.kind].title} did not take it: ${reason.slice(0, 200)})`,
      );
      return true;
    }
  }

  async function round(): Promise<boolean> {
    const client = connect();
    for (const state of away.values()) state.rounds -= 1;
    let left = false;
    const reach = await channels.reach();
    const on = ['webchat' as const, ...chatKinds].filter((kind) => reach.isOn(kind)).join(',');
    for (const batch of batches(await client.notices({ wait: waitMs, on }))) {
      if (signal.aborted) return false;
      let open = false;
      for (const to of destinations(batch, mainSession, reach)) {
        await recall(to);
        const untold = batch.filter((notice) => !taken.has(takenBy(to, markOf(notice))));
        if (untold.length === 0) continue;
        if (await hand(to, untold, reach))
          for (const notice of untold) taken.add(takenBy(to, markOf(notice)));
        else open = true;
      }
      if (open) left = true;
      else for (const { n } of batch) await client.noticeSent(n);
    }
    if (!left) taken.clear();
    return left;
  }

  while (!signal.aborted) {
    try {
      if (await round()) await pause(retryMs, signal);
      else said = '';
    } catch (error) {
      tell(error instanceof Error ? error.message : String(error));
      await pause(retryMs, signal);
    }
  }
}

/** A chat that is off is named where WebChat stands in for it: who waits there waits in vain. */
function offNote(batch: NoticeView[], reach: Reach): string {
  return unreached(batch, reach)
    .map(({ kind, where }) => {
      const title = kind === 'webchat' ? 'WebChat' : chats[kind].title;
      return `\n(Not told in ${where}: ${title} is off in this gateway.)`;
    })
    .join('');
}

/**
 * Which notice it is, for what outlives the journal. The number alone does not say: after a restore, or with a journal
 * begun anew, it is given again, and what the old one told must not hide what the new one tells.
 */
export const markOf = ({ n, at }: NoticeView): string => `${n}.${Date.parse(at).toString(36)}`;

const keyStart = 'fleet-notice-';
const keyOf = (batch: NoticeView[]): string => keyStart + batch.map(markOf).join('-');

/** The marks of the notices that were sent under this key; none when it is no key of ours. */
export const marksOf = (key: string): string[] =>
  key.startsWith(keyStart) ? key.slice(keyStart.length).split('-') : [];

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
      // What follows must not join an earlier message past this one; the digest alone has no place in the order.
      if (severity !== 'warning')
        for (const other of open.keys())
          if (other.startsWith(`[${JSON.stringify(product)},false`)) open.delete(other);
      const batch = [notice];
      open.set(key, batch);
      all.push(batch);
    }
  }
  return all;
}

const standsAlone = ({ severity, gate }: NoticeView): boolean =>
  severity !== 'warning' && (severity === 'critical' || gate !== null);
