// What humans do, and what breaks.
import { registry } from '../support/fleet.ts';
import { Violation } from './invariants.ts';
import type { Fleetd } from './lives.ts';
import { actOnMachines } from './machines/act.ts';
import { ask as askHuman, meetsLimit } from './mailbox.ts';
import { startCoordinator } from './ov.ts';
import type { Action } from './schedule.ts';
import type { Simulation } from './simulate.ts';

const source = { via: 'cli', sender: 'human', thread: null } as const;
const model = { via: 'model', sender: null, thread: null } as const;

/** A command; a refusal is an answer. Returns what was answered, or null. */
export function told<T>(
  { fleetd, tested, say, guarded }: Simulation,
  command: (life: Fleetd) => T,
): T | null {
  const life = fleetd();
  if (life === null) return null;
  try {
    const answer = command(life);
    return life.alive ? answer : null;
  } catch (error) {
    if (error instanceof tested.FleetError && error.code !== 'INTERNAL') say(`refused: ${error.code}`);
    else if (life.alive)
      guarded(() => {
        throw new Violation('no crash', `a command: ${(error as Error).stack}`);
      });
    return null;
  }
}

/** Humans are back: they resume what is paused, and answer what is open. */
export function humansAnswer(simulation: Simulation): void {
  for (const name of simulation.schedule.products)
    told(simulation, ({ fleet }) => fleet.controls.resume(name, source));
  for (const { n } of told(simulation, ({ fleet }) => fleet.gates.list(null, false)) ?? [])
    answer(simulation, n, 'answered', 'go on');
}

function answer(
  simulation: Simulation,
  n: number,
  verdict: 'approved' | 'rejected' | 'answered',
  text: string,
): void {
  const closed = told(simulation, ({ fleet }) => fleet.gates.resolve(n, verdict, text, source, 'operator'));
  if (closed === null) return;
  const before = simulation.answered.get(n);
  if (before && (before.verdict !== verdict || before.text !== text))
    simulation.guarded(() => {
      throw new Violation('answered once', `gate ${n} was ${before.verdict} and then ${verdict}`);
    });
  simulation.answered.set(n, { verdict, text });
}

/** Neither an answer nor a way around the gate may come from the model. */
function letTheModelTry(simulation: Simulation, nth: number): void {
  const gates = told(simulation, ({ fleet }) => fleet.gates.list(null, false)) ?? [];
  const gate = gates[nth % gates.length];
  if (gate === undefined || gate.product === null) return;
  const { n, product } = gate;
  const tries = [
    told(simulation, ({ fleet }) => fleet.gates.resolve(n, 'approved', 'sure', model, 'gateway')),
    told(simulation, ({ fleet }) =>
      fleet.commands.start({
        product,
        text: 'around it',
        acceptance: null,
        needs: [],
        source: model,
        idempotencyKey: null,
      }),
    ),
  ];
  if (tries.some((one) => one !== null))
    simulation.guarded(() => {
      throw new Violation('answered once', `the model was let past gate ${n}`);
    });
}

