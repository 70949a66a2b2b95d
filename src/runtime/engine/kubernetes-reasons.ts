// What Kubernetes says of a product's pod, in our words with its own reason. Pure: the order of the questions is the whole of
// it. Unknown is not the end of a pod: its node may be at work, out of reach.
import type { ErrorCode } from '../../common/errors.ts';
import { inOneLineOf } from '../../common/one-line.ts';
import { containerName } from './kubernetes-objects.ts';
import type { KubernetesEvent, Pod, StatefulSet } from './kubernetes-shapes.ts';

export interface Standing {
  state: 'running' | 'starting' | 'parked' | 'failed' | 'unknown';
  /** null: the state says it all */
  says: string | null;
  /** Of the error that a start ends with when this stays so; null: time alone helps. */
  code: ErrorCode | null;
}

const running: Standing = { state: 'running', says: null, code: null };
const starting = (says: string, code: ErrorCode | null = null): Standing => ({
  state: 'starting',
  says,
  code,
});
const failed = (says: string, code: ErrorCode): Standing => ({ state: 'failed', says, code });
const unknown = (says: string): Standing => ({ state: 'unknown', says, code: 'RUNTIME_UNREACHABLE' });

/** @param events  those that name the StatefulSet or its pod, oldest first */
export function standingOf(set: StatefulSet, pod: Pod | null, events: KubernetesEvent[] = []): Standing {
  if (pod === null) return withoutPod(set, events);
  const { status, spec, metadata } = pod;
  const node = spec.nodeName ?? 'its node';
  const condition = (type: string) => status.conditions.find((one) => one.type === type);
  const own = status.containerStatuses.find(({ name }) => name === containerName);

  // The kubelet sets both together: who set one alone is the controller that misses the kubelet.
  const missed = condition('Ready')?.status === 'False' && condition('ContainersReady')?.status === 'True';
  if (
    status.phase === 'Unknown' ||
    status.reason === 'NodeLost' ||
    condition('Ready')?.status === 'Unknown' ||
    missed
  )
    return unknown(`node ${node} does not answer; what runs there may run on`);
  if (metadata.deletionTimestamp !== undefined) return starting('the former pod is being ended');

  const scheduled = condition('PodScheduled');
  if (scheduled?.status === 'False') return notScheduled(scheduled);

  if (status.phase === 'Failed' && own?.state.terminated?.reason !== 'OOMKilled') {
    const evicted = status.reason === 'Evicted' || condition('DisruptionTarget')?.status === 'True';
    const why = quoted(status.message || condition('DisruptionTarget')?.message || status.reason);
    return evicted
      ? failed(`Kubernetes took it from its node: ${why}`, 'RUNTIME_EVICTED')
      : failed(`its pod failed: ${why}`, 'RUNTIME_NOT_RUNNING');
  }
  const { waiting, terminated } = own?.state ?? {};
  const before = own?.lastState.terminated;
  if (waiting !== undefined) return ofWaiting(waiting, before);
  if (terminated !== undefined) return ofEnd(terminated);
  if (own?.state.running === undefined) return starting('its container is being made');
  const outOfMemory = before?.reason === 'OOMKilled';
  if (!own.ready)
    return outOfMemory
      ? starting('the kernel ended it for want of memory; it comes up again')
      : starting('it is being prepared');
  return outOfMemory ? { ...running, says: 'the kernel ended it before for want of memory' } : running;
}

function withoutPod(set: StatefulSet, events: KubernetesEvent[]): Standing {
  if (set.spec.replicas === 0) return { state: 'parked', says: null, code: null };
  const refused = events.findLast(({ reason, type }) => type === 'Warning' && reason === 'FailedCreate');
  if (refused === undefined) return starting('Kubernetes has not made its pod yet');
  const quota = /exceeded quota|must be less than or equal to|maximum (memory|cpu) usage/i.test(
    refused.message,
  );
  return quota
    ? starting(`the namespace has no room: ${quoted(refused.message)}`, 'RUNTIME_NO_ROOM')
    : failed(`Kubernetes makes no pod: ${quoted(refused.message)}`, 'RUNTIME_NOT_RUNNING');
}

function notScheduled({ reason, message }: { reason: string; message: string }): Standing {
  if (reason !== 'Unschedulable') return starting('Kubernetes has not placed it yet');
  if (/PersistentVolumeClaim|volume node affinity|available persistent volumes/i.test(message))
    return starting(`its volume cannot be had: ${quoted(message)}`, 'RUNTIME_VOLUME');
  return starting(`no node has room: ${quoted(message)}`, 'RUNTIME_NO_ROOM');
}

const imageReasons = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImageInspectError',
  'RegistryUnavailable',
  'SignatureValidationFailed',
]);

function ofWaiting(waiting: { reason: string; message: string }, before: Ended | undefined): Standing {
  const { reason, message } = waiting;
  if (imageReasons.has(reason))
    return failed(`its image cannot be had (${reason}): ${quoted(message || reason)}`, 'RUNTIME_IMAGE');
  if (reason === 'CrashLoopBackOff' && before !== undefined) return ofEnd(before);
  if (/Error$/.test(reason))
    return failed(`its container cannot be made (${reason}): ${quoted(message)}`, 'RUNTIME_NOT_RUNNING');
  return starting(reason === 'PodInitializing' ? 'it is being prepared' : 'its container is being made');
}

interface Ended {
  exitCode: number;
  reason: string;
  message: string;
}

/** Exit 137 alone is not want of memory: whoever kills it leaves the same. */
function ofEnd({ exitCode, reason, message }: Ended): Standing {
  if (reason === 'OOMKilled')
    return failed('the kernel ended it for want of memory', 'RUNTIME_OUT_OF_MEMORY');
  const words = message === '' ? '' : `: ${quoted(message)}`;
  return failed(`its container ended with exit ${exitCode}${words}`, 'RUNTIME_NOT_RUNNING');
}

/** The engine's own words, in our sentence. */
const quoted = (text: string): string => inOneLineOf(text).replace(/\.$/, '');

const mends: Partial<Record<ErrorCode, string>> = {
  RUNTIME_NO_ROOM:
    'It starts when there is room: end other work, add a node or raise the quota. Kubernetes goes on trying.',
  RUNTIME_VOLUME: 'See the claim with `kubectl get pvc` and the storage class that the runtime names.',
  RUNTIME_IMAGE: 'Correct the image of the runtime, or give the namespace the secret by which it is pulled.',
  RUNTIME_EVICTED: 'Kubernetes makes it anew by itself; what was not committed is in its volume.',
  RUNTIME_OUT_OF_MEMORY:
    'It comes up again by itself; give the product more memory (its weight in products.yaml), or its workers less to do at once.',
  RUNTIME_UNREACHABLE:
    'Wait for the node. Only when its machine is surely off: `kubectl delete node` lets Kubernetes make it elsewhere.',
};

export const mendOf = (code: ErrorCode): string =>
  mends[code] ??
  'See `kubectl describe` and `kubectl logs` of its pod; it is tried again with the next start.';
