// One life of the byte stream: JSON-RPC over it, a deadline for each request, one sentence on how it ended.
import { pipeline } from 'node:stream';
import {
  createMessageConnection,
  NullLogger,
  ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node';
import type { Clock } from '../clock.ts';
import { FleetError } from '../errors.ts';
import type { Channel } from './channel.ts';
import { FrameGuard } from './frame-guard.ts';
import { errorShapeSchema, maxFrameBytes } from './protocol.ts';

export interface Link {
  /**
   * @param method one of protocol.ts `methods`
   * @throws what the agent answered; AGENT_TIMEOUT; RUNTIME_LOST when the link broke meanwhile;
   *         RUNTIME_UNREACHABLE when it was broken before
   */
  request(method: string, params: object, timeoutMs: number): Promise<unknown>;
  onNotification(method: string, handler: (params: unknown) => void): void;
  /** Resolves once with the reason. */
  readonly lost: Promise<FleetError>;
  /** Ends the link for this reason; the first reason stands. */
  end(reason: FleetError): Promise<void>;
}

/** @throws what channel.open() throws */
export async function openLink(channel: Channel, clock: Clock): Promise<Link> {
  const stream = await channel.open();
  const guard = new FrameGuard(maxFrameBytes);
  const rpc = createMessageConnection(
    new StreamMessageReader(guard),
    new StreamMessageWriter(stream.writer),
    NullLogger,
  );
  const lost = Promise.withResolvers<FleetError>();
  const inFlight = new Set<(reason: FleetError) => void>();
  let endedFor: FleetError | null = null;

  async function end(reason: FleetError): Promise<void> {
    if (endedFor === null) {
      endedFor = reason;
      for (const fail of inFlight) fail(lostInFlight(channel, reason));
      rpc.dispose();
      lost.resolve(reason);
    }
    await stream.close();
  }
  function endFor(error: unknown): void {
    void end(
      error instanceof FleetError
        ? error
        : new FleetError({
            code: 'AGENT_PROTOCOL',
            class: 'runtime',
            message: `Expected JSON-RPC from fleet-agent, got: ${error instanceof Error ? error.message.slice(0, 300) : error}.`,
            mend: 'Check that fleetd and the runtime are of the same release.',
            cause: error,
          }),
    );
  }

  pipeline(stream.reader, guard, (error) => {
    // A plain end of the stream is reported by `closed`, which knows why.
    if (error instanceof FleetError) endFor(error);
  });
  rpc.onError(([error]) => endFor(error));
  void stream.closed.then((why) => endFor(streamEnded(channel, why)));
  rpc.listen();

  return {
    lost: lost.promise,
    end,
    onNotification: (method, handler) => void rpc.onNotification(method, handler),
    request(method, params, timeoutMs) {
      if (endedFor !== null) return Promise.reject(unreachable(channel.description, endedFor));
      return new Promise((resolve, reject) => {
        const settle = () => {
          cancel();
          inFlight.delete(fail);
        };
        const fail = (reason: FleetError) => {
          settle();
          reject(reason);
        };
        const cancel = clock.after(timeoutMs, () => fail(timedOut(method, timeoutMs)));
        inFlight.add(fail);
        rpc.sendRequest(method, params).then(
          (reply) => {
            settle();
            resolve(reply);
          },
          (error: unknown) => fail(asAnswered(channel, method, error)),
        );
      });
    },
  };
}

/** The failure of a call that was never sent. */
export function unreachable(description: string, reason: FleetError | null): FleetError {
  return new FleetError({
    code: 'RUNTIME_UNREACHABLE',
    class: 'unavailable',
    message: `Expected a link to the runtime (${description}), got none${reason === null ? ' yet' : `: ${reason.message}`}`,
    mend: `Nothing was done. ${reason?.mend ?? 'It is being opened: try again in a moment.'}`,
    cause: reason ?? undefined,
  });
}

function lostInFlight(channel: Channel, reason: FleetError): FleetError {
  return new FleetError({
    code: 'RUNTIME_LOST',
    class: 'unavailable',
    message: `Expected an answer from the runtime (${channel.description}), got the end of the link: ${reason.message}`,
    mend: 'It may have been done: look at the product again before repeating it.',
    cause: reason,
  });
}

function streamEnded(channel: Channel, why: string): FleetError {
  return new FleetError({
    code: 'RUNTIME_LOST',
    class: 'unavailable',
    message: `Expected the runtime (${channel.description}) to stay, got: ${why}.`,
    mend: 'The link is opened again by itself; if that fails, see whether the runtime is up.',
  });
}

function timedOut(method: string, timeoutMs: number): FleetError {
  return new FleetError({
    code: 'AGENT_TIMEOUT',
    class: 'unavailable',
    message: `Expected fleet-agent to answer ${method} within ${timeoutMs} ms, got nothing.`,
    mend: 'It may have been done: look at the product again before repeating it.',
  });
}

function asAnswered(channel: Channel, method: string, error: unknown): FleetError {
  if (error instanceof ResponseError) {
    const shape = errorShapeSchema.safeParse(error.data);
    if (shape.success) return FleetError.from(shape.data);
    return new FleetError({
      code: 'AGENT_PROTOCOL',
      class: 'runtime',
      message: `Expected fleet-agent to serve ${method}, got: ${error.message.slice(0, 300)}.`,
      mend: 'Check that fleetd and the runtime are of the same release.',
      cause: error,
    });
  }
  return lostInFlight(channel, FleetError.wrap(error));
}
