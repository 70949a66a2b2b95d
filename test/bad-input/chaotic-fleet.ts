// A whole fleet for bad input: real fleetd and its two sockets, real fleet-agent, real ov-sim, which can be told
// to misbehave per product; spoken to as a human does, by CLI processes and by the words of chat.
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { createFleetClient, type FleetClient } from '../../src/client/client.ts';
import type { FleetErrorShape } from '../../src/common/errors.ts';
import { localChannel } from '../../src/runtime/index.ts';
import type { Fault } from '../../src/simulator/faults.ts';
import { runVerb, type VerbResult } from '../../src/verbs/index.ts';
import { agentFile } from '../runtime/workspace.ts';
import { type Lab, openLab } from '../simulator/ov.ts';
import { openRealFleet, type RealFleet } from '../support/real-fleet.ts';

const cliFile = join(import.meta.dirname, '../../src/cli/main.ts');

export interface CliReply {
  exit: number;
  /** what a human reads: stderr for a failure */
  text: string;
  stdout: string;
}

export interface ChaoticFleet extends AsyncDisposable {
  lab: Lab;
  fleet: RealFleet;
  client: FleetClient;
  root(product: string): string;
  /** A CLI process, as an operator starts it. */
  cli(...words: string[]): Promise<CliReply>;
  /** The same with --json. */
  cliError(...words: string[]): Promise<FleetErrorShape>;
  /** A line after `/fleet` in chat. */
  chat(line: string): Promise<VerbResult>;
  misbehave(product: string, faults: Fault[]): void;
  settings(product: string, settings: Record<string, number>): void;
  /** Mail that operator sent to the coordinator of a product, newest first. */
  sent(product: string): Promise<{ subject: string; body: string }[]>;
  agentPid(): number;
}

export async function openChaoticFleet(products: string[]): Promise<ChaoticFleet> {
  const lab = await openLab();
  const ov = join(lab.folder, 'ov');
  writeFileSync(ov, `#!/bin/sh\nexec '${process.execPath}' '${join(lab.folder, 'ov-sim.cjs')}' "$@"\n`);
  chmodSync(ov, 0o755);
  await Promise.all(products.map((name) => lab.product(name)));
  const fleet = await openRealFleet({
    channel: localChannel({
      argv: [process.execPath, agentFile],
      env: { ...process.env, ...lab.env, FLEET_WORKSPACE: lab.folder, FLEET_OV: ov },
      cwd: lab.folder,
      onLog: (line) => process.env.TEST_LOG && console.error(line),
    }),
    workspace: lab.folder,
    products,
    // Whatever is mended is mended before they are at their end, on a slow machine too.
    tuning: { startRetryMs: Array.from({ length: 100 }, () => 500) },
  });
  const client = createFleetClient({ socketPath: fleet.sockets.gateway });
  const sim = (product: string, file: string, content: unknown) => {
    const folder = join(lab.folder, product, '.overstory/sim');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, file), JSON.stringify(content));
  };
  const cli = async (...words: string[]): Promise<CliReply> => {
    const ran = await execa(process.execPath, [cliFile, '--socket', fleet.sockets.operator, ...words], {
      reject: false,
      stdin: 'ignore',
      env: { NO_COLOR: '1' },
    });
    return {
      exit: ran.exitCode ?? -1,
      text: ran.exitCode === 0 ? ran.stdout : ran.stderr,
      stdout: ran.stdout,
    };
  };
  return {
    lab,
    fleet,
    client,
    cli,
    root: (product) => join(lab.folder, product),
    async cliError(...words) {
      const { stdout } = await cli('--json', ...words);
      return (JSON.parse(stdout) as { error: FleetErrorShape }).error;
    },
    chat: (line) =>
      runVerb(line, {
        client,
        source: { via: 'webchat', sender: 'ana', thread: 'main' },
        surface: 'chat',
        now: Date.now,
      }),
    misbehave(product, faults) {
      sim(product, 'faults.json', faults);
      rmSync(join(lab.folder, product, '.overstory/sim/used'), { recursive: true, force: true });
    },
    settings: (product, settings) => sim(product, 'settings.json', settings),
    async sent(product) {
      const { json } = await lab.ov(join(lab.folder, product), [
        'mail',
        'list',
        '--json',
        '--from',
        'operator',
      ]);
      return json.messages;
    },
    agentPid() {
      const link = fleet.fleetd.fleet.loop.context.runtime.link();
      if (link.state !== 'connected') throw new Error(`Expected a link, got ${link.state}`);
      return link.info.pid;
    },
    async [Symbol.asyncDispose]() {
      for (const product of products)
        rmSync(join(lab.folder, product, '.overstory/sim/faults.json'), { force: true });
      await fleet[Symbol.asyncDispose]();
      await lab[Symbol.asyncDispose]();
    },
  };
}
