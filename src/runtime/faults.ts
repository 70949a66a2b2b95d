// What can go wrong between fleetd and an agent, each with what is known of the call and its mend.
import { ResponseError } from 'vscode-jsonrpc/node';
import type { z } from 'zod';
import { FleetError } from '../common/errors.ts';
import { errorShapeSchema } from '../contract/reply.ts';
import { protocolVersion } from '../contract/runtime/protocol.ts';
import type { Channel } from './channel.ts';

/** The failure of a call that was never sent. */
export function unreachable(description: string, reason: FleetError | null): FleetError {
  return new FleetError({
    code: 'RUNTIME_UNREACHABLE',
    message: `Expected a link to the runtime (${description}), got none${reason === null ? ' yet' : `: ${reason.message}`}`,
    mend: `Nothing was done. ${reason?.mend ?? 'It is being opened: try again in a moment.'}`,
    cause: reason ?? undefined,
  });
}

export function lostInFlight(channel: Channel, reason: FleetError): FleetError {
  return new FleetError({
    code: 'RUNTIME_LOST',
    message: `Expected an answer from the runtime (${channel.description}), got the end of the link: ${reason.message}`,
    mend: 'It may have been done: look at the product again before repeating it.',
    cause: reason,
  });
}

export function streamEnded(channel: Channel, why: string): FleetError {
  return new FleetError({
    code: 'RUNTIME_LOST',
    message: `Expected the runtime (${channel.description}) to stay, got: ${why}.`,
    mend: 'The link is opened again by itself; if that fails, see whether the runtime is up.',
  });
}

export function timedOut(method: string, timeoutMs: number): FleetError {
  return new FleetError({
    code: 'AGENT_TIMEOUT',
    message: `Expected fleet-agent to answer ${method} within ${timeoutMs} ms, got nothing.`,
    mend: 'It may have been done: look at the product again before repeating it.',
  });
}

export function asAnswered(channel: Channel, method: string, error: unknown): FleetError {
  if (error instanceof ResponseError) {
    const shape = errorShapeSchema.safeParse(error.data);
    if (shape.success) return FleetError.from(shape.data);
    return new FleetError({
      code: 'AGENT_PROTOCOL',
      message: `Expected fleet-agent to serve ${method}, got: ${error.message.slice(0, 300)}.`,
      mend: 'Check that fleetd and the runtime are of the same release.',
      cause: error,
    });
  }
  return lostInFlight(channel, FleetError.wrap(error));
}

export function closed(): FleetError {
  return new FleetError({
    code: 'RUNTIME_CLOSED',
    message: 'Expected an open runtime, got one that this program has closed.',
    mend: 'Connect again.',
  });
}

export function openedTooLate(channel: Channel, openMs: number): FleetError {
  return new FleetError({
    code: 'RUNTIME_UNREACHABLE',
    message: `Expected ${channel.description} to open within ${openMs} ms, got nothing.`,
    mend: 'See whether the machine of the runtime is overloaded; the link is tried again by itself.',
  });
}

export function incompatible(got: number | undefined): FleetError {
  return new FleetError({
    code: 'AGENT_INCOMPATIBLE',
    message: `Expected fleet-agent with protocol ${protocolVersion}, got ${got ?? 'none'}.`,
    mend: 'Build the runtime from the same release as fleetd: `docker compose up --build`.',
  });
}

export function invalidReply(method: string, error: z.ZodError): FleetError {
  const issue = error.issues[0];
  return new FleetError({
    code: 'AGENT_REPLY_INVALID',
    message: `Expected a reply to ${method}, got ${issue?.path.join('.') || 'it'} wrong: ${issue?.message}.`,
    mend: 'Check that fleetd and the runtime are of the same release.',
  });
}

export function wrongProduct(method: string, wanted: string, got: string): FleetError {
  return new FleetError({
    code: 'AGENT_REPLY_INVALID',
    message: `Expected a reply to ${method} about ${wanted}, got one about ${got.slice(0, 100)}.`,
    mend: 'Check that nothing in the runtime impersonates fleet-agent.',
  });
}
