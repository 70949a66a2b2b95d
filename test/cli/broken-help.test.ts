// Every program of ours says in a code and a sentence that its output could not be written, not `fleet` alone.
import { execa } from 'execa';
import { expect, it } from 'vitest';

const programs: [name: string, file: string, ...words: string[]][] = [
  ['fleetd --help', 'fleetd/main.ts', '--help'],
  ['fleetd --version', 'fleetd/main.ts', '--version'],
  ['npm start -- --help', 'trial/main.ts', '--help'],
  ['prepare', 'runtime/bootstrap/main.ts'],
];
it.each(programs)('%s, where the output is full', async (_, file, ...words) => {
  const program = [process.execPath, '--import', 'tsx', `src/${file}`, ...words];
  const ran = await execa('/bin/sh', ['-c', 'exec "$0" "$@" > /dev/full', ...program], {
    env: { FLEET_PRODUCTS: '/nowhere/products.yaml' },
    reject: false,
  });
  expect(ran.stderr).toMatch(/^OUTPUT_FAILED: Expected to write .*ENOSPC.* Mend: Make room .*$/);
  expect(ran.exitCode).toBe(5);
});

it('a reader that has seen enough ends the help without a word', async () => {
  const ran = await execa('/bin/sh', [
    '-c',
    `"${process.execPath}" --import tsx src/fleetd/main.ts --help | true`,
  ]);
  expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
});
