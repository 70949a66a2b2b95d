// Acts on work that comes again, and on blueprints.
import { FleetError } from '../common/errors.ts';
import type { RecurringView } from '../contract/recurring.ts';
import { nextRuns } from '../text/recurring.ts';
import { line } from '../text/sanitise.ts';
import { type Act, field, type Note, type Said, source, started } from './act.ts';
import { blueprintHref } from './pages/hrefs.ts';

export const plannedActs: Record<string, Act> = {
  every: async (client, said) => {
    const name = field(said, 'name').trim().toLowerCase() || null;
    const replace = said.replace === 'true';
    const before = replace ? (await client.recurring()).find((one) => one.name === name) : undefined;
    const set = await client.every({
      product: field(said, 'product'),
      every: field(said, 'every'),
      timeZone: field(said, 'timeZone').trim() || 'UTC',
      missed: said.missed === 'skip' ? 'skip' : 'once',
      text: field(said, 'text'),
      acceptance: field(said, 'acceptance').trim() || null,
      name,
      replace,
      source,
    });
    // One that was paused when it was ended comes back paused.
    if (said.paused === 'true') await client.pauseRecurring(set.name, { source });
    const undo: Said = before
      ? { ...wordsOf(before), replace: 'true' }
      : { act: 'delete-recurring', name: set.name };
    return {
      text: [
        `${set.name} on ${set.product} ${before ? 'is changed' : 'recurs from now on'}: ${nextRuns(set)}.`,
        ...(set.cautions ?? []),
      ]
        .map((part) => line(part))
        .join(' '),
      undo,
    };
  },
  'pause-recurring': async (client, said) => {
    const { name, product } = await client.pauseRecurring(field(said, 'name'), { source });
    return { text: `${name} on ${product} is paused.`, undo: { act: 'resume-recurring', name } };
  },
  'resume-recurring': async (client, said) => {
    const set = await client.resumeRecurring(field(said, 'name'), { source });
    const { name, product } = set;
    return {
      text: `${name} on ${product} goes on: ${nextRuns(set)}.`,
      undo: { act: 'pause-recurring', name },
    };
  },
  'run-recurring': async (client, said) =>
    started(await client.runRecurring(field(said, 'name'), { source })),
  'delete-recurring': async (client, said) => {
    const was = await client.deleteRecurring(field(said, 'name'), { source });
    const undo: Said = { ...wordsOf(was), ...(was.paused && { paused: 'true' }) };
    return { text: `${was.name} on ${was.product} does not recur any more.`, undo };
  },
  'apply-blueprint': async (client, said) => {
    const request = { ...textOf(said), source };
    const { name } = (await client.diffBlueprint(request)).blueprint;
    const before = await client.blueprint(name).catch((thrown) => {
      const error = FleetError.wrap(thrown);
      if (error.class !== 'not-found') throw error;
      return null;
    });
    const { blueprint, changes } = await client.applyBlueprint(request);
    const changed = changes.filter(({ action }) => action !== 'keep').length;
    return {
      text:
        changed === 0
          ? `${blueprint.name} is applied as it stands: nothing changed.`
          : `${blueprint.name} is applied: ${changed} of ${blueprint.steps.length} steps changed.`,
      href: blueprintHref(blueprint),
      ...(changed > 0 && { undo: takenBack(name, before?.yaml) }),
    };
  },
  'retry-blueprint': async (client, said) => {
    const { name } = await client.retryBlueprint(field(said, 'blueprint'), { source });
    return { text: `What failed or was cancelled of ${name} is tried again.` };
  },
  'delete-blueprint': async (client, said) => {
    const stop = said.stop === 'true';
    const { name } = await client.deleteBlueprint(field(said, 'blueprint'), { stop, source });
    return {
      text: `${name} is forgotten, and what of it waited is cancelled.${stop ? ' What was at work is being stopped.' : ''}`,
      href: '/blueprints',
    };
  },
};

/** The text of a form, or the number of a draft. */
export const textOf = (said: Said): { yaml: string } | { draft: number } =>
  said.draft ? { draft: Number(said.draft) } : { yaml: field(said, 'yaml').replaceAll('\r\n', '\n') };

/** To what it was before; a blueprint that was not there before is taken away. */
const takenBack = (name: string, yaml: string | undefined): Note['undo'] =>
  yaml === undefined ? { act: 'delete-blueprint', blueprint: name } : { act: 'apply-blueprint', yaml };

/** What sets it up again as it was. */
const wordsOf = ({ name, product, every, timeZone, missed, objective, acceptance }: RecurringView): Said => ({
  act: 'every',
  name,
  product,
  every,
  timeZone,
  missed,
  text: objective,
  acceptance: acceptance ?? '',
});
