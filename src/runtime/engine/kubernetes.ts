// Kubernetes as the engine: its scheduler places; we ask, wait, and say what it says.
import { z } from 'zod';
import { type Clock, sleep, systemClock } from '../../common/clock.ts';
import { FleetError } from '../../common/errors.ts';
import { count } from '../../common/units.ts';
import type { Finding } from '../../contract/doctor.ts';
import type { Engine, EnginePlace, NeededPlace } from './engine.ts';
import { type KubectlOptions, kubectl } from './kubectl.ts';
import { kubernetesChannel } from './kubernetes-channel.ts';
import { placeFinding, rightsFinding, versionFinding } from './kubernetes-doctor.ts';
import { gone, notEnded, notUp, placeTaken, requireDigest } from './kubernetes-faults.ts';
import {
  type KubernetesSettings,
  nameOf,
  networkPolicy,
  placeLabel,
  podOf,
  productAnnotation,
  projectLabel,
  statefulSet,
} from './kubernetes-objects.ts';
import { type Standing, standingOf } from './kubernetes-reasons.ts';
import {
  eventSchema,
  type KubernetesEvent,
  listOf,
  type Pod,
  podSchema,
  type StatefulSet,
  statefulSetSchema,
} from './kubernetes-shapes.ts';
import { placeName } from './place-name.ts';

export interface KubernetesEngineOptions extends KubernetesSettings, Omit<KubectlOptions, 'namespace'> {
  /** fleet-agent in a pod; default: where containers/Dockerfile puts it */
  argv?: [string, ...string[]];
  /** One line of an agent's stderr. */
  onLog?: (line: string) => void;
  clock?: Clock;
  tuning?: Partial<typeof tuning>;
}

const tuning = {
  lookEveryMs: 1_500,
  /** A first image may be a gigabyte, on a slow line. */
  readyMs: 600_000,
  /** What the engine says may pass: a volume that is being made, a pull that is tried again. Longer, and it is told. */
  patienceMs: 15_000,
  /** A worker's 20 s, and what the node needs on top. */
  endMs: 60_000,
};

