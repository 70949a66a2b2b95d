// What Docker says of a container, in our words. Pure.
import type Docker from 'dockerode';
import { FleetError } from '../../common/errors.ts';
import { inOneLineOf } from '../../common/one-line.ts';
import { bytes } from '../../common/units.ts';
import type { Finding } from '../../contract/doctor.ts';
import type { EnginePlace } from './engine.ts';

type Inspected = Pick<Docker.ContainerInspectInfo, 'State'> & { HostConfig: { Memory?: number | undefined } };

/** @returns says: null where the state says it all */
export function stateOf({ State, HostConfig }: Inspected): Pick<EnginePlace, 'state' | 'says'> {
  if (State.Paused) return { state: 'unknown', says: 'somebody has paused its container' };
  if (State.Running && !State.Restarting) {
    const health = State.Health?.Status ?? 'none';
    if (health === 'starting') return { state: 'starting', says: null };
    const said = inOneLineOf(State.Health?.Log.at(-1)?.Output ?? '').slice(0, 200);
    if (health === 'unhealthy')
      return { state: 'failed', says: `it is not well: ${said || 'no word of why'}` };
    return { state: 'running', says: null };
  }
  if (State.Status === 'created' && State.Error === '') return { state: 'starting', says: null };
  if (State.OOMKilled)
    return {
      state: 'failed',
      says: `the kernel ended it for want of memory${HostConfig.Memory ? ` (${bytes(HostConfig.Memory)})` : ''}`,
    };
  if (State.Error !== '') return { state: 'failed', says: inOneLineOf(State.Error).slice(0, 300) };
  return { state: 'failed', says: `it ended with exit ${State.ExitCode}` };
}

/** A start that did not come to a running container. */
export function notRunning(product: string, says: string, logs: string): FleetError {
  const last = inOneLineOf(logs.trim().split('\n').at(-1) ?? '').slice(0, 200);
  return new FleetError({
    code: 'RUNTIME_NOT_RUNNING',
    product,
    message: `Expected the container of ${product} to come up, got: ${says}${last === '' ? '' : ` (${last})`}.`,
    mend: 'See its log with `docker logs`; it is tried again with the next start.',
  });
}

/** @param taken of the engine's memory, by `places` others. All bytes */
export function noRoom(
  product: string,
  { wanted, taken, places, total }: { wanted: number; taken: number; places: number; total: number },
): FleetError {
  return new FleetError({
    code: 'RUNTIME_NO_ROOM',
    product,
    message: `Expected room for ${bytes(wanted)} on this Docker engine, got ${bytes(Math.max(0, total - taken))}: ${bytes(taken)} of its ${bytes(total)} are reserved for ${places} other ${places === 1 ? 'product' : 'products'}.`,
    mend: 'It starts when a container ends. Park a product that rests, or name another runtime for it.',
  });
}

export const notEnded = (product: string): FleetError =>
  new FleetError({
    code: 'RUNTIME_NOT_ENDED',
    product,
    message: `Expected the container of ${product} to end, but the engine does not say that it has.`,
    mend: 'It may run on: look at it with `docker ps` before the product is started elsewhere.',
  });

/** For `fleet doctor`, of one place. @param image that a new one would get */
export function findings({ product, state, says, imageDigest }: EnginePlace, image: string): Finding[] {
  const common = { check: 'container', product };
  if (state === 'failed' || state === 'unknown') {
    const mend = 'It is tried again with the next start; see its log with `docker logs`.';
    return [{ ...common, state: 'failed', says: `${says}`, mend }];
  }
  if (imageDigest === null || imageDigest === image) return [];
  const mend = 'It gets the new one when it is parked and started again.';
  return [{ ...common, state: 'warning', says: 'it runs an older image than the runtime now has', mend }];
}
