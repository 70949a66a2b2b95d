// Brings the gateway's socket of fleetd into another pod, by TLS with one key that both hold: who has it not gets no byte
// through, and nobody between reads one. Both ends speak over unix sockets as on one machine.
//
//   relay.mjs serve 41791 /run/fleet/gateway/fleetd.sock          beside fleetd
//   relay.mjs reach fleetd:41791 /run/fleet/gateway/fleetd.sock   beside the gateway
//
// Environment: RELAY_SECRET_FILE, a file of at least 32 characters.
import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { createServer as createTlsServer, connect as tlsConnect } from 'node:tls';

const identity = 'gateway';
/** Of an agreed key and nothing else, with keys of each connection's own. */
const tls = { ciphers: 'ECDHE-PSK-CHACHA20-POLY1305', minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' };
const mostConnections = 256;
/** Who opens a connection and then proves nothing. */
const handshakeMs = 5_000;

function stop(sentence) {
  console.error(`relay: ${sentence}`);
  process.exit(78);
}

function read(file) {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    return stop(`Expected RELAY_SECRET_FILE to name a file that holds the secret, got: ${error.message}.`);
  }
}

const secret = read(process.env.RELAY_SECRET_FILE ?? '');
if (secret.length < 32) stop(`Expected a secret of at least 32 characters, got ${secret.length}.`);
const psk = createHash('sha256').update(secret).digest();

/** Either's end is the other's. */
function join(a, b) {
  for (const [one, other] of [
    [a, b],
    [b, a],
  ]) {
    one.pipe(other);
    one.on('error', (error) => {
      console.error(`relay: ${error.message}`);
      other.destroy();
    });
    one.on('close', () => other.destroy());
  }
}

const [, , mode, where = '', path = ''] = process.argv;
let server;
if (mode === 'serve') {
  const pskCallback = (_socket, who) => (who === identity ? psk : null);
  server = createTlsServer({ ...tls, pskCallback, handshakeTimeout: handshakeMs }, (socket) =>
    join(socket, connect(path)),
  );
  server.on('tlsClientError', (error, socket) => {
    console.error(`relay: refused a connection: ${error.message}`);
    socket.destroy();
  });
  server.listen(Number(where), () => console.log(`relay: serves ${path} on port ${server.address().port}`));
} else if (mode === 'reach') {
  const [host, port] = where.split(':');
  // The key says who the other is: there is no certificate to check.
  const options = {
    ...tls,
    host,
    port: Number(port),
    pskCallback: () => ({ psk, identity }),
    checkServerIdentity() {},
  };
  server = createServer((socket) => join(socket, tlsConnect(options)));
  rmSync(path, { force: true });
  server.listen(path, () => console.log(`relay: reaches ${where} on ${path}`));
} else {
  stop(`Expected serve or reach, got ${mode}.`);
}
server.maxConnections = mostConnections;
server.on('error', (error) => stop(error.message));
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => process.exit(0));
