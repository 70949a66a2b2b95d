// Certificates as `docker --tlsverify` takes them, by openssl: authorities, and what they have signed.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';

/** @param at  where all of them are kept, as `<name>.pem` and `<name>-key.pem` */
export function certificates(at: string) {
  const file = (name: string) => join(at, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'ignore' });
  const made = (name: string) => [
    ...['-newkey', 'rsa:2048', '-nodes', '-keyout', file(`${name}-key.pem`), '-subj', `/CN=${name}`],
  ];
  return {
    /** Signed by the authority of that name; null: by itself. @param extensions  lines, e.g. `extendedKeyUsage=clientAuth` */
    sign(name: string, authority: string | null, extensions = ''): void {
      if (authority === null)
        return void openssl('req', '-x509', '-days', '2', ...made(name), '-out', file(`${name}.pem`));
      openssl('req', ...made(name), '-out', file(`${name}.csr`));
      writeFileSync(file('ext'), extensions);
      openssl(
        ...['x509', '-req', '-days', '2', '-in', file(`${name}.csr`), '-out', file(`${name}.pem`)],
        ...['-CA', file(`${authority}.pem`), '-CAkey', file(`${authority}-key.pem`), '-CAcreateserial'],
        ...['-extfile', file('ext')],
      );
    },
    /** @returns a folder of ca.pem, cert.pem and key.pem */
    async folder(name: string, client: string, authority: string): Promise<string> {
      const folder = file(name);
      await mkdir(folder);
      await copyFile(file(`${authority}.pem`), join(folder, 'ca.pem'));
      await copyFile(file(`${client}.pem`), join(folder, 'cert.pem'));
      await copyFile(file(`${client}-key.pem`), join(folder, 'key.pem'));
      return folder;
    },
  };
}
