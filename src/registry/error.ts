import { FleetError } from '../common/errors.ts';
import type { RegistryProblem } from './registry.ts';

/** What a message lists; `problems` always holds all of them. */
const listed = 20;

/** One sentence, e.g. `products.yaml line 3, column 15: Expected …, got … (products[0].priority).` */
function describeProblem(problem: RegistryProblem): string {
  const where = problem.path === '' ? '' : ` (${problem.path})`;
  return `${problem.file} line ${problem.line}, column ${problem.column}: Expected ${problem.expected}, got ${problem.got}${where}.`;
}

/** One sentence a line, the first ones of many. */
export function describeProblems(problems: readonly RegistryProblem[]): string {
  const lines = problems.slice(0, listed).map(describeProblem);
  if (problems.length > listed) lines.push(`… and ${problems.length - listed} more.`);
  return lines.join('\n');
}

/** REGISTRY_INVALID: products.yaml was read and is wrong, with everything that is wrong, in file order. */
export class RegistryError extends FleetError {
  readonly problems: readonly RegistryProblem[];

  constructor(file: string, problems: readonly RegistryProblem[]) {
    super({
      code: 'REGISTRY_INVALID',
      message: describeProblems(problems),
      mend: `Correct what is named here in ${file} and save it.`,
    });
    this.problems = problems;
  }
}
