// fleetd's side of several machines: the program's own link to each, over the simulated wires, and its own router over them.
// What a life of fleetd has open ends with it.
import type { Clock } from '../../../src/common/clock.ts';
import type { ProductRef } from '../../../src/contract/runtime/protocol.ts';
import type { Link } from '../../../src/runtime/link.ts';
import type { MovingSide, Runtime } from '../../../src/runtime/runtime.ts';
import type { Place } from '../../../src/runtime/runtimes.ts';
import type { Program } from '../simulate.ts';
import type { Life, World } from '../world.ts';
import { createFarEnd, type FarEnd } from './far-end.ts';
import type { Machine } from './machine.ts';
import { createWire } from './wire.ts';

const never = <T>(): Promise<T> => new Promise<T>(() => {});
/** OpenSSH's own patience with a machine that does not answer. */
const connectMs = 10_000;

export interface Ends {
  /** An agent let a write through. */
  wrote(machine: Machine, by: FarEnd, ref: ProductRef): void;
}

/** @param clock  of this life. @param died  resolves with it */
export function connectMachines(
  world: World,
  machines: readonly Machine[],
  tested: Program,
  life: { life: Life; clock: Clock; died: Promise<void>; placeOf(product: string): Place | null },
  ends: Ends,
): Runtime {
  const runtime = tested.routeRuntimes({ placeOf: life.placeOf, workspaceRoot: () => '/workspace' });
  runtime.set(
    machines.map((machine) => ({
      name: machine.name,
      local: false,
      runtime: tested.connectRuntime({
        channel: { description: machine.name, open: () => never() },
        clock: life.clock,
        lease: { fleet: 'fleet', runtime: machine.name, epoch: 1 },
        backoff: (attempt) =>
          Math.min(10_000, 200 * 2 ** Math.min(attempt, 6)) * (0.5 + world.random.next() / 2),
        open: (_channel, clock) => openStream(world, machine, tested, { ...life, clock }, ends),
      }),
    })),
  );
  return mortal(runtime, life.life);
}

async function openStream(
  world: World,
  machine: Machine,
  tested: Program,
  { life, clock, died }: { life: Life; clock: Clock; died: Promise<void> },
  ends: Ends,
): Promise<Link> {
  const { there, back } = machine;
  const unreachable = () =>
    world.fault('RUNTIME_UNREACHABLE', 'unavailable', `${machine.name} does not answer`);
  const wait = (ms: number) => new Promise<void>((resolve) => world.clock.after(ms, resolve));
  if (there.isCut() || back.isCut() || !machine.isUp()) {
    await wait(connectMs);
    throw unreachable();
  }
  await wait(there.delayMs() + back.delayMs());
  if (!life.alive) return never();
  if (!machine.isUp()) throw unreachable();
  const again = () => world.random.between(0, 20_000);
  const [out, home] = [createWire(there, world.clock, again), createWire(back, world.clock, again)];
  const lost = Promise.withResolvers<ReturnType<typeof unreachable>>();
  const inFlight = new Set<(reason: Error) => void>();
  const heard = new Map<string, (params: unknown) => void>();
  let isOver = false;

  const far: FarEnd = createFarEnd(world, machine, tested, {
    changed: (product) =>
      home.send(() => void (isOver || !life.alive || heard.get('fleet/changed')?.({ product }))),
    gone: (why) => home.send(() => void end(world.fault('RUNTIME_LOST', 'unavailable', why))),
    wrote: (by, ref) => ends.wrote(machine, by, ref),
  });

  async function end(reason: ReturnType<typeof unreachable>): Promise<void> {
    if (isOver) return;
    isOver = true;
    // What was sent and has not arrived may still: it lies in buffers on the way.
    if (world.random.chance(0.5)) out.drop();
    out.send(() => far.die('the stream ended'));
    for (const fail of inFlight) fail(world.fault('RUNTIME_LOST', 'unavailable', reason.message));
    lost.resolve(reason);
  }
  void died.then(() => end(world.fault('RUNTIME_LOST', 'unavailable', 'fleetd ended')));

  function request(method: string, params: object, timeoutMs: number): Promise<unknown> {
    if (isOver) return Promise.reject(unreachable());
    return new Promise((resolve, reject) => {
      const settle = (then: () => void): void => {
        cancel();
        inFlight.delete(fail);
        then();
      };
      const fail = (reason: Error) => settle(() => reject(reason));
      const cancel = clock.after(timeoutMs, () => fail(world.fault('AGENT_TIMEOUT', 'unavailable', method)));
      inFlight.add(fail);
      const named = (params as { command?: string }).command ?? method.slice('fleet/'.length);
      const lateMs = world.delayReply.get(named) ?? 0;
      world.delayReply.delete(named);
      const answer = (then: () => void) => {
        if (!far.alive) return;
        world.clock.after(lateMs, () => home.send(() => !isOver && inFlight.has(fail) && settle(then)));
      };
      out.send(() => {
        if (!far.alive) return;
        far.handle(method, params).then(
          (reply) => answer(() => resolve(reply)),
          (error) => answer(() => reject(error)),
        );
      });
    });
  }

  return {
    lost: lost.promise,
    end,
    request,
    onNotification: (method, handler) => void heard.set(method, handler),
  };
}

/** The calls of one life: counted, and none returns to one that is over. */
function mortal(runtime: Runtime, life: Life): Runtime {
  const call = async <T>(work: () => Promise<T>): Promise<T> => {
    if (!life.alive) return never();
    life.onCall('before call');
    if (!life.alive) return never();
    const settled = await work().then(
      (value) => () => value,
      (error) => () => {
        throw error;
      },
    );
    if (!life.alive) return never();
    life.onCall('after call');
    return life.alive ? settled() : never();
  };
  const counted = <T extends object>(of: T, plain: ReadonlySet<PropertyKey>): T =>
    new Proxy(of, {
      get(target, key, receiver) {
        const value = Reflect.get(target, key, receiver);
        if (typeof value !== 'function' || plain.has(key)) return value;
        return (...given: unknown[]) => call(() => value.apply(target, given));
      },
    });
  const side = (name: string): MovingSide | null => {
    const found = runtime.by?.(name) ?? null;
    return found && counted(found, new Set(['link']));
  };
  const on: Runtime['on'] = (event, listener) =>
    runtime.on(event, ((...told: never[]) => {
      if (life.alive) (listener as (...told: never[]) => void)(...told);
    }) as typeof listener);
  return { ...counted(runtime, new Set(['link', 'places', 'close', 'on', 'by'])), by: side, on };
}
