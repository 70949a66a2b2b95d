// Before and after all of test/compose: where its shared stack lives, and its end. The first file that asks for the
// stack brings it up (test/support/shared-stack.ts).
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { downKept } from '../support/kept-stack.ts';

export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const keep = process.env.FLEET_KEEP_STACK;
  const folder = keep
    ? join(tmpdir(), `fleet-kept-stack${process.cwd().replaceAll('/', '-')}`)
    : await mkdtemp(join(tmpdir(), 'fleet-compose-'));
  provide('sharedStack', folder);
  return async () => {
    if (keep !== '1') await downKept(folder);
  };
}
