// What the OpenSSH client says when it ends without having got anywhere, in our words and with the mend. Its exit is 255
// for whatever it could not do itself; every other is the far side's.
import { FleetError } from '../common/errors.ts';
import { quotedWord } from '../common/shell-word.ts';
import { type ChildEnd, howEnded } from './child-stream.ts';

/** Exits of the far side's script, of sysexits.h's range: docker itself failed, no container, more than one. */
export const farExit = { engine: 69, none: 66, many: 67 } as const;
const clientFailed = 255;
const notFound = 127;

/** First match counts: OpenSSH says the exact reason before the general one. */
const reasons: { says: RegExp; got: string; mend: (host: string) => string }[] = [
  {
    says: /REMOTE HOST IDENTIFICATION HAS CHANGED|host key .*has changed/i,
    got: 'another host key than the known one',
    mend: () =>
      'Ask who set the machine up whether its key is new; if it is, take the old one out of known_hosts with `ssh-keygen -R` and log in once by hand. If not, somebody may be in between.',
  },
  {
    says: /Host key verification failed|No \S+ host key is known/i,
    got: 'a host key that is not known',
    mend: (host) =>
      `Log in once by hand as the user of fleetd, \`ssh ${host} true\`, and compare the fingerprint, or put the host's key into known_hosts.`,
  },
  {
    says: /Permission denied/i,
    got: 'no login: permission denied',
    mend: (host) =>
      `Give the user of fleetd a key that the host takes without a question: \`ssh -o BatchMode=yes ${host} true\` must do.`,
  },
  {
    says: /Too many authentication failures/i,
    got: 'no login: too many keys were offered',
    mend: () => 'Name the one key for this host in ~/.ssh/config: IdentityFile, and IdentitiesOnly yes.',
  },
  {
    says: /Could not resolve hostname/i,
    got: 'a name that does not resolve',
    mend: () => 'Correct the host of the runtime in products.yaml, or give it a HostName in ~/.ssh/config.',
  },
  {
    says: /No route to host|Network is unreachable/i,
    got: 'no route to it',
    mend: () => 'See whether the machine is up and its network is reached from the machine of fleetd.',
  },
  {
    says: /Connection refused/i,
    got: 'nobody who listens',
    mend: () => 'See whether sshd runs there, and on the port that ~/.ssh/config names.',
  },
  {
    says: /timed out|not responding/i,
    got: 'no answer',
    mend: () => 'See whether the machine is up and its network is reached from the machine of fleetd.',
  },
  {
    says: /Bad configuration option|Bad owner or permissions|Can't open user config file|terminating, \d+ bad configuration/i,
    got: 'a configuration of OpenSSH that it refuses',
    mend: (host) => `Correct it: \`ssh -G ${host}\` names what is wrong.`,
  },
];

/** Why a client ended that had not got to the agent. */
export function sshFault(host: string, end: ChildEnd): FleetError {
  const { code, lines } = end;
  const said = lines.join('\n');
  const last = (lines.at(-1) ?? '').slice(0, 300);
  const expected = `Expected ssh to ${host} to start fleet-agent, got`;
  if (code === farExit.none)
    return new FleetError({
      code: 'RUNTIME_NOT_RUNNING',
      message: `Expected one running container of the runtime on ${host}, got none.`,
      mend: 'Start it there with `docker compose up -d overstory-runtime`, of the same project name.',
    });
  if (code === farExit.many)
    return new FleetError({
      code: 'RUNTIME_AMBIGUOUS',
      message: `Expected one running container of the runtime on ${host}, got more: ${last}.`,
      mend: 'Stop all but one, or give each stack its own compose project name.',
    });
  if (code === farExit.engine)
    return new FleetError({
      code: 'ENGINE_UNREACHABLE',
      message: `Expected Docker on ${host} to say what runs, got ${last || 'nothing'}.`,
      mend: `Start Docker there, or let the user that ssh logs in as use it: \`ssh ${host} docker ps\` must do.`,
    });
  if (code === notFound)
    return new FleetError({
      code: 'RUNTIME_UNREACHABLE',
      message: `${expected} a program that is not there: ${last}.`,
      mend: `Install it there, on the PATH of a login without a terminal: \`ssh ${host} ${quotedWord('echo $PATH')}\`.`,
    });
  const known = code === clientFailed ? reasons.find(({ says }) => says.test(said)) : undefined;
  return new FleetError({
    code: 'RUNTIME_UNREACHABLE',
    message: `${expected} ${known?.got ?? howEnded('ssh', end)}.`,
    mend: known?.mend(host) ?? `Try \`ssh -v ${host} true\` as the user of fleetd.`,
  });
}

/** @throws FleetError RUNTIME_ADDRESS_INVALID for one that ssh, or a ProxyCommand of its configuration, could take for more than a host */
export function checkSshHost(host: string): void {
  if (/^[\w@:%+./[\]-]{1,255}$/.test(host) && !/(^|@)-/.test(host)) return;
  throw new FleetError({
    code: 'RUNTIME_ADDRESS_INVALID',
    message: `Expected a host as ssh takes it (big-box, user@big-box), got ${JSON.stringify(host.slice(0, 100))}.`,
    mend: 'Give the name that ~/.ssh/config has for it; whatever else ssh needs to know belongs there.',
  });
}
