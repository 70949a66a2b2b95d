// `.overstory/config.local.yaml`: overstory's own place for what one machine wants, on top of config.yaml and
// not in git. What a human wrote there stays, to the comment; what the fleet adds carries its mark, and only
// that is ever changed again. config.yaml is never written.
import { isMap, isScalar, parseDocument } from 'yaml';
import { FleetError } from '../common/errors.ts';

const mark = ' set by the fleet';

export interface LocalLimits {
  /** agents alive at once below the coordinator, leads included; null: the project's own limit */
  maxWorkers: number | null;
  /** null: the one it has, which may be one that was set here before */
  projectName: string | null;
  /** role → model alias of headless workers, see models.ts */
  models: Record<string, string>;
}

/**
 * @param text  the file now; null: there is none
 * @returns the file as it should be; null: nothing to write
 * @throws OV_BAD_CONFIG when it is not a YAML mapping: it is a human's, so it is not overwritten
 */
export function withFleetSettings(
  text: string | null,
  { maxWorkers, models, projectName }: LocalLimits,
): string | null {
  const document = parseDocument(text ?? '');
  if (document.errors.length > 0 || (document.contents !== null && !isMap(document.contents)))
    throw new FleetError({
      code: 'OV_BAD_CONFIG',
      message: `Expected .overstory/config.local.yaml to be a YAML mapping, got ${document.errors[0]?.message.split('\n')[0] ?? 'something else'}.`,
      mend: 'Correct the file, or delete it: the fleet writes its own settings anew.',
    });
  let changed = false;
  function set(path: string[], value: number | boolean | string | null): void {
    const now = document.getIn(path, true);
    if (now !== undefined && !(isScalar(now) && now.comment === mark)) return;
    if ((isScalar(now) ? now.value : null) === value) return;
    changed = true;
    if (value === null) {
      document.deleteIn(path);
      return;
    }
    const node = document.createNode(value);
    if (isScalar(node)) node.comment = mark;
    document.setIn(path, node);
  }
  // `ov sling` counts every active row, the coordinator's own too (0.9.4 to 0.11.0: store.getActive()).
  set(['agents', 'maxConcurrent'], maxWorkers === null ? null : maxWorkers + 1);
  // On by default, whatever a `claude` on PATH prints for a conflict becomes the file, with success (0.10.3, 0.11.0).
  set(['merge', 'aiResolveEnabled'], false);
  set(['merge', 'reimagineEnabled'], false);
  // Off by default: without one of them check-complete says "not complete" for ever.
  set(['coordinator', 'exitTriggers', 'allAgentsDone'], true);
  if (projectName !== null) set(['project', 'name'], projectName);
  const said = document.get('models');
  const known = isMap(said) ? said.items.map(({ key }) => String(isScalar(key) ? key.value : key)) : [];
  for (const role of new Set([...known, ...Object.keys(models)])) set(['models', role], models[role] ?? null);
  return changed ? document.toString() : null;
}
