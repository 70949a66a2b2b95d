// Stands between the byte stream and the JSON-RPC reader, which would believe any Content-Length and
// buffer it. Workers share the agent's uid, so what comes in may be hostile: frames have a bound here.
import { Transform, type TransformCallback } from 'node:stream';
import { FleetError } from '../common/errors.ts';

const headerEnd = '\r\n\r\n';
/** `Content-Length: ` and ten digits: exactly what vscode-jsonrpc writes, nothing else is taken. */
const header = /^Content-Length: (\d{1,10})$/;
const maxHeaderBytes = 32;

/**
 * JSON values in one frame: 32 MiB of `[]` would be parsed to a gigabyte. The largest honest reply, 8,000 mails,
 * has a tenth of it.
 */
const maxValues = 1_000_000;
const [quote, backslash, comma, bracket, brace] = [...'"\\,[{'].map((char) => char.charCodeAt(0));

/**
 * Passes whole frames of at most `maxBytes` through unchanged, one in each turn of the event loop: as fast as the
 * JSON-RPC connection behind it works them off, so that a flood waits in the pipe and not in its queue.
 * Fails with AGENT_FRAME_TOO_LARGE as soon as a longer one is announced or one holds more than `maxValues`, and with
 * AGENT_PROTOCOL on anything that is not a frame.
 */
export class FrameGuard extends Transform {
  readonly #maxBytes: number;
  #header = Buffer.alloc(0);
  #bodyLeft = 0;
  /** null: too short to hold too many values, not counted */
  #values: number | null = null;
  #inString = false;
  #escaped = false;

  constructor(maxBytes: number) {
    super();
    this.#maxBytes = maxBytes;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      const rest = this.#pass(chunk);
      if (rest.length === 0) done();
      else setImmediate(() => this._transform(rest, _encoding, done));
    } catch (error) {
      done(FleetError.wrap(error));
    }
  }

  /** @returns what follows the first frame that ends in the chunk */
  #pass(chunk: Buffer): Buffer {
    let rest = chunk;
    while (rest.length > 0) {
      if (this.#bodyLeft > 0) {
        const body = rest.subarray(0, this.#bodyLeft);
        this.#bodyLeft -= body.length;
        rest = rest.subarray(body.length);
        this.#count(body);
        this.push(body);
        if (this.#bodyLeft === 0) return rest;
        continue;
      }
      const joined = Buffer.concat([this.#header, rest.subarray(0, maxHeaderBytes)]);
      const end = joined.indexOf(headerEnd);
      if (end < 0 && joined.length < maxHeaderBytes) {
        this.#header = joined;
        break;
      }
      const length = header.exec(joined.toString('latin1', 0, Math.max(end, 0)))?.[1];
      if (length === undefined) throw notAFrame(joined);
      if (Number(length) > this.#maxBytes)
        throw tooLarge(`of at most ${this.#maxBytes} bytes`, `one announced with ${length}`);
      const headerBytes = end + headerEnd.length;
      rest = rest.subarray(headerBytes - this.#header.length);
      this.#header = Buffer.alloc(0);
      this.#bodyLeft = Number(length);
      this.#values = this.#bodyLeft > maxValues ? 0 : null;
      this.#inString = false;
      this.#escaped = false;
      this.push(joined.subarray(0, headerBytes));
    }
    return Buffer.alloc(0);
  }

  /** A value follows each bracket and comma outside of strings. */
  #count(body: Buffer): void {
    if (this.#values === null) return;
    for (const byte of body) {
      if (this.#escaped) this.#escaped = false;
      else if (this.#inString) {
        if (byte === backslash) this.#escaped = true;
        else if (byte === quote) this.#inString = false;
      } else if (byte === quote) this.#inString = true;
      else if (byte === comma || byte === bracket || byte === brace) this.#values += 1;
    }
    if (this.#values > maxValues) throw tooLarge(`of at most ${maxValues} values`, 'one with more');
  }
}

function notAFrame(got: Buffer): FleetError {
  return new FleetError({
    code: 'AGENT_PROTOCOL',
    message: `Expected a JSON-RPC frame from fleet-agent, got ${JSON.stringify(got.toString('latin1', 0, 60))}.`,
    mend: 'Check that the runtime starts fleet-agent itself and that nothing else writes to its stdout.',
  });
}

function tooLarge(expected: string, got: string): FleetError {
  return new FleetError({
    code: 'AGENT_FRAME_TOO_LARGE',
    message: `Expected a frame ${expected} from fleet-agent, got ${got}.`,
    mend: 'Look into the runtime: a product with a huge mailbox, or a process that impersonates the agent.',
  });
}
