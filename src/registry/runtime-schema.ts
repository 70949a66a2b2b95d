// The shape of `runtimes:` of products.yaml, and what it means. Absent: one runtime, where fleetd finds it.
import { z } from 'zod';
import type { RuntimeEntry } from './registry.ts';
import { above0, mapping, text, wholeNumber } from './shapes.ts';

/** A petabyte and more is a slip of the keyboard, and would overflow once counted in bytes. */
const mostGb = 1_048_576;
const bytesPerGb = 1_073_741_824;

const namePattern = /^[a-z0-9][a-z0-9-]{0,40}$/;
export const runtimeNameSchema = text(
  namePattern,
  'the name of a runtime: 1 to 41 characters a-z, 0-9 and "-", beginning with a letter or digit',
);
const labelExpected = 'a word of 1 to 41 characters a-z, 0-9 and "-"';
export const labelsSchema = z
  .array(text(namePattern, labelExpected), 'a list of words')
  .max(20, 'at most 20 words');

const hostExpected = 'a host of your OpenSSH config, or user@host';
const dockerExpected = 'tcp://host:port or unix:///path/of/docker.sock';
const word = (expected: string) => text(/^[A-Za-z0-9][A-Za-z0-9._@:/-]{0,300}$/, expected);

/** What the keys of one kind say. A key that belongs to another kind is told by checkRuntimes(). */
export const runtimeSchema = mapping({
  name: runtimeNameSchema,
  kind: z.enum(['local', 'docker', 'ssh', 'kubernetes'], 'local, docker, ssh or kubernetes'),
  /** ssh: as OpenSSH takes it, but never an option. docker: where the engine listens. */
  host: text(/^[^\s\p{Cc}-][^\s\p{Cc}]{0,250}$/u, `${hostExpected}, or ${dockerExpected}`)
    .nullable()
    .default(null),
  /** docker over tcp: folder with ca.pem, cert.pem and key.pem, where fleetd is. */
  certs: text(/^\/[^\p{Cc}]{1,1023}$/u, 'the absolute path of a folder where fleetd is')
    .nullable()
    .default(null),
  /** docker, ssh: the compose project whose runtime it is. */
  project: word('the name of a compose project').nullable().default(null),
  /** product: a container of its own for each. */
  isolation: z.enum(['none', 'product'], 'none or product').default('none'),
  /** kubernetes: of the runtime, by digest. */
  image: word('the name of an image').nullable().default(null),
  context: word('the name of a context of the kubeconfig').nullable().default(null),
  namespace: word('the name of a namespace').nullable().default(null),
  /** Of a Secret whose keys are the workers' environment: never read by fleetd. */
  secret: word('the name of a Secret').nullable().default(null),
  pull_secret: word('the name of a Secret').nullable().default(null),
  storage: text(/^[1-9]\d{0,5}(Mi|Gi|Ti)$/, 'a size such as 20Gi')
    .nullable()
    .default(null),
  storage_class: word('the name of a storage class').nullable().default(null),
  node_labels: z
    .record(
      word('the name of a label'),
      text(/^[A-Za-z0-9._-]{0,63}$/, 'the value of a label'),
      'a mapping of labels',
    )
    .nullable()
    .default(null),
  max_memory_gb: above0('GiB', mostGb).nullable().default(null),
  max_cpu_percent: wholeNumber(100, 'a whole number of percent from 1 to 100').nullable().default(null),
  labels: labelsSchema.default([]),
});
type Written = z.infer<typeof runtimeSchema>;

/** Keys that each kind needs, and those that it may have beside name, kind, labels and limits. */
const keysOf: Record<Written['kind'], { needs: (keyof Written)[]; may: (keyof Written)[] }> = {
  local: { needs: [], may: [] },
  docker: { needs: ['host'], may: ['certs', 'project'] },
  ssh: { needs: ['host'], may: ['project'] },
  kubernetes: {
    needs: ['namespace', 'image'],
    may: ['project', 'context', 'secret', 'pull_secret', 'storage', 'storage_class', 'node_labels'],
  },
};
const ofSomeKind = [
  'host',
  'certs',
  'project',
  'image',
  'context',
  'namespace',
  'secret',
  'pull_secret',
  'storage',
  'storage_class',
  'node_labels',
] as const;

/** What is wrong with one runtime beyond the shape of its keys, by key. */
export function runtimeProblems(one: Written): { key: keyof Written; expected: string; got: string }[] {
  const { needs, may } = keysOf[one.kind];
  const said = `of a runtime of kind ${one.kind}`;
  const problems: ReturnType<typeof runtimeProblems> = [];
  for (const key of ofSomeKind) {
    const given = one[key] !== null;
    if (needs.includes(key) && !given) problems.push({ key, expected: `the ${key} ${said}`, got: 'none' });
    if (given && !needs.includes(key) && !may.includes(key))
      problems.push({ key, expected: `no ${key} ${said}`, got: JSON.stringify(one[key]) });
  }
  if (one.isolation === 'product' && one.kind !== 'docker')
    problems.push({ key: 'isolation', expected: `none ${said}`, got: '"product"' });
  if (one.kind === 'kubernetes' && one.image !== null && !/@sha256:[0-9a-f]{64}$/.test(one.image))
    problems.push({
      key: 'image',
      expected: 'an image by digest: …@sha256:…',
      got: JSON.stringify(one.image),
    });
  if (one.kind === 'docker' && one.host !== null && !/^(tcp:\/\/[^/]+:\d+|unix:\/\/\/.+)$/.test(one.host))
    problems.push({ key: 'host', expected: dockerExpected, got: JSON.stringify(one.host) });
  if (one.kind === 'docker' && one.host?.startsWith('tcp:') && one.certs === null)
    problems.push({
      key: 'certs',
      expected: 'the folder of ca.pem, cert.pem and key.pem for tcp',
      got: 'none',
    });
  if (
    one.kind === 'ssh' &&
    one.host !== null &&
    !/^[\w.:[\]%][\w.:[\]%-]*(@[\w.:[\]%][\w.:[\]%-]*)?$/.test(one.host)
  )
    problems.push({ key: 'host', expected: hostExpected, got: JSON.stringify(one.host) });
  return problems;
}

export const runtimeOf = (one: Written): RuntimeEntry => ({
  name: one.name,
  kind: one.kind,
  host: one.host,
  certs: one.certs,
  project: one.project,
  isolation: one.isolation,
  image: one.image,
  context: one.context,
  namespace: one.namespace,
  secret: one.secret,
  pullSecret: one.pull_secret,
  storage: one.storage ?? '20Gi',
  storageClass: one.storage_class,
  nodeLabels: one.node_labels ?? {},
  maxMemoryBytes: one.max_memory_gb === null ? null : Math.round(one.max_memory_gb * bytesPerGb),
  maxCpuPercent: one.max_cpu_percent,
  labels: one.labels,
});
