// products.yaml names an engine of one place for each product: it is made when it is first asked, and what is wrong with it is
// said by that runtime alone.
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { channelsOf, enginesOf } from '../../../src/fleetd/channels.ts';
import { parseRegistry } from '../../../src/registry/index.ts';

const log = pino({ level: 'silent' });
const entryOf = (line: string) => {
  const text = `runtimes:\n  - { name: box, ${line} }\nproducts: []\n`;
  const [entry] = parseRegistry(text, { file: 'products.yaml', workspaceRoot: '/workspace' }).runtimes ?? [];
  if (entry === undefined) throw new Error('Expected a runtime, got none');
  return entry;
};
const engineOf = (line: string) => enginesOf('fleet', log)(entryOf(line));

it('of Kubernetes and of Docker with isolation, and of no other', () => {
  const digest = `registry.example/runtime@sha256:${'a'.repeat(64)}`;
  expect(engineOf(`kind: kubernetes, namespace: agents, image: "${digest}"`)?.description).toMatch(/agents/);
  expect(
    engineOf('kind: docker, host: "unix:///var/run/docker.sock", isolation: product')?.description,
  ).toMatch(/docker\.sock/);
  expect(engineOf('kind: docker, host: "unix:///var/run/docker.sock"')).toBe(null);
  expect(engineOf('kind: ssh, host: box')).toBe(null);
  expect(channelsOf('fleet', log)(entryOf('kind: ssh, host: box')).description).toMatch(/ssh to box/);
});

it('with certificates that cannot be read is out of reach, and says which file', async () => {
  const engine = engineOf('kind: docker, host: "tcp://box:2376", certs: /nowhere, isolation: product');
  await expect(engine?.list()).rejects.toMatchObject({ code: 'ENGINE_CERTS_UNREADABLE' });
  expect(await engine?.doctor()).toMatchObject([
    { state: 'failed', says: expect.stringContaining('/nowhere') },
  ]);
  await expect(engine?.channel('shop').open()).rejects.toMatchObject({ code: 'ENGINE_CERTS_UNREADABLE' });
});
