// project.qualityGates of `.overstory/config.yaml`: what workers run before they say that they are done. Written once,
// when a human lays a product down for another kind of work than code (`fleet init`); gates of their own stay.
import { isMap, parseDocument } from 'yaml';
import { FleetError } from '../common/errors.ts';

/** As overstory has them: all three are needed, none may be empty. */
export interface QualityGate {
  name: string;
  /** run by a shell in the worktree; exit 0 passes */
  command: string;
  description: string;
}

/** What `ov init` writes, or takes where nothing is written: made for code. */
const ofOverstory = /^bun (?:test|run (?:lint|typecheck))$/;

/**
 * @returns the file with these gates; null: it has gates of its own, which stay
 * @throws OV_BAD_CONFIG when it is not a YAML mapping
 */
export function withQualityGates(text: string, gates: readonly QualityGate[]): string | null {
  const document = parseDocument(text);
  if (document.errors.length > 0 || !isMap(document.contents))
    throw new FleetError({
      code: 'OV_BAD_CONFIG',
      message: 'Expected .overstory/config.yaml to be a YAML mapping, got something else.',
      mend: 'Correct the file; `ov doctor` says what is wrong with it.',
    });
  const config: unknown = document.toJS();
  const project =
    typeof config === 'object' && config !== null && 'project' in config ? config.project : null;
  const now =
    typeof project === 'object' && project !== null && 'qualityGates' in project
      ? project.qualityGates
      : null;
  const known = Array.isArray(now)
    ? now.map((gate: { command?: unknown } | null) => String(gate?.command ?? ''))
    : [];
  if (known.some((command) => !ofOverstory.test(command))) return null;
  document.setIn(['project', 'qualityGates'], document.createNode(gates));
  return document.toString();
}
