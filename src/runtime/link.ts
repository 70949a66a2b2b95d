// One life of the byte stream: JSON-RPC over it, a deadline for each request, one sentence on how it ended.
import { pipeline } from 'node:stream';
import { createMessageConnection, NullLogger, StreamMessageReader } from 'vscode-jsonrpc/node';
import type { Clock } from '../common/clock.ts';
import { FleetError } from '../common/errors.ts';
import { WholeMessageWriter } from '../common/message-writer.ts';
import { maxFrameBytes } from '../contract/runtime/protocol.ts';
import type { Channel } from './channel.ts';
import { asAnswered, lostInFlight, streamEnded, timedOut, unreachable } from './faults.ts';
import { FrameGuard } from './frame-guard.ts';

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
    new WholeMessageWriter(stream.writer),
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
  // An agent answers and tells. One that asks, and does not read what it is answered, would fill our memory.
  rpc.onRequest((method) => endFor(new Error(`a request, ${JSON.stringify(method.slice(0, 60))}`)));
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
