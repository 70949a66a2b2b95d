// The text of a blueprint → its steps, or everything that is wrong with it, each with line and column.
import { z } from 'zod';
import { FleetError } from '../../../common/errors.ts';
import type { Step } from '../../../journal/blueprint/step.ts';
import { describeProblems, RegistryError } from '../../../registry/error.ts';
import { problemsOf } from '../../../registry/parse.ts';
import type { RegistryProblem } from '../../../registry/registry.ts';
import { writeYaml } from '../../../registry/render.ts';
import { nameSchema, objectiveTextSchema } from '../../../registry/schema.ts';
import { mapping } from '../../../registry/shapes.ts';
import { openYaml, show, type YamlSource } from '../../../registry/source.ts';
import { findCycle } from '../../../scheduler/index.ts';

export interface Blueprint {
  name: string;
  description: string | null;
  /** each after all that it needs */
  steps: Step[];
}

const objectiveId = /^obj-\d{1,9}$/;
const needSchema = z
  .string('the name of a step, or the id of an objective')
  .regex(/^[a-z0-9][a-z0-9-]{0,40}$/, 'the name of a step, or the id of an objective');

const blueprintSchema = mapping({
  blueprint: nameSchema,
  description: z.string('text').max(2000, 'text of at most 2000 characters').nullable().default(null),
  steps: z
    .array(
      mapping({
        name: nameSchema,
        product: nameSchema,
        objective: objectiveTextSchema,
        acceptance: objectiveTextSchema.nullable().default(null),
        needs: z.array(needSchema, 'a list of names').max(100, 'at most 100 needs').default([]),
        kind: z
          .string('one word')
          .regex(/^[a-z][a-z0-9-]{0,30}$/, 'one word of a-z')
          .nullable()
          .default(null),
      }),
      'a list of steps',
    )
    .min(1, 'at least one step')
    .max(200, 'at most 200 steps'),
});

/** The steps as a file that says the same. */
export function blueprintYaml({ name, description, steps }: Blueprint): string {
  return writeYaml({
    blueprint: name,
    ...(description !== null && { description }),
    steps: steps.map(({ text, acceptance, kind, needs, ...step }) => ({
      ...step,
      objective: text,
      ...(acceptance !== null && { acceptance }),
      ...(needs.length > 0 && { needs }),
      ...(kind !== null && { kind }),
    })),
  });
}

/**
 * @param file  named in problems
 * @param known products of products.yaml, and whether an id is that of an objective
 * @throws FleetError BLUEPRINT_INVALID with every problem, in the order of the file
 */
export function parseBlueprint(
  text: string,
  file: string,
  known: { products: readonly string[]; isObjective(id: string): boolean },
): Blueprint {
  let source: YamlSource;
  try {
    source = openYaml(Buffer.from(text), file, 'blueprint');
  } catch (error) {
    if (error instanceof RegistryError) throw invalid(file, error.problems);
    throw error;
  }
  const checked = blueprintSchema.safeParse(source.value, { reportInput: true });
  const problems = [
    ...source.problems,
    ...(checked.error?.issues ?? []).flatMap((issue) => problemsOf(issue, source)),
    ...(checked.data ? betweenSteps(checked.data.steps, source, known) : []),
  ];
  if (problems.length > 0 || !checked.data)
    throw invalid(
      file,
      problems.sort((a, b) => a.line - b.line || a.column - b.column),
    );
  const { blueprint, description, steps } = checked.data;
  return {
    name: blueprint,
    description,
    steps: inOrder(steps.map(({ objective, ...step }) => ({ ...step, text: objective }))),
  };
}

function betweenSteps(
  steps: readonly { name: string; product: string; needs: string[] }[],
  source: YamlSource,
  known: { products: readonly string[]; isObjective(id: string): boolean },
): RegistryProblem[] {
  const problems: RegistryProblem[] = [];
  const first = new Map<string, number>();
  for (const [index, { name, product }] of steps.entries()) {
    const at = (key: string) => ['steps', index, key];
    if (first.has(name))
      problems.push(
        source.problem(
          at('name'),
          'a name of its own for each step',
          `${show(name)}, the name of steps[${first.get(name)}]`,
        ),
      );
    else if (objectiveId.test(name))
      problems.push(source.problem(at('name'), 'a name that is no objective’s id', show(name)));
    else first.set(name, index);
    if (!known.products.includes(product))
      problems.push(
        source.problem(
          at('product'),
          `a product of products.yaml (${known.products.slice(0, 20).join(', ') || 'it has none'})`,
          show(product),
        ),
      );
  }
  for (const [index, { needs }] of steps.entries())
    for (const [place, need] of needs.entries())
      if (!first.has(need) && !(objectiveId.test(need) && known.isObjective(need)))
        problems.push(
          source.problem(
            ['steps', index, 'needs', place],
            'the name of a step, or the id of an objective',
            show(need),
          ),
        );
  const cycle = findCycle(steps.map(({ name, needs }) => ({ id: name, needs })));
  if (cycle) {
    // the place that closes the circle: the last step's need of the first
    const [from, to] = [cycle.at(-2), cycle.at(-1)];
    const index = steps.findIndex(({ name }) => name === from);
    const place = steps[index]?.needs.indexOf(to ?? '') ?? 0;
    problems.push(
      source.problem(
        ['steps', index, 'needs', place],
        'steps that do not need each other',
        `the cycle ${cycle.join(' → ')}`,
      ),
    );
  }
  return problems;
}

/** Each after all that it needs; otherwise as they stand in the file. There is no cycle. */
function inOrder(steps: readonly Step[]): Step[] {
  const byName = new Map(steps.map((step) => [step.name, step]));
  const placed = new Set<Step>();
  const place = (step: Step): void => {
    if (placed.has(step)) return;
    for (const need of step.needs) {
      const needed = byName.get(need);
      if (needed) place(needed);
    }
    placed.add(step);
  };
  for (const step of steps) place(step);
  return [...placed];
}

function invalid(file: string, problems: readonly RegistryProblem[]): FleetError {
  return new FleetError({
    code: 'BLUEPRINT_INVALID',
    message: describeProblems(problems),
    mend: `Correct what is named here in ${file}.`,
  });
}