export function act(simulation: Simulation, action: Action): void {
  const { world, accepted, say, fault, guarded, sink } = simulation;
  const { clock } = world;
  const command = <T>(run: (life: Fleetd) => T): T | null => told(simulation, run);
  const setProducts = (next: ReturnType<typeof registry>) => {
    const { runtimes } = simulation.registry.current();
    simulation.registry.set({ ...next, runtimes });
    command(({ fleet }) => fleet.registryChanged());
  };
  say(`step: ${JSON.stringify(action)}`);
  if ('machine' in action) {
    actOnMachines(simulation, action);
    return;
  }
  switch (action.do) {
    case 'start': {
      if (!world.fates.has(action.key)) world.fates.set(action.key, action.fate);
      const started = command(({ fleet }) =>
        fleet.commands.start({
          product: action.product,
          text: `work on ${action.key}`,
          acceptance: null,
          needs: action.needs.flatMap((n) => [...accepted.values()][n] ?? []),
          source,
          idempotencyKey: action.key,
        }),
      );
      if (started === null) return;
      const before = accepted.get(action.key);
      if (before !== undefined && before !== started.id)
        guarded(() => {
          throw new Violation('nothing lost', `${action.key} was ${before} and is now ${started.id}`);
        });
      accepted.set(action.key, started.id);
      return;
    }
    case 'stop':
      command(({ fleet }) => fleet.commands.stop(action.product, null, source));
      return;
    case 'cancel':
    case 'requeue': {
      const id = [...accepted.values()][action.nth];
      if (id === undefined) return;
      if (action.do === 'cancel') command(({ fleet }) => fleet.commands.cancel(id, null, source));
      else command(({ fleet }) => fleet.controls.requeue(id, source));
      return;
    }
    case 'pause':
      command(({ fleet }) => fleet.controls.pause(action.product, null, source));
      return;
    case 'resume':
      command(({ fleet }) => fleet.controls.resume(action.product, source));
      return;
    case 'focus':
      command(({ fleet }) => fleet.controls.focus(action.product, source));
      return;
    case 'undo':
      command(({ fleet }) => fleet.controls.undo(source));
      return;
    case 'message':
      command(({ fleet }) =>
        fleet.commands.message(action.product, { text: action.text, source }).catch((error) => {
          command(() => {
            throw error;
          });
        }),
      );
      return;
    case 'answer': {
      const gates = command(({ fleet }) => fleet.gates.list(null, action.closed)) ?? [];
      const gate = gates[action.nth % gates.length];
      if (gate) answer(simulation, gate.n, action.verdict, `words ${action.nth}`);
      return;
    }
    case 'let the model try':
      letTheModelTry(simulation, action.nth);
      return;
    case 'slots': {
      const { products, scheduling } = simulation.registry.current();
      setProducts(registry(products, { ...scheduling, maxConcurrentSessions: action.slots }));
      return;
    }
    case 'remove product':
    case 'restore products': {
      const { products, scheduling } = simulation.registry.current();
      const left =
        action.do === 'restore products'
          ? simulation.registry.all
          : products.filter((p) => p.name !== action.product);
      setProducts(registry(left, scheduling));
      return;
    }
    case 'start by hand': {
      const site = world.site(action.product);
      // Where the fleet has a session the human would meet its coordinator.
      world.excused.add(action.product);
      if (
        !site.coordinator?.tmux &&
        world.sitesOf(action.product).includes(site) &&
        command(({ journal }) => journal.liveSession(site.name) === null)
      )
        startCoordinator(world, site, true);
      return;
    }
    case 'ask': {
      const site = world.site(action.product);
      if (site.coordinator?.tmux) askHuman(world, site, action.asks, action.words);
      return;
    }
    case 'kill':
      simulation.kills.push({ ...action });
      return;
    case 'restart fleetd':
      void simulation.fleetd()?.fleet.close();
      simulation.die(action.downMs, 'restarted');
      return;
    case 'cut link':
    case 'restart runtime':
      for (const name of simulation.schedule.products) world.excused.add(name);
      if (action.do === 'restart runtime') world.restartRuntime();
      world.cut(action.forMs);
      return;
    case 'cut link at':
      world.cutAt.set(action.command, action.forMs);
      return;
    case 'limit': {
      const { account, says, forMs } = action;
      const known = world.limits.get(account);
      if (known && known.endsAtMs > world.wallMs()) return;
      // A screen tells it to the minute.
      const endsAtMs = Math.ceil((world.wallMs() + forMs) / 60_000) * 60_000;
      world.limits.set(account, { endsAtMs, says, serial: world.serial++ });
      for (const site of world.sites.values())
        if (site.account === account && site.coordinator?.tmux) meetsLimit(world, site);
      return;
    }
    case 'jump clock':
      world.wallOffsetMs += action.byMs;
      return;
    case 'restart gateway':
      sink.restart(action.forMs);
      return;
    case 'channel down':
      sink.channelDown(action.channel, action.forMs);
      return;
    case 'channel lies':
      sink.lie();
      return;
    case 'lose ack':
      sink.loseAck();
      return;
    case 'repeat mail': {
      const mail = world.site(action.product).mail.at(-1);
      if (mail) mail.read = false;
      world.changed(world.site(action.product));
      return;
    }
  }
  fault();
  switch (action.do) {
    case 'kill coordinator':
      world.excused.add(action.product);
      world.die(world.site(action.product));
      return;
    case 'lose reply':
      world.loseReply.add(action.command);
      return;
    case 'delay reply':
      world.delayReply.set(action.command, action.byMs);
      return;
    case 'do twice':
      world.twice.add(action.command);
      return;
    case 'refuse':
      for (const name of simulation.schedule.products) world.excused.add(name);
      world.refuse.set(action.command, world.fault(action.code, action.class));
      return;
    case 'blind': {
      const site = world.site(action.product);
      site.blind = true;
      clock.after(action.forMs, () => {
        site.blind = false;
        fault();
      });
      return;
    }
    case 'slow':
      world.slow = action.factor;
      clock.after(action.forMs, () => {
        world.slow = 1;
        fault();
      });
      return;
  }
}
