// The gateway's end of the outbox: the real loop that hands notices over (src/openclaw/notices.ts), over channels
// that fail, lie and are late, in a process that is killed and comes back with an empty memory.

import type { FleetClient } from '../../src/client/client.ts';
import type { ChannelKind } from '../../src/common/chats.ts';
import { sleep } from '../../src/common/clock.ts';
import type { Fleetd } from './lives.ts';
import type { Program } from './simulate.ts';
import type { World } from './world.ts';

export type Channel = ChannelKind;

const never = <T>(): Promise<T> => new Promise<T>(() => {});

/**
 * @param fleetd the life of fleetd that answers now; null: nobody does
 * @param onTold a channel took these notices
 */
export function createSink(
  tested: Program,
  world: World,
  fleetd: () => Fleetd | null,
  onTold: (numbers: number[], channel: Channel) => void,
) {
  const { clock, random } = world;
  const down = new Set<Channel>();
  let channelLies = false;
  let loseAck = false;
  let process: { stop: AbortController; alive: boolean } | null = null;
  const failure = (what: string) => world.fault('SINK_FAILED', 'unavailable', what);
  const takes = (ms: number) => sleep(clock, random.between(1, ms) * world.slow);

  function start(): void {
    if (process !== null) return;
    const mine = { stop: new AbortController(), alive: true };
    process = mine;
    /** One request: both ends must live until its answer. */
    const request = async <T>(ask: (life: Fleetd) => T | Promise<T>): Promise<T> => {
      await takes(20);
      if (!mine.alive) return never();
      const life = fleetd();
      if (life === null) throw failure('fleetd is not there');
      const answer = await Promise.race([
        ask(life),
        life.died.then(() => {
          throw failure('fleetd hung up');
        }),
      ]);
      return mine.alive ? answer : never();
    };
    const client: Pick<FleetClient, 'notices' | 'noticeSent'> = {
      notices: ({ after = 0, wait = 0 } = {}) =>
        request(async (life) => {
          const untilMs = clock.nowMs() + wait;
          for (;;) {
            const due = life.alive ? life.fleet.outbox.due(after) : [];
            if (due.length > 0 || clock.nowMs() >= untilMs)
              return due.map((row) => tested.noticeView(life.fleet, row));
            await life.fleet.outbox.untilDue(untilMs - clock.nowMs(), mine.stop.signal);
            if (!mine.alive || !life.alive) return never();
          }
        }),
      noticeSent: (n) =>
        request((life) => {
          life.fleet.outbox.sent([n]);
          if (loseAck) {
            loseAck = false;
            throw failure('the answer was lost');
          }
          return { n };
        }),
    };
    void tested.deliverNotices(
      {
        connect: () => client as FleetClient,
        channels: {
          reach: async () => ({ isOn: () => true, recorded: () => null, env: {} }),
          told: async () => [],
          async send({ kind }, text) {
            await takes(500);
            if (!mine.alive) return never();
            if (down.has(kind)) throw failure(`${kind} is down`);
            const numbers = /notices? ([\d, ]+)/i.exec(text)?.[1] ?? '';
            onTold(numbers.split(',').map(Number), kind);
            if (channelLies) {
              channelLies = false;
              throw failure(`${kind} says no`);
            }
          },
        },
        mainSession: 'agent:main',
        log: () => {},
        pause: (ms) => sleep(clock, ms),
      },
      mine.stop.signal,
    );
  }

  function stop(): void {
    if (process === null) return;
    process.alive = false;
    process.stop.abort();
    process = null;
  }

  return {
    start,
    restart(forMs: number): void {
      stop();
      clock.after(forMs, start);
    },
    channelDown(channel: Channel, forMs: number): void {
      down.add(channel);
      clock.after(forMs, () => down.delete(channel));
    },
    lie: () => {
      channelLies = true;
    },
    loseAck: () => {
      loseAck = true;
    },
    stop,
  };
}
