// What humans do with machines, and what breaks of them.
import { told } from '../act.ts';
import type { MachineAction } from '../schedule.ts';
import type { Simulation } from '../simulate.ts';

const source = { via: 'cli', sender: 'human', thread: null } as const;

export function actOnMachines(simulation: Simulation, action: MachineAction): void {
  const { world, fault } = simulation;
  const { clock } = world;
  const machine = simulation.machines.find(({ name }) => name === action.machine);
  if (machine === undefined) return;
  /** Breaks now, and is whole again after this long. */
  const forAWhile = (forMs: number, mend: () => void): void => {
    fault();
    clock.after(forMs, () => {
      mend();
      fault();
    });
  };
  switch (action.do) {
    case 'partition': {
      const ways = { there: [machine.there], back: [machine.back], both: [machine.there, machine.back] }[
        action.way
      ];
      for (const way of ways) way.cut();
      forAWhile(action.forMs, () => {
        for (const way of ways) way.heal();
      });
      return;
    }
    case 'slow link':
      machine.slow(action.byMs);
      forAWhile(action.forMs, () => machine.slow(0));
      return;
    case 'kill agents':
      fault();
      for (const end of [...machine.ends]) end.die('fleet-agent was killed');
      return;
    case 'reboot':
      for (const site of machine.sites.values()) world.excused.add(site.name);
      machine.goDown();
      forAWhile(action.forMs, () => machine.comeUp());
      return;
    case 'move':
      told(simulation, ({ fleet }) =>
        fleet.moveProduct(action.product, machine.name, action.salvage, source).catch((error) => {
          told(simulation, () => {
            throw error;
          });
        }),
      );
      return;
    case 'forget':
      told(simulation, ({ fleet }) => fleet.forgetRuntime(machine.name, action.isOff, source));
      return;
  }
}
