// Statuses of pods as Kubernetes writes them. Unschedulable and the lost node were seen on a real cluster (1.20, two nodes, one
// cut off); the others are written after its API.
const node = { nodeName: 'node-1' };
const condition = (type: string, status: string, reason?: string, message?: string) => ({
  type,
  status,
  ...(reason && { reason }),
  ...(message && { message }),
});
const scheduled = condition('PodScheduled', 'True');
const ready = [condition('Ready', 'True'), condition('ContainersReady', 'True'), scheduled];
const notReady = [
  condition('Ready', 'False', 'ContainersNotReady'),
  condition('ContainersReady', 'False', 'ContainersNotReady'),
  scheduled,
];
const container = (state: object, more: object = {}) => [
  { name: 'runtime', ready: false, restartCount: 0, image: 'i', imageID: '', state, lastState: {}, ...more },
];
const up = { running: { startedAt: '2026-11-30T17:00:00Z' } };
const waiting = (reason: string, message?: string) => ({ waiting: { reason, ...(message && { message }) } });
const ended = (exitCode: number, reason: string, message?: string) => ({
  terminated: { exitCode, reason, ...(message && { message }) },
});
const pending = (state: object, more: object = {}) => ({
  spec: node,
  status: { phase: 'Pending', conditions: notReady, containerStatuses: container(state, more) },
});

export const digest = `sha256:${'a'.repeat(64)}`;

export const pods = {
  ready: {
    spec: node,
    status: {
      phase: 'Running',
      conditions: ready,
      containerStatuses: container(up, { ready: true, imageID: `registry/fleet@${digest}` }),
    },
  },
  notScheduled: {
    spec: {},
    status: {
      phase: 'Pending',
      conditions: [
        condition(
          'PodScheduled',
          'False',
          'Unschedulable',
          '0/2 nodes are available: 2 Insufficient memory.',
        ),
      ],
    },
  },
  noVolume: {
    spec: {},
    status: {
      phase: 'Pending',
      conditions: [
        condition(
          'PodScheduled',
          'False',
          'Unschedulable',
          '0/2 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.',
        ),
      ],
    },
  },
  gated: {
    spec: {},
    status: { phase: 'Pending', conditions: [condition('PodScheduled', 'False', 'SchedulingGated')] },
  },
  fresh: { spec: {}, status: { phase: 'Pending' } },
  making: pending(waiting('ContainerCreating')),
  pullFails: pending(
    waiting('ErrImagePull', 'failed to pull and unpack image "registry/fleet@sha256:a": not found'),
  ),
  pullWaits: pending(waiting('ImagePullBackOff', 'Back-off pulling image "registry/fleet@sha256:a"')),
  noSecret: pending(waiting('CreateContainerConfigError', 'secret "model-keys" not found')),
  preparing: {
    spec: node,
    status: { phase: 'Running', conditions: notReady, containerStatuses: container(up) },
  },
  crashes: {
    spec: node,
    status: {
      phase: 'Running',
      conditions: notReady,
      containerStatuses: container(waiting('CrashLoopBackOff', 'back-off 10s restarting failed container'), {
        restartCount: 3,
        lastState: ended(1, 'Error', 'Expected products.yaml'),
      }),
    },
  },
  outOfMemory: {
    spec: node,
    status: {
      phase: 'Running',
      conditions: notReady,
      containerStatuses: container(ended(137, 'OOMKilled'), { restartCount: 1 }),
    },
  },
  killed: {
    spec: node,
    status: { phase: 'Running', conditions: notReady, containerStatuses: container(ended(137, 'Error')) },
  },
  upAfterOutOfMemory: {
    spec: node,
    status: {
      phase: 'Running',
      conditions: ready,
      containerStatuses: container(up, { ready: true, restartCount: 1, lastState: ended(137, 'OOMKilled') }),
    },
  },
  evicted: {
    spec: node,
    status: {
      phase: 'Failed',
      reason: 'Evicted',
      message: 'The node was low on resource: memory. Threshold quantity: 100Mi, available: 80Mi.',
    },
  },
  preempted: {
    spec: node,
    status: {
      phase: 'Failed',
      conditions: [
        condition(
          'DisruptionTarget',
          'True',
          'PreemptionByScheduler',
          'default-scheduler: preempting to accommodate a higher priority pod',
        ),
      ],
    },
  },
  nodeLost: {
    spec: node,
    metadata: { deletionTimestamp: '2026-11-30T17:10:00Z' },
    status: {
      phase: 'Running',
      reason: 'NodeLost',
      message: 'Node node-1 which was running pod fleet-shop-0 is unresponsive',
      conditions: [condition('Ready', 'False'), condition('ContainersReady', 'True'), scheduled],
      containerStatuses: container(up, { ready: true }),
    },
  },
  nodeSilent: {
    spec: node,
    status: {
      phase: 'Running',
      conditions: [condition('Ready', 'False'), condition('ContainersReady', 'True'), scheduled],
      containerStatuses: container(up, { ready: true }),
    },
  },
  ending: {
    spec: node,
    metadata: { deletionTimestamp: '2026-11-30T17:10:00Z' },
    status: { phase: 'Running', conditions: ready, containerStatuses: container(up, { ready: true }) },
  },
};
