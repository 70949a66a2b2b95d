// Which forge a git address belongs to, as far as the address says it.
import type { ForgeKind } from './kinds.ts';

export interface ForgeAddress {
  /** null: the host does not say */
  kind: ForgeKind | null;
  host: string;
  repository: string;
}

/** `https://host/owner/name.git`, `ssh://git@host/owner/name`, `git@host:owner/name.git`; null: none of a forge. */
export function forgeAddress(address: string): ForgeAddress | null {
  const [, host = '', path = ''] =
    /^https?:\/\/(?:[^@/]*@)?([^/]+)\/(.+?)\/?$/.exec(address) ??
    // The port is that of sshd.
    /^ssh:\/\/(?:[^@/]*@)?([^/:]+)(?::\d+)?\/(.+?)\/?$/.exec(address) ??
    /^[^@/:]+@([^/:]+):(?!\/\/)(.+?)\/?$/.exec(address) ??
    [];
  const repository = path.replace(/\.git$/, '').replace(/^\/+/, '');
  if (host === '' || !/^[^/]+(?:\/[^/]+)+$/.test(repository)) return null;
  return { kind: kindOf(host), host, repository };
}

function kindOf(host: string): ForgeKind | null {
  const name = host.replace(/:\d+$/, '');
  if (name === 'github.com') return 'github';
  if (name === 'gitlab.com' || name.startsWith('gitlab.')) return 'gitlab';
  if (name === 'codeberg.org' || name === 'gitea.com' || /^(?:gitea|forgejo)\./.test(name)) return 'gitea';
  return null;
}

/** Where the REST API of such a host is, as each is shipped. */
export function apiOf(kind: ForgeKind, host: string): string {
  const name = host.replace(/:\d+$/, '');
  if (kind === 'github') return name === 'github.com' ? 'https://api.github.com' : `https://${host}/api/v3`;
  return kind === 'gitlab' ? `https://${host}/api/v4` : `https://${host}/api/v1`;
}
