// The objects that a product is on Kubernetes: a StatefulSet of one with a volume claim, and for all of a fleet one network
// policy. Of what restarts by itself a StatefulSet is what never runs two: a pod whose node is out of reach is not made
// elsewhere. Pure.
import { boundsOf } from './bounds.ts';
import type { NeededPlace } from './engine.ts';
import { placeName } from './place-name.ts';

export interface KubernetesSettings {
  /** of one fleet; becomes a label */
  project: string;
  namespace: string;
  /** of the runtime, by digest: `registry/name@sha256:…` */
  image: string;
  /** name of the Secret whose keys are the workers' environment (ANTHROPIC_API_KEY …); null: none. Never read by fleetd */
  secret: string | null;
  /** name of the Secret by which nodes pull the image; null: none is needed */
  pullSecret: string | null;
  /** of each product's volume, e.g. `20Gi` */
  storage: string;
  /** null: the cluster's default */
  storageClass: string | null;
  /** labels that a node must have; empty: any node */
  nodeLabels: Record<string, string>;
}

export const projectLabel = 'dev.meta-coordinator/project';
export const placeLabel = 'dev.meta-coordinator/place';
/** A product's name as it is; labels take less. */
export const productAnnotation = 'dev.meta-coordinator/product';
export const containerName = 'runtime';

export const nameOf = (product: string): string => `fleet-${placeName(product)}`;
/** Of the one pod of a StatefulSet. */
export const podOf = (product: string): string => `${nameOf(product)}-0`;

/** As in docker-compose.yaml. */
const graceS = 20;
const user = 1000;

/** @param volume  as it was made: what a claim is cannot be changed later */
export function statefulSet(
  settings: KubernetesSettings,
  place: NeededPlace,
  volume: { storage: string; storageClass: string | null } = settings,
): object {
  const name = nameOf(place.product);
  const { reserved, limit } = boundsOf(place);
  const labels = {
    [projectLabel]: placeName(settings.project),
    [placeLabel]: name,
    'app.kubernetes.io/name': 'overstory-runtime',
    'app.kubernetes.io/managed-by': 'fleetd',
  };
  const annotations = { [productAnnotation]: place.product };
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name, namespace: settings.namespace, labels, annotations },
    spec: {
      replicas: 1,
      serviceName: name,
      // A session lives in the pod: a changed template is taken when the pod is made anew, after it was parked.
      updateStrategy: { type: 'OnDelete' },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
      selector: { matchLabels: { [placeLabel]: name } },
      template: {
        metadata: { labels, annotations },
        spec: {
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          // Reaps what workers leave behind: a defunct process would count as alive.
          shareProcessNamespace: true,
          terminationGracePeriodSeconds: graceS,
          // A network that is gone for ten minutes ends no session: the pod stays, and goes on where it was.
          tolerations: ['not-ready', 'unreachable'].map((trouble) => ({
            key: `node.kubernetes.io/${trouble}`,
            operator: 'Exists',
            effect: 'NoExecute',
          })),
          ...(Object.keys(settings.nodeLabels).length > 0 && { nodeSelector: settings.nodeLabels }),
          ...(settings.pullSecret !== null && { imagePullSecrets: [{ name: settings.pullSecret }] }),
          securityContext: {
            runAsNonRoot: true,
            runAsUser: user,
            runAsGroup: user,
            fsGroup: user,
            fsGroupChangePolicy: 'OnRootMismatch',
            seccompProfile: { type: 'RuntimeDefault' },
          },
          containers: [
            {
              name: containerName,
              image: settings.image,
              env: Object.entries(environment).map(([key, value]) => ({ name: key, value })),
              ...(settings.secret !== null && { envFrom: [{ secretRef: { name: settings.secret } }] }),
              resources: { requests: quantities(reserved), limits: quantities(limit) },
              securityContext: {
                allowPrivilegeEscalation: false,
                privileged: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ['ALL'] },
              },
              readinessProbe: {
                exec: { command: ['/opt/fleet/health'] },
                periodSeconds: 5,
                timeoutSeconds: 10,
                failureThreshold: 3,
              },
              volumeMounts: [
                { name: 'work', mountPath: '/workspace', subPath: 'workspace' },
                { name: 'work', mountPath: '/home/overstory', subPath: 'home' },
                { name: 'tmp', mountPath: '/tmp' },
              ],
            },
          ],
          // More than this ends the pod rather than its node's disk.
          volumes: [{ name: 'tmp', emptyDir: { sizeLimit: '10Gi' } }],
        },
      },
      volumeClaimTemplates: [
        {
          metadata: { name: 'work', labels, annotations },
          spec: {
            accessModes: ['ReadWriteOnce'],
            resources: { requests: { storage: volume.storage } },
            ...(volume.storageClass !== null && { storageClassName: volume.storageClass }),
          },
        },
      ],
    },
  };
}

const environment = {
  FLEET_WORKSPACE: '/workspace',
  // The container knows no products.yaml: fleetd says what to make in it.
  FLEET_PRODUCTS: '',
  FLEET_PROJECTS: '',
  HOME: '/home/overstory',
};

const quantities = ({ memoryBytes, cpuCores }: { memoryBytes: number; cpuCores: number }) => ({
  memory: `${memoryBytes / 1024 ** 2}Mi`,
  cpu: `${Math.round(cpuCores * 1000)}m`,
});

/**
 * Products reach names and the internet, and nothing of the cluster, its nodes' metadata or each other. Policies add up: one
 * more of yours opens what your products need besides.
 */
export function networkPolicy({ project, namespace }: KubernetesSettings): object {
  const labels = { [projectLabel]: placeName(project) };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: `fleet-products-${placeName(project)}`, namespace, labels },
    spec: {
      podSelector: { matchLabels: labels },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [],
      egress: [
        { ports: ['UDP', 'TCP'].map((protocol) => ({ protocol, port: 53 })) },
        {
          to: [
            {
              ipBlock: {
                cidr: '0.0.0.0/0',
                except: ['10.0.0.0/8', '100.64.0.0/10', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16'],
              },
            },
            { ipBlock: { cidr: '::/0', except: ['fc00::/7', 'fe80::/10'] } },
          ],
        },
      ],
    },
  };
}
