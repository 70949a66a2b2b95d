// Whether a program is on the PATH of the tests.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export const installed = (name: string): boolean =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, name)));
