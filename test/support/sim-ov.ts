// ov-sim installed as `ov`, and a real fleet-agent over it: what test/sessions drives.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { type Channel, connectRuntime, localChannel, type Runtime } from '../../src/runtime/index.ts';
import type { Fault } from '../../src/simulator/faults.ts';
import { type Lab, openLab, until } from '../simulator/ov.ts';

export interface SimOv extends AsyncDisposable {
  lab: Lab;
  /** the workspace root */
  folder: string;
  /** of what runs in the runtime */
  env: Record<string, string | undefined>;
  /** @param before  words before those that start the agent, e.g. `nice` */
  channel(env?: Record<string, string>, before?: string[]): Channel;
  connect(env?: Record<string, string>): Promise<Runtime>;
  /** Replaces the faults of a product. */
  faults(root: string, faults: Fault[]): void;
  /** Of a simulator that was opened with an empty OV_SIM_SPEED: 1 is an objective of 8 s. */
  speed(root: string, speed: number): void;
  tmux(...args: string[]): Promise<string>;
}

const agent = fileURLToPath(new URL('../../src/runtime/agent/main.ts', import.meta.url));

export async function openSimOv(env: Record<string, string> = {}): Promise<SimOv> {
  const lab = await openLab(env);
  const bin = join(lab.folder, 'bin');
  mkdirSync(bin);
  writeFileSync(
    join(bin, 'ov'),
    `#!/bin/sh\nexec '${process.execPath}' '${join(lab.folder, 'ov-sim.cjs')}' "$@"\n`,
  );
  chmodSync(join(bin, 'ov'), 0o755);
  const runtimes: Runtime[] = [];
  const whole = {
    ...process.env,
    ...lab.env,
    PATH: `${bin}:${process.env.PATH}`,
    FLEET_WORKSPACE: lab.folder,
  };
  const channel = (more: Record<string, string> = {}, before: string[] = []): Channel =>
    localChannel({
      argv: [
        before[0] ?? process.execPath,
        ...(before.length > 0 ? [...before.slice(1), process.execPath] : []),
        agent,
      ],
      env: { ...whole, ...more },
      cwd: lab.folder,
      onLog: (line) => process.env.TEST_LOG && console.error(line),
    });
  const set = (root: string, name: 'faults' | 'settings', value: unknown) => {
    mkdirSync(join(root, '.overstory/sim'), { recursive: true });
    writeFileSync(join(root, `.overstory/sim/${name}.json`), JSON.stringify(value));
  };
  return {
    lab,
    folder: lab.folder,
    env: whole,
    channel,
    async connect(more) {
      const runtime = connectRuntime({ channel: channel(more) });
      runtimes.push(runtime);
      await until(
        () => runtime.link().state,
        (state) => state === 'connected',
      );
      return runtime;
    },
    faults: (root, faults) => set(root, 'faults', faults),
    speed: (root, speed) => set(root, 'settings', { speed }),
    async tmux(...args) {
      const ran = await execa('tmux', ['-L', 'overstory', ...args], { env: lab.env, reject: false });
      return ran.stdout;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(runtimes.map((runtime) => runtime.close()));
      await lab[Symbol.asyncDispose]();
    },
  };
}
