// A client of one Docker engine, here by its socket or elsewhere over TLS, and what goes wrong with an engine in our words.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Docker from 'dockerode';
import { FleetError } from '../common/errors.ts';
import { inOneLineOf } from '../common/one-line.ts';

export type EngineAddress =
  /** path of its socket on this machine */
  | { socket: string }
  /** host: `tcp://box:2376`; certs: folder of ca.pem, cert.pem and key.pem, as `docker --tlsverify` takes them */
  | { host: string; certs: string };

/**
 * The engine at this address and no other: DOCKER_HOST is not heard.
 * @throws FleetError RUNTIME_ADDRESS_INVALID; ENGINE_CERTS_UNREADABLE, naming the file
 */
export function dockerClient(address: EngineAddress): Docker {
  if ('socket' in address) return unheard(() => new Docker({ socketPath: address.socket }));
  const { host, port } = tcpAddress(address.host);
  const read = (file: string) => pem(join(address.certs, file));
  // All three or none: with fewer docker-modem would speak plain HTTP, or to whoever answers.
  const tls = { ca: read('ca.pem'), cert: read('cert.pem'), key: read('key.pem') };
  return unheard(() => new Docker({ protocol: 'https', host, port, ...tls }));
}

/** docker-modem takes what its options leave out from DOCKER_HOST and its like, and a host from there goes before a socket. */
function unheard(make: () => Docker): Docker {
  const { DOCKER_HOST: kept } = process.env;
  delete process.env.DOCKER_HOST;
  try {
    return make();
  } finally {
    if (kept !== undefined) process.env.DOCKER_HOST = kept;
  }
}

function tcpAddress(given: string): { host: string; port: number } {
  const url = URL.canParse(given) ? new URL(given) : null;
  const host = url?.hostname.replace(/^\[|\]$/g, '') ?? '';
  if (
    url?.protocol === 'tcp:' &&
    host !== '' &&
    /^\/?$/.test(url.pathname) &&
    url.username === '' &&
    url.search === ''
  )
    return { host, port: url.port === '' ? 2376 : Number(url.port) };
  throw new FleetError({
    code: 'RUNTIME_ADDRESS_INVALID',
    message: `Expected the address of a Docker engine as tcp://box:2376, got ${JSON.stringify(given.slice(0, 100))}.`,
    mend: 'Correct the host of the runtime in products.yaml.',
  });
}

function pem(file: string): Buffer {
  try {
    const found = readFileSync(file);
    if (found.includes('-----BEGIN ')) return found;
  } catch (cause) {
    throw unreadable(file, cause instanceof Error ? cause.message : String(cause));
  }
  throw unreadable(file, 'a file that is none');
}

const unreadable = (file: string, got: string) =>
  new FleetError({
    code: 'ENGINE_CERTS_UNREADABLE',
    message: `Expected ${file} to be a certificate or key in PEM, got ${got}.`,
    mend: 'Put ca.pem, cert.pem and key.pem of the engine into the folder that products.yaml names, readable for fleetd.',
  });

/** For each request to the engine, the held-open stream excepted. */
const engineMs = 10_000;

const socketGroup =
  'Let the user of fleetd use the socket: add it to the group that owns it (group_add in compose).';
const otherAuthority =
  'Give ca.pem of the authority that signed the certificate of the engine, or have its certificate made anew.';
const faults: Record<string, string> = {
  ENOENT: 'Start the Docker engine, or mount its socket or set DOCKER_HOST where fleetd runs.',
  ECONNREFUSED:
    'Start the Docker engine, or name where it listens: DOCKER_HOST, or the runtime in products.yaml.',
  EACCES: socketGroup,
  EPERM: socketGroup,
  ENOTFOUND: 'Correct the host of the runtime in products.yaml: its name does not resolve.',
  EHOSTUNREACH: 'See whether the machine is up and its network is reached from the machine of fleetd.',
  ENETUNREACH: 'See whether the machine is up and its network is reached from the machine of fleetd.',
  ETIMEDOUT: 'See whether the machine is up and its network is reached from the machine of fleetd.',
  SELF_SIGNED_CERT_IN_CHAIN: otherAuthority,
  DEPTH_ZERO_SELF_SIGNED_CERT: otherAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: otherAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: otherAuthority,
  CERT_HAS_EXPIRED: 'Make the certificate of the engine anew: it has expired.',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'Name the engine as its certificate does, or have it made for this name too (subjectAltName).',
};
/** TLS ends a client with an alert: its certificate is none, expired, or of another authority. */
const clientRefused =
  /alert (bad certificate|certificate|unknown ca|handshake failure)|TLSV1.*ALERT|SSLV3_ALERT/i;
const otherClient =
  'Give cert.pem and key.pem that the authority of this engine has signed for a client, and that have not expired.';

/** Bounds a request to the engine and names what is wrong with the engine in our words. @throws FleetError */
export async function engine<T>(request: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer for ${engineMs} ms`)), engineMs);
  });
  try {
    return await Promise.race([request, late]);
  } catch (cause) {
    const reason = inOneLineOf(cause instanceof Error ? cause.message : String(cause));
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    // An answer with a status came from a live engine: the container ended meanwhile, say.
    const answered = cause instanceof Error && 'statusCode' in cause;
    throw new FleetError({
      code: answered ? 'RUNTIME_UNREACHABLE' : 'ENGINE_UNREACHABLE',
      message: `Expected the Docker engine to open fleet-agent, got ${reason}.`,
      mend:
        faults[code] ??
        (clientRefused.test(`${code} ${reason}`)
          ? otherClient
          : 'See `docker info` and `docker ps` on the machine of the engine.'),
      cause,
    });
  } finally {
    clearTimeout(timer);
  }
}