/** @throws FleetError RUNTIME_IMAGE: no digest */
export function kubernetesEngine(options: KubernetesEngineOptions): Engine {
  const { context, namespace, clock = systemClock } = options;
  const { lookEveryMs, readyMs, patienceMs, endMs } = { ...tuning, ...options.tuning };
  const ctl = kubectl(options);
  const description = `kubernetes ${context === null ? '' : `context ${context}, `}namespace ${namespace}`;
  const project = placeName(options.project);
  requireDigest(options.image);
  /** What is being made, by product: who asks again waits for the same. */
  const making = new Map<string, Promise<void>>();

  async function get<S extends z.ZodType>(schema: S, ...what: string[]): Promise<z.output<S> | null> {
    const text = await ctl.run(['get', ...what, '--ignore-not-found', '--output=json']);
    return text.trim() === '' ? null : read(schema, text);
  }
  const setOf = (product: string) => get(statefulSetSchema, 'statefulset', nameOf(product));
  const podAt = (product: string) => get(podSchema, 'pod', podOf(product));

  async function eventsOf(product: string): Promise<KubernetesEvent[]> {
    const selector = `--field-selector=involvedObject.name=${nameOf(product)},involvedObject.kind=StatefulSet`;
    const found = await get(listOf(eventSchema), 'events', selector);
    return (found?.items ?? []).sort((a, b) => (a.lastTimestamp < b.lastTimestamp ? -1 : 1));
  }

  async function stands(product: string): Promise<{ set: StatefulSet; pod: Pod | null; standing: Standing }> {
    const [set, pod] = await Promise.all([setOf(product), podAt(product)]);
    if (set === null) throw gone(product);
    const events = pod === null ? await eventsOf(product) : [];
    return { set, pod, standing: standingOf(set, pod, events) };
  }

  async function make(place: NeededPlace): Promise<void> {
    const { product } = place;
    const there = await setOf(product);
    if (there !== null) requireOwn(product, there);
    const claim = there?.spec.volumeClaimTemplates[0]?.spec;
    const volume = claim && {
      storage: claim.resources.requests.storage,
      storageClass: claim.storageClassName ?? null,
    };
    const items = [networkPolicy(options), statefulSet(options, place, volume)];
    const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
    // Its whole schema would be loaded to validate it here first: the API does so itself.
    const how = ['--server-side', '--field-manager=fleetd', '--force-conflicts', '--validate=false'];
    await ctl.run(['apply', ...how, '--filename=-'], { input });
    await ready(product);
  }

  async function ready(product: string): Promise<void> {
    const sinceMs = clock.nowMs();
    let replaced = false;
    for (;;) {
      const { set, pod, standing } = await stands(product);
      if (standing.state === 'running') return;
      const waitedMs = clock.nowMs() - sinceMs;
      const code = standing.code ?? (waitedMs > readyMs ? 'RUNTIME_NOT_RUNNING' : null);
      if (!replaced && pod !== null && isStale(set, pod, standing)) {
        replaced = true;
        await ctl.run(['delete', 'pod', podOf(product), '--wait=false', '--ignore-not-found']);
      } else if (code !== null && waitedMs > patienceMs) {
        throw notUp(product, description, code, standing);
      }
      await sleep(clock, lookEveryMs);
    }
  }

  async function list(): Promise<EnginePlace[]> {
    const selector = `--selector=${projectLabel}=${project},${placeLabel}`;
    const [sets, pods] = await Promise.all([
      get(listOf(statefulSetSchema), 'statefulsets', selector),
      get(listOf(podSchema), 'pods', selector),
    ]);
    const byName = new Map((pods?.items ?? []).map((pod) => [pod.metadata.name, pod]));
    const places = (sets?.items ?? []).map((set) => {
      const pod = byName.get(`${set.metadata.name}-0`) ?? null;
      const { state, says } = standingOf(set, pod);
      return {
        product: set.metadata.annotations[productAnnotation] ?? set.metadata.name,
        state,
        says,
        node: pod?.spec.nodeName ?? null,
        imageDigest: /sha256:[0-9a-f]{64}/.exec(pod?.status.containerStatuses[0]?.imageID ?? '')?.[0] ?? null,
      };
    });
    return places.sort((a, b) => (a.product < b.product ? -1 : 1));
  }

  function requireOwn(product: string, { metadata }: StatefulSet): void {
    const theirs = metadata.labels[projectLabel];
    if (theirs !== project || metadata.annotations[productAnnotation] !== product)
      throw placeTaken(product, metadata.name, namespace, theirs ?? 'somebody else');
  }

  return {
    description,
    ensure(place) {
      const running = making.get(place.product);
      if (running !== undefined) return running;
      const made = make(place).finally(() => making.delete(place.product));
      making.set(place.product, made);
      return made;
    },
    channel: (product) =>
      kubernetesChannel({
        kubectl: ctl,
        pod: podOf(product),
        description: `kubectl exec into ${podOf(product)}, ${description}`,
        ...(options.argv && { argv: options.argv }),
        ...(options.onLog && { onLog: options.onLog }),
      }),
    list,
    async park(product) {
      const set = await setOf(product);
      if (set === null) return;
      requireOwn(product, set);
      await ctl.run(['patch', 'statefulset', nameOf(product), '--patch={"spec":{"replicas":0}}']);
      const sinceMs = clock.nowMs();
      for (;;) {
        const pod = await podAt(product);
        if (pod === null) return;
        if (clock.nowMs() - sinceMs > endMs) throw notEnded(product, standingOf(set, pod), pod);
        await sleep(clock, lookEveryMs);
      }
    },
    async doctor(): Promise<Finding[]> {
      try {
        const [version, rights, places] = await Promise.all([
          versionFinding(ctl),
          rightsFinding(ctl, namespace),
          list(),
        ]);
        const all = { check: 'engine', product: null, mend: null, state: 'ok' as const };
        const says = `${description}: ${count(places.length, 'product')}`;
        return [version, rights, { ...all, says }, ...places.flatMap(placeFinding)];
      } catch (thrown) {
        const { code, message, mend } = FleetError.wrap(thrown);
        return [{ check: 'engine', product: null, state: 'failed', says: `${code}: ${message}`, mend }];
      }
    },
  };
}

/** A pod that never came up does not take a new template by itself: by now it may have room, or its image. */
function isStale(set: StatefulSet, pod: Pod, { state }: Standing): boolean {
  if (state === 'unknown' || pod.metadata.deletionTimestamp !== undefined) return false;
  const started = pod.status.containerStatuses.some((one) => one.state.running !== undefined);
  const revision = pod.metadata.labels['controller-revision-hash'];
  return !started && set.status.updateRevision !== undefined && revision !== set.status.updateRevision;
}

function read<S extends z.ZodType>(schema: S, text: string): z.output<S> {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new FleetError({
      code: 'RUNTIME_UNREACHABLE',
      message: `Expected objects of Kubernetes from kubectl, got something else (${cause instanceof z.ZodError ? cause.issues[0]?.message : 'no JSON'}).`,
      mend: 'See whether kubectl on PATH is one, of a version near to that of the cluster.',
      cause,
    });
  }
}
