// `fleet init`: lays a product down for marketing or support, in overstory's own files. Safe to repeat: what is between
// the marks is written anew, all else of a file stays as it is. Nothing is committed: a human reads it first.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MaintenanceReply } from '../../../../contract/runtime/maintenance.ts';
import { ovFailure } from '../../../../overstory/errors.ts';
import { withQualityGates } from '../../../../overstory/quality-gates.ts';
import { initialised } from '../../find.ts';
import type { Place } from '../place.ts';
import { kinds } from './kinds.ts';

const open = (type: string) => `<!-- fleet init: ${type} -->`;
const close = '<!-- end of fleet init -->';

/** @throws FleetError OV_NOT_INITIALISED, OV_BAD_CONFIG */
export async function layDown(
  { folder }: Pick<Place, 'folder'>,
  type: keyof typeof kinds,
): Promise<MaintenanceReply> {
  if (!(await initialised(folder)))
    throw ovFailure(`'${folder}' is not an overstory project (missing .overstory/config.yaml).`);
  const kind = kinds[type];
  const done: string[] = [];
  const left: string[] = [];
  const write = async (path: string, text: string): Promise<void> => {
    const before = await readFile(join(folder, path), 'utf8').catch(() => null);
    if (before === text) return;
    await writeFile(join(folder, path), text);
    done.push(path);
  };
  await mkdir(join(folder, '.overstory/agent-defs'), { recursive: true });
  for (const [agent, section] of Object.entries(kind.agents)) {
    const path = `.overstory/agent-defs/${agent}.md`;
    const now = await readFile(join(folder, path), 'utf8').catch(() => '');
    await write(path, withSection(now, type, section));
  }
  const config = '.overstory/config.yaml';
  const gated = withQualityGates(await readFile(join(folder, config), 'utf8'), kind.gates);
  if (gated === null) left.push(`${config} has quality gates of its own: they stay`);
  else await write(config, gated);
  await mkdir(join(folder, '.overstory/specs'), { recursive: true });
  await write(
    `.overstory/specs/sample-${type}.md`,
    `# A first objective\n\n${kind.sample.objective}\n\n## Acceptance\n\n${kind.sample.acceptance}\n`,
  );
  await mkdir(join(folder, kind.folder), { recursive: true });
  const readme = `${kind.folder}/README.md`;
  if ((await readFile(join(folder, readme), 'utf8').catch(() => null)) === null)
    await write(
      readme,
      `# ${kind.folder}\n\nOne text a file. What its fields are: .overstory/agent-defs/builder.md.\n`,
    );
  return { done, left };
}

/** The file with this section at its end, in the place of an earlier one. */
function withSection(text: string, type: string, section: string): string {
  const at = text.indexOf('<!-- fleet init:');
  const end = text.indexOf(close);
  const own = at === -1 ? text : text.slice(0, at) + (end === -1 ? '' : text.slice(end + close.length));
  return `${own.trimEnd()}\n\n${open(type)}\n\n## ${type}-work\n\n${section}\n\n${close}\n`.trimStart();
}
