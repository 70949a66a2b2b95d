// A product's mirror: a bare repository of the deliverer's own, of what the remote has and of what sessions made. The
// work is safe in it once it is kept, whatever becomes of checkout, forge or network.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type ErrorCode, FleetError } from '../../common/errors.ts';
import { inOneLineOf } from '../../common/one-line.ts';
import { type GitResult, reasonOf, runGit } from '../checkout/run-git.ts';

const remoteMs = 300_000;

export interface Mirror {
  folder: string;
  /**
   * Looks at the remote: its branches, and which it calls its default.
   * @returns commits by branch
   * @throws FleetError DELIVER_REMOTE_UNREACHABLE, DELIVER_UNAUTHORIZED
   */
  look(): Promise<{ branches: ReadonlyMap<string, string>; defaultBranch: string | null }>;
  /** Brings what the remote's branches hold. @throws as look() */
  fetch(): Promise<void>;
  /**
   * Forward only.
   * @throws FleetError DELIVER_DIVERGED, DELIVER_PROTECTED, and as look()
   */
  push(head: string, branch: string): Promise<void>;
  git(...args: string[]): Promise<GitResult>;
}

/** @param token  a password for https; '': none */
export async function openMirror(
  root: string,
  { product, remote, token }: { product: string; remote: string; token: string },
): Promise<Mirror> {
  const folder = join(root, `${product}.git`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const git = (...args: string[]) => runGit(folder, args);
  await runGit(folder, ['init', '--quiet', '--bare', folder]);
  // Not in its configuration, nor in an argument that others see: products.yaml says where, the environment who.
  const env = configured({
    'remote.origin.url': remote,
    // The token goes to this address only, wherever it points.
    ...(token !== '' && { 'http.extraHeader': basic(token), 'http.followRedirects': 'false' }),
  });
  // A human's own way to ssh, with its key and hosts.
  const { GIT_SSH_COMMAND = 'ssh -oBatchMode=yes' } = process.env;
  const outside = (...args: string[]) =>
    runGit(folder, args, {
      env: { ...env, GIT_SSH_COMMAND },
      protocols: 'file:https:http:ssh',
      timeoutMs: remoteMs,
    });
  const fault = (code: ErrorCode, message: string, mend: string) =>
    new FleetError({ code, product, message, mend });

  function refusal(why: GitResult, did: string): FleetError {
    const said = inOneLineOf(why.stderr.replaceAll(remote, 'it')) || reasonOf(why);
    const refused =
      /authentication failed|could not read (?:user|pass)|permission denied|\b40[13]\b|not granted|host key verification failed/i;
    if (refused.test(why.stderr))
      return fault(
        'DELIVER_UNAUTHORIZED',
        `Expected the remote of ${product} to let the deliverer ${did}, got ${said}.`,
        'Set the variable that `deliver.token` names to a token which may write there; over ssh, give it a key, and the host in known_hosts.',
      );
    return fault(
      'DELIVER_REMOTE_UNREACHABLE',
      `Expected the remote of ${product} to answer, got ${said}.`,
      'Nothing to do where it is down: it is tried again. Else correct the address in products.yaml.',
    );
  }

  return {
    folder,
    git,
    async look() {
      const listed = await outside('ls-remote', '--symref', 'origin', 'HEAD', 'refs/heads/*');
      if (!listed.ok) throw refusal(listed, 'read it');
      const lines = listed.stdout.split('\n');
      const branches = new Map(
        lines.flatMap((line): [string, string][] => {
          const [, at, name] = /^([0-9a-f]{40,64})\trefs\/heads\/(.+)$/.exec(line) ?? [];
          return at && name ? [[name, at]] : [];
        }),
      );
      const [, named] = /^ref: refs\/heads\/(.+)\tHEAD$/m.exec(listed.stdout) ?? [];
      return { branches, defaultBranch: named ?? null };
    },
    async fetch() {
      const got = await outside(
        'fetch',
        '--quiet',
        '--prune',
        '--no-tags',
        'origin',
        '+refs/heads/*:refs/remotes/origin/*',
      );
      if (!got.ok) throw refusal(got, 'read it');
    },
    async push(head, branch) {
      const pushed = await outside('push', '--porcelain', 'origin', `${head}:refs/heads/${branch}`);
      if (pushed.ok) return;
      // `!\t<from>:<to>\t[rejected] (fetch first)`, or `[remote rejected] (…)` with its own words before.
      const line = pushed.stdout.split('\n').find((one) => one.startsWith('!')) ?? '';
      if (/\[rejected\]/.test(line))
        throw fault(
          'DELIVER_DIVERGED',
          `Expected ${branch} of the remote to be behind the work, got commits there that it does not have: it is never forced.`,
          'Bring them together (merge, rename or delete that branch), then `fleet deliver` the objective again.',
        );
      if (/\[remote rejected\]/.test(line)) {
        const said = inOneLineOf(
          `${line.split('\t').at(-1) ?? ''} ${pushed.stderr
            .split('\n')
            .filter((one) => one.startsWith('remote:'))
            .join(' ')}`,
        );
        throw fault(
          'DELIVER_PROTECTED',
          `Expected the remote to take ${branch}, got its refusal: ${said}.`,
          'Allow it there (a protected branch, a hook), or deliver as a pull request.',
        );
      }
      throw refusal(pushed, `push ${branch}`);
    },
  };
}

function basic(token: string): string {
  return `Authorization: Basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`;
}

/** Settings of git as its environment takes them. */
function configured(settings: Record<string, string>): NodeJS.ProcessEnv {
  const all = Object.entries(settings);
  return Object.fromEntries([
    ['GIT_CONFIG_COUNT', String(all.length)],
    ...all.flatMap(([key, value], n) => [
      [`GIT_CONFIG_KEY_${n}`, key],
      [`GIT_CONFIG_VALUE_${n}`, value],
    ]),
  ]);
}
