// `fleet doctor`, of a cluster: whether it is new enough, and whether fleetd may do what it has to.
import { z } from 'zod';
import type { Finding } from '../../contract/doctor.ts';
import type { EnginePlace } from './engine.ts';
import type { Kubectl } from './kubectl.ts';
import { mendOf } from './kubernetes-reasons.ts';

const ofEngine = { check: 'engine', product: null };
/** The first that keeps volumes of a StatefulSet by a field of it, and takes the objects as they are written. */
const oldest = 27;

export async function versionFinding(kubectl: Kubectl): Promise<Finding> {
  const said = JSON.parse(await kubectl.run(['version', '--output=json']));
  const { gitVersion = 'of no version', minor = '' } = said.serverVersion ?? {};
  const says = `Kubernetes ${gitVersion}, kubectl ${said.clientVersion?.gitVersion}`;
  const number = Number.parseInt(minor, 10);
  if (number >= oldest) return { ...ofEngine, state: 'ok', says, mend: null };
  return { ...ofEngine, state: 'warning', says, mend: `It was made for Kubernetes 1.${oldest} and newer.` };
}

/** What fleetd does there, as the role of deploy/kubernetes/ allows it. */
const needed = [
  { group: 'apps', resource: 'statefulsets', verbs: ['get', 'list', 'create', 'patch'] },
  { group: 'networking.k8s.io', resource: 'networkpolicies', verbs: ['get', 'create', 'patch'] },
  { group: '', resource: 'pods', verbs: ['get', 'list', 'delete'] },
  { group: '', resource: 'pods', subresource: 'exec', verbs: ['get', 'create'] },
  { group: '', resource: 'events', verbs: ['list'] },
] as const;

const answerSchema = z.object({ status: z.object({ allowed: z.boolean().default(false) }) });

export async function rightsFinding(kubectl: Kubectl, namespace: string): Promise<Finding> {
  const asked = needed.flatMap(({ verbs, ...what }) => verbs.map((verb) => ({ ...what, verb, namespace })));
  const items = asked.map((resourceAttributes) => ({
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes },
  }));
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  const said = await kubectl.run(['create', '--validate=false', '--output=json', '--filename=-'], { input });
  // One object behind the other.
  const answers = said.split(/(?<=^\})\s*^(?=\{)/m).map((one) => answerSchema.parse(JSON.parse(one)));
  const missing = asked.flatMap(({ verb, resource, ...of }, at) =>
    answers[at]?.status.allowed
      ? []
      : [`${verb} ${resource}${'subresource' in of ? `/${of.subresource}` : ''}`],
  );
  if (missing.length === 0)
    return { ...ofEngine, state: 'ok', says: 'fleetd may do there what it has to', mend: null };
  return {
    ...ofEngine,
    state: 'failed',
    says: `fleetd may not: ${missing.join(', ')}`,
    mend: 'Give it the role of deploy/kubernetes/ in this namespace.',
  };
}

/** Of one place that needs a word. */
export function placeFinding({ product, state, says }: EnginePlace): Finding[] {
  if (says === null || state === 'parked') return [];
  const common = { check: 'container', product, says };
  const bad = state === 'failed' || state === 'unknown';
  return [{ ...common, state: bad ? 'failed' : 'warning', mend: mendOf('RUNTIME_NOT_RUNNING') }];
}
