// Entry of `npm start`: prints what is real and what is simulated, progress, and the link; Ctrl-C ends all.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { errorClasses, FleetError } from '../common/errors.ts';
import { questionsOf } from '../common/questions.ts';
import { readTrialOptions } from './options.ts';
import { ownProducts } from './own-products.ts';
import { startTrial, type Trial } from './trial.ts';

// Of bin/start, for this process alone.
delete process.env.MALLOC_ARENA_MAX;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const say = (line: string) => console.log(line);
const asked = readTrialOptions(process.argv.slice(2));
const options = { ...asked, productsFile: await productsFile() };

say('meta-coordinator, a trial on this machine');
say(`  gateway    real        OpenClaw, WebChat on port ${options.port}`);
say('  fleetd     real        scheduler, journal, API');
say(
  `  overstory  ${options.real ? `real        ov from PATH, on clones of ${options.projects}` : `SIMULATED   ov-sim on ${options.projects === null ? 'sample products' : `clones of ${options.projects}`}: no worker is real, no code is written by a model`}`,
);
say(`  model      ${modelLine(options.model)}`);
say('');

function modelLine(model: typeof options.model): string {
  if (model.kind === 'provided') return `real        ${model.said}: what it costs is yours to pay`;
  if (model.kind === 'none') return 'none';
  return 'SIMULATED   a demo model that understands the sentences of the README';
}

/** Asked before anything is started, and ends the process where there is none. */
async function productsFile(): Promise<string> {
  try {
    const file = await ownProducts(asked, questionsOf(process.stdin, process.stdout), say);
    if (file !== null) return file;
    say('Nothing was written, and nothing is started.');
    process.exit(130);
  } catch (thrown) {
    return end(FleetError.wrap(thrown));
  }
}

function end(error: FleetError): never {
  console.error(`\n${error.code}: ${error.message}\nMend: ${error.mend}`);
  process.exit(errorClasses[error.class].exit);
}

let trial: Trial | null = null;
let stopping: Promise<void> | null = null;
/** A second Ctrl-C while stopping changes nothing: what it would interrupt is what leaves nothing running. */
const stop = (exitCode: number): Promise<void> => {
  stopping ??= (async () => {
    say('\nStopping: sessions, gateway, fleetd');
    await trial?.stop();
    say('Nothing is left running.');
    process.exit(exitCode);
  })();
  return stopping;
};

let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    interrupted = true;
    if (trial) void stop(0);
    else say('Stopping as soon as what is starting can be stopped');
  });
}

try {
  trial = await startTrial(
    options,
    root,
    (sentence) => say(`  … ${sentence}`),
    (link) =>
      say(`\nDashboard: ${link}\nTerminal: bin/fleet status\nWebChat follows when the gateway is up.\n`),
  );
  if (interrupted) await stop(0);
  say('');
  if (typeof trial.link === 'string') say(`WebChat:  ${trial.link}`);
  else say(`WebChat:  none. ${trial.link.code}: ${trial.link.message}\n          Mend: ${trial.link.mend}`);
  say(
    `Try:      "What products are you managing?"   "Run a scout on ${trial.products[0] ?? 'product-a'} to explore the codebase structure"`,
  );
  if (trial.dashboardLink) say(`Dashboard: ${trial.dashboardLink}`);
  else say('Terminal: bin/fleet status');
  say('Ctrl-C stops everything.');
  void trial.gatewayEnded.then((code) => {
    if (stopping) return;
    say(`The gateway ended by itself (exit ${code}); its log is in ${options.stateDir}/log/openclaw.log.`);
    void stop(1);
  });
} catch (thrown) {
  // Ctrl-C ends what builds the programs as well, and nothing was left running.
  if (interrupted) process.exit(0);
  end(FleetError.wrap(thrown));
}
