// What a blueprint may say, and where it says something wrong.
import { describe, expect, it, test } from 'vitest';
import { FleetError } from '../../../src/common/errors.ts';
import { blueprintYaml, parseBlueprint } from '../../../src/fleet/commands/blueprint/parse.ts';

const known = { products: ['a', 'b', 'c'], isObjective: (id: string) => id === 'obj-7' };
const parse = (text: string) => parseBlueprint(text, 'plan.yaml', known);

const launch = `blueprint: launch
description: Auth, and the world hears of it.
steps:
  - name: announce
    product: c
    objective: Announce auth
    needs: [ship, docs]
  - name: ship
    product: a
    objective: Ship auth
    needs: [obj-7]
  - name: docs
    product: b
    objective: Write the docs
    acceptance: They name every option.
    kind: write
    needs:
      - ship
`;

test('puts each step after all that it needs, and says the same when written again', () => {
  const blueprint = parse(launch);
  expect(blueprint.steps.map(({ name }) => name)).toEqual(['ship', 'docs', 'announce']);
  expect(blueprint.steps[1]).toMatchObject({ kind: 'write', acceptance: 'They name every option.' });
  expect(parse(blueprintYaml(blueprint))).toEqual(blueprint);
});

describe('refuses, with line and column', () => {
  const step = (name: string, needs: string, product = 'a') =>
    `  - name: ${name}\n    product: ${product}\n    objective: x\n    needs: [${needs}]\n`;
  const plan = (...steps: string[]) => `blueprint: p\nsteps:\n${steps.join('')}`;
  it.each<[string, string, string]>([
    ['syntax', 'blueprint: [\n', 'plan.yaml line 2, column 1: Expected valid YAML'],
    [
      'an empty file',
      '',
      'plan.yaml line 1, column 1: Expected a mapping with the key blueprint, got an empty file.',
    ],
    ['no step', 'blueprint: p\nsteps: []\n', 'line 2, column 8: Expected at least one step'],
    [
      'an unknown key',
      `${plan(step('x', ''))}other: 1\n`,
      'line 7, column 1: Expected one of the keys blueprint, description, steps, got the unknown key "other"',
    ],
    [
      'an unknown product',
      plan(step('x', '', 'z')),
      'line 4, column 14: Expected a product of products.yaml (a, b, c), got "z" (steps[0].product).',
    ],
    [
      'an unknown need',
      plan(step('x', ''), step('y', 'x, w')),
      'line 10, column 16: Expected the name of a step, or the id of an objective, got "w" (steps[1].needs[1]).',
    ],
    ['an unknown objective', plan(step('x', 'obj-8')), 'line 6, column 13: Expected the name of a step'],
    [
      'a name twice',
      plan(step('x', ''), step('x', '')),
      'line 7, column 11: Expected a name of its own for each step, got "x", the name of steps[0]',
    ],
    [
      'a need of itself',
      plan(step('x', 'x')),
      'line 6, column 13: Expected steps that do not need each other, got the cycle x → x',
    ],
    [
      'a circle',
      plan(step('x', 'z'), step('y', 'x'), step('z', 'y')),
      'line 10, column 13: Expected steps that do not need each other, got the cycle x → z → y → x',
    ],
  ])('%s', (_, text, said) => {
    const error = (() => {
      try {
        parse(text);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(FleetError);
    expect(error).toMatchObject({ code: 'BLUEPRINT_INVALID', message: expect.stringContaining(said) });
  });

  it('everything at once, in the order of the file', () => {
    const message = (() => {
      try {
        parse(plan(step('x', 'q', 'z'), step('x', '')));
      } catch (thrown) {
        return (thrown as Error).message;
      }
    })();
    expect(message?.split('\n').map((line) => /line (\d+)/.exec(line)?.[1])).toEqual(['4', '6', '7']);
  });
});
