// Stands between the byte stream and the JSON-RPC reader, which would believe any Content-Length and
// buffer it. Workers share the agent's uid, so what comes in may be hostile: frames have a bound here.
import { Transform, type TransformCallback } from 'node:stream';
import { FleetError } from '../errors.ts';

const headerEnd = '\r\n\r\n';
/** `Content-Length: ` and ten digits: exactly what vscode-jsonrpc writes, nothing else is taken. */
const header = /^Content-Length: (\d{1,10})$/;
const maxHeaderBytes = 32;

/**
 * Passes whole frames of at most `maxBytes` through unchanged.
 * Fails with AGENT_FRAME_TOO_LARGE as soon as a longer one is announced, and with AGENT_PROTOCOL on
 * anything that is not a frame.
 */
export class FrameGuard extends Transform {
  readonly #maxBytes: number;
  #header = Buffer.alloc(0);
  #bodyLeft = 0;

  constructor(maxBytes: number) {
    super();
    this.#maxBytes = maxBytes;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      this.#pass(chunk);
      done();
    } catch (error) {
      done(FleetError.wrap(error));
    }
  }

  #pass(chunk: Buffer): void {
    let rest = chunk;
    while (rest.length > 0) {
      if (this.#bodyLeft > 0) {
        const body = rest.subarray(0, this.#bodyLeft);
        this.#bodyLeft -= body.length;
        rest = rest.subarray(body.length);
        this.push(body);
        continue;
      }
      const joined = Buffer.concat([this.#header, rest.subarray(0, maxHeaderBytes)]);
      const end = joined.indexOf(headerEnd);
      if (end < 0 && joined.length < maxHeaderBytes) {
        this.#header = joined;
        return;
      }
      const length = header.exec(joined.toString('latin1', 0, Math.max(end, 0)))?.[1];
      if (length === undefined) throw notAFrame(joined);
      if (Number(length) > this.#maxBytes) throw tooLarge(Number(length), this.#maxBytes);
      const headerBytes = end + headerEnd.length;
      rest = rest.subarray(headerBytes - this.#header.length);
      this.#header = Buffer.alloc(0);
      this.#bodyLeft = Number(length);
      this.push(joined.subarray(0, headerBytes));
    }
  }
}

function notAFrame(got: Buffer): FleetError {
  return new FleetError({
    code: 'AGENT_PROTOCOL',
    class: 'runtime',
    message: `Expected a JSON-RPC frame from fleet-agent, got ${JSON.stringify(got.toString('latin1', 0, 60))}.`,
    mend: 'Check that the runtime starts fleet-agent itself and that nothing else writes to its stdout.',
  });
}

function tooLarge(got: number, max: number): FleetError {
  return new FleetError({
    code: 'AGENT_FRAME_TOO_LARGE',
    class: 'runtime',
    message: `Expected a frame of at most ${max} bytes from fleet-agent, got one announced with ${got}.`,
    mend: 'Look into the runtime: a product with a huge mailbox, or a process that impersonates the agent.',
  });
}
