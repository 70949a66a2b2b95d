// The trial's command line.
import { resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { tellBrokenHelp } from '../common/broken-output.ts';
import { chooseModel, type ModelChoice } from '../openclaw/model-choice.ts';

export interface TrialOptions {
  /** ov from PATH on the user's own repositories, instead of the simulator on samples */
  real: boolean;
  /** Folder of the user's repositories; required with `real`. */
  projects: string | null;
  model: ModelChoice;
  /** Port of WebChat on loopback. */
  port: number;
  /** Port of the dashboard on loopback; null: none. */
  dashboardPort: number | null;
  productsFile: string;
  /** It was named, and not the one that lies here. */
  productsGiven: boolean;
  /** Takes what is found without a question. */
  yes: boolean;
  /** Everything the trial keeps. */
  stateDir: string;
}

/** Exits with commander's own text and code on bad usage or --help. */
export function readTrialOptions(argv: string[], env: NodeJS.ProcessEnv = process.env): TrialOptions {
  const program = tellBrokenHelp(new Command('npm start --'))
    .description(
      'The meta-coordinator on this machine, without Docker: simulator and demo model unless told otherwise.',
    )
    .option('--real', 'run `ov` from PATH on your own repositories (unboxed!); needs --projects')
    .option(
      '--projects <folder>',
      'folder that holds your repositories: read, agents work on clones. Offers them where no products.yaml names any',
    )
    .option('--yes', 'take all repositories that are found there, without a question')
    .option(
      '--model <name>',
      'demo, or <provider>/<model> (docs/models.md: most spend money and need a key)',
      env.MODEL || 'demo',
    )
    .option('--port <number>', 'port of WebChat on this machine', readPort, 41789)
    .option(
      '--dashboard-port <number>',
      'port of the dashboard on this machine, or `off`',
      // Not null: commander takes that for a value that was not given.
      (text: string) => (text === 'off' ? text : readPort(text)),
      41790,
    )
    .option('--products <file>', 'the registry (default: products.yaml)')
    .option('--state <folder>', 'where the trial keeps its things', '.fleet');
  const o = program.parse(argv, { from: 'user' }).opts<{
    real?: boolean;
    projects?: string;
    model: string;
    port: number;
    dashboardPort: number | 'off';
    products?: string;
    yes?: boolean;
    state: string;
  }>();
  if (o.real && o.projects === undefined) {
    program.error('Expected --projects <folder> with --real: the folder that holds your repositories.');
  }
  return {
    real: o.real ?? false,
    projects: o.projects === undefined ? null : resolve(o.projects),
    model: chooseModel(
      { ...env, MODEL: o.model },
      { localHost: '127.0.0.1', whereToSet: 'in the environment of npm start', unasked: 'demo' },
    ),
    port: o.port,
    dashboardPort: o.dashboardPort === 'off' ? null : o.dashboardPort,
    productsFile: resolve(o.products ?? 'products.yaml'),
    productsGiven: o.products !== undefined,
    yes: o.yes ?? false,
    stateDir: resolve(o.state),
  };
}

function readPort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new InvalidArgumentError(`Expected a port from 1 to 65535, got ${text}.`);
  }
  return port;
}
