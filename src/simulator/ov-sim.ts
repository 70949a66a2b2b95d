// The program installed as `ov` where there is no overstory: the CLI, and the processes it starts in turn
// (`__coordinator`, `__worker`, `__leak`).
import { ovMain } from './cli/main.ts';
import { coordinatorCommands } from './commands/coordinator.ts';
import { init } from './commands/init.ts';
import { mailCommands } from './commands/mail.ts';
import { bookCommands } from './commands/runs.ts';
import { serve } from './commands/serve.ts';
import { status } from './commands/status.ts';
import { workerCommands } from './commands/workers.ts';
import { worktreeCommands } from './commands/worktrees.ts';
import { coordinatorMain } from './swarm/coordinator.ts';
import type { WorkerOrder } from './swarm/spawn.ts';
import { workerMain } from './swarm/worker.ts';

void main();

/** No await outside of it: the program is CommonJS (rolldown.config.ts). */
async function main(): Promise<void> {
  const [mode, root = '', order = ''] = process.argv.slice(2);
  if (mode === '__coordinator') await coordinatorMain(root);
  else if (mode === '__worker') await workerMain(root, JSON.parse(order) as WorkerOrder);
  else if (mode === '__leak') setInterval(() => {}, 60_000);
  else {
    const commands = {
      status,
      init,
      serve,
      ...mailCommands,
      ...coordinatorCommands,
      ...workerCommands,
      ...worktreeCommands,
      ...bookCommands,
    };
    const exit = await ovMain(process.argv.slice(2), commands);
    if (exit !== null) process.exit(exit);
  }
}
