// How the agent runs git in a product. Workers write there, .git/config included, and git runs what that names: a
// monitor, a pager, a transport to fetch what is missing. Nothing of it runs here, and nothing is asked.
import { execa } from 'execa';

/** Settings by which a repository would have git start a program while it reads. */
const harmless = [
  'core.fsmonitor=false',
  'core.hooksPath=/dev/null',
  'core.pager=cat',
  'core.alternateRefsCommand=',
  'gpg.program=false',
  'log.showSignature=false',
  'diff.external=',
  'protocol.allow=never',
].flatMap((setting) => ['-c', setting]);

export interface GitOptions {
  /** ms */
  timeout?: number;
  /** characters; beyond it the result says isMaxBuffer */
  maxBuffer?: number;
  input?: string;
  env?: NodeJS.ProcessEnv;
}

export function git(folder: string, args: string[], { env, input, ...options }: GitOptions = {}) {
  return execa('git', ['-C', folder, '--no-pager', ...harmless, ...args], {
    env: {
      GIT_OPTIONAL_LOCKS: '0',
      GIT_TERMINAL_PROMPT: '0',
      GIT_ASKPASS: 'false',
      GIT_NO_LAZY_FETCH: '1',
      GIT_ALLOW_PROTOCOL: '',
      GIT_EDITOR: 'false',
      ...env,
    },
    ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
    reject: false,
    timeout: 15_000,
    ...options,
  });
}
