// What a trial needs of this machine. Everything missing is named at once, each with its mend, before
// anything is started.
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { FleetError } from '../common/errors.ts';
import type { TrialOptions } from './options.ts';

interface Need {
  program: string;
  mend: string;
}

const always: Need[] = [
  { program: 'git', mend: 'Install git (Debian: `apt-get install git`, macOS: `xcode-select --install`).' },
];

const forReal: Need[] = [
  { program: 'tmux', mend: 'Install tmux (Debian: `apt-get install tmux`, macOS: `brew install tmux`).' },
  {
    program: 'ov',
    mend: 'Install overstory (`npm install -g @os-eco/overstory-cli`; it needs bun), or leave out --real.',
  },
  { program: 'bun', mend: 'Install bun (`npm install -g bun`): overstory runs on it.' },
  {
    program: 'claude',
    mend: 'Install Claude Code (`npm install -g @anthropic-ai/claude-code`) and log in once.',
  },
];

/** @throws FleetError TRIAL_NEEDS naming all programs that are missing; MODEL_… of `chooseModel` */
export async function preflight(options: TrialOptions, env: NodeJS.ProcessEnv = process.env): Promise<void> {
  const missing: Need[] = [];
  for (const need of options.real ? [...always, ...forReal] : always) {
    if ((await findProgram(need.program, env.PATH)) === null) missing.push(need);
  }
  if (missing.length === 0) {
    if (options.model.kind === 'none') throw withoutModel(options.model.why);
    return;
  }
  throw new FleetError({
    code: 'TRIAL_NEEDS',
    message: `Expected ${missing.map((m) => m.program).join(', ')} on this machine, found none.`,
    mend: missing.map((m) => m.mend).join(' '),
  });
}

const withoutModel = ({ code, message, mend, class: kind }: FleetError): FleetError =>
  new FleetError({
    code,
    class: kind,
    message,
    mend: `${mend} Or take the demo model: --model demo, without MODEL.`,
  });

/** Path of a program on PATH, or null. */
export async function findProgram(name: string, path = ''): Promise<string | null> {
  for (const folder of path.split(delimiter).filter(Boolean)) {
    const file = join(folder, name);
    const found = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return file;
  }
  return null;
}
