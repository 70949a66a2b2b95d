// `npm run test:kubernetes`: products as pods of the cluster that KUBECONFIG names. Without it: says what to set, runs nothing,
// exits 0. `-- --containerd`: the stream to a pod over the real kubectl and a containerd of its own on this machine.
import { spawnSync } from 'node:child_process';

const [only] = process.argv.slice(2);
const { KUBECONFIG, FLEET_TEST_IMAGE } = process.env;
const test = (file: string) => {
  const words = ['bin/node24.mjs', 'vitest', 'run', '--project', 'clusters', file];
  process.exitCode = spawnSync(process.execPath, words, { stdio: 'inherit' }).status ?? 1;
};
if (only === '--containerd') test('test/kubernetes/containerd.test.ts');
else if (KUBECONFIG && FLEET_TEST_IMAGE) test('test/kubernetes/cluster.test.ts');
else
  console.log(
    [
      'Nothing was run. Set:',
      '  KUBECONFIG            a kubeconfig whose current context may make pods',
      '  FLEET_TEST_IMAGE      the image overstory-runtime, built with OVERSTORY=sim, by digest: registry/name@sha256:…',
      '  FLEET_TEST_NAMESPACE  a namespace that is there, for this alone (default: fleet-test)',
      'What it makes there it removes again, with its volumes. Or give `-- --containerd`: needs root, Docker, containerd, kubectl.',
    ].join('\n'),
  );
