// Draft, diff, apply, delete and retry a blueprint. Drafting and looking is for anybody; what makes work is for humans.
import type { z } from 'zod';
import { FleetError } from '../../../common/errors.ts';
import type {
  applyRequestSchema,
  BlueprintReply,
  BlueprintView,
  Change,
  draftRequestSchema,
} from '../../../contract/blueprints.ts';
import type { Source } from '../../../contract/source.ts';
import type { KnownStep, Step } from '../../../journal/blueprint/step.ts';
import type { BlueprintRow } from '../../../journal/blueprint/store.ts';
import type { NewEvent } from '../../../journal/events.ts';
import { objectiveEnded } from '../../../journal/objective-facts.ts';
import { kindOf } from '../../../journal/outcomes/kind.ts';
import type { Driver } from '../../context.ts';
import { queuedEvent } from '../accept-text.ts';
import type { Controls } from '../controls.ts';
import { humanOnly } from '../human-only.ts';
import type { Commands } from '../objectives.ts';
import { requireRoom, sizeOf } from '../queue-limits.ts';
import { type Blueprint, blueprintYaml, parseBlueprint } from './parse.ts';
import { planBlueprint, summary } from './plan.ts';
import { appliedView, idsOf, inList, viewOf } from './views.ts';

/** What one may be as a file, too. */
const maxBlueprintCharacters = 262_144;
export type Blueprints = ReturnType<typeof createBlueprints>;

export function createBlueprints(
  loop: Driver,
  commands: Pick<Commands, 'cancel' | 'requireStartable'>,
  controls: Pick<Controls, 'requeue'>,
) {
  const { context } = loop;
  const { journal } = context;
  const store = journal.blueprints;
  const stateOf = (id: string) => journal.objective(id)?.state;

  const parse = (text: string, file: string): Blueprint =>
    parseBlueprint(text, file, {
      products: context.registry.current().products.map(({ name }) => name),
      isObjective: (id) => journal.objective(id) !== null,
    });

  /** What the request names: a text, or a draft by its number. */
  function asked(request: z.infer<typeof applyRequestSchema>): {
    blueprint: Blueprint;
    draft: number | null;
  } {
    if (request.yaml !== undefined)
      return { blueprint: parse(request.yaml, request.file ?? 'the blueprint'), draft: null };
    const n = request.draft ?? 0;
    const draft = store.draft(n);
    if (draft === null)
      throw new FleetError({
        code: 'DRAFT_UNKNOWN',
        message: `Expected the number of a draft, got draft-${n}.`,
        mend: 'List them with `fleet blueprints`.',
      });
    return { blueprint: parse(draft.yaml, `draft-${n}`), draft: n };
  }

  function require(name: string): BlueprintRow {
    const found = store.blueprint(name);
    if (found) return found;
    throw new FleetError({
      code: 'BLUEPRINT_UNKNOWN',
      message: `Expected the name of a blueprint that was applied, got "${name}".`,
      mend: 'List them with `fleet blueprints`.',
    });
  }

  const shown = (row: BlueprintRow): BlueprintView => appliedView(loop, row);

  const drafted = (): BlueprintView[] =>
    store.drafts().flatMap(({ n, yaml, atMs }) => {
      try {
        return [viewOf(loop, parse(yaml, `draft-${n}`), new Map(), { draft: n, atMs })];
      } catch {
        // of a product that has gone since: nobody can apply it any more
        return [];
      }
    });

  function plan(blueprint: Blueprint): { changes: Change[]; known: KnownStep[] } {
    const known = store.blueprint(blueprint.name)?.steps ?? [];
    return { changes: planBlueprint(blueprint.steps, known, stateOf), known };
  }

  function diffOf(blueprint: Blueprint, draft: number | null): BlueprintReply {
    const { changes, known } = plan(blueprint);
    const about = { draft, atMs: context.clock.nowMs() };
    return { blueprint: viewOf(loop, blueprint, idsOf(known), about), changes, applied: false };
  }

  return {
    /** Writes down a plan to be looked at. @throws FleetError BLUEPRINT_INVALID */
    draft(request: z.infer<typeof draftRequestSchema>): BlueprintReply {
      const { source, name, description } = request;
      const steps = request.steps.map(
        (step): Step => ({
          name: step.name,
          product: step.product,
          text: step.objective,
          acceptance: step.acceptance,
          needs: step.needs,
          kind: null,
        }),
      );
      const yaml = blueprintYaml({ name, description, steps });
      if (yaml.length > maxBlueprintCharacters)
        throw new FleetError({
          code: 'TEXT_TOO_LARGE',
          message: `Expected a blueprint of at most ${maxBlueprintCharacters} characters, got ${yaml.length}.`,
          mend: 'Put the long part into a file of the product and name the file.',
        });
      const n = store.nextDraft();
      const blueprint = parse(yaml, `draft-${n}`);
      journal.record({
        kind: 'blueprint.drafted',
        text: `draft-${n}: ${name}, ${steps.length} steps, written down by ${source.sender ?? source.via}. Nothing of it runs until a human applies it.`,
        data: { draft: n, name, yaml, source },
      });
      return diffOf(blueprint, n);
    },

    /** What applying it would change. Changes nothing. @throws FleetError BLUEPRINT_INVALID, DRAFT_UNKNOWN */
    diff(request: z.infer<typeof applyRequestSchema>): BlueprintReply {
      const { blueprint, draft } = asked(request);
      return diffOf(blueprint, draft);
    },

    /**
     * Makes the work so. Idempotent by the names of the blueprint and of its steps: applied again, nothing changes.
     * @throws FleetError BLUEPRINT_INVALID, DRAFT_UNKNOWN, BLUEPRINT_BUSY, HUMAN_ONLY, PRODUCT_NOT_STARTABLE
     */
    apply(request: z.infer<typeof applyRequestSchema>): BlueprintReply {
      const { source } = request;
      humanOnly(source, 'lets a blueprint run', `/fleet apply draft-${request.draft ?? 'n'}`);
      const { blueprint, draft } = asked(request);
      const { name, description, steps } = blueprint;
      const { changes, known } = plan(blueprint);
      const refused = changes.filter(({ action }) => action === 'refuse');
      if (refused.length > 0)
        throw new FleetError({
          code: 'BLUEPRINT_BUSY',
          message: `Expected steps that may be changed, got: ${refused.map(({ step, why }) => `${step}: ${why}`).join('; ')}. Nothing was applied.`,
          mend: `Wait until it is done, or stop it first: \`fleet cancel ${refused[0]?.objective}\`.`,
        });
      const of = new Map(changes.map((change) => [change.step, change]));
      const ids = idsOf(known);
      const events: NewEvent[] = [];
      const cancel = ({ objective, product, step, action }: Change): void => {
        if (objective === null || stateOf(objective) !== 'queued') return;
        const why = `Step ${step} of ${name} was ${action === 'remove' ? 'taken out' : 'changed'} by ${source.sender ?? source.via}.`;
        events.push(objectiveEnded({ product, objective }, 'cancelled', why));
      };
      const waiting = journal.openSize();
      let n = journal.nextObjectiveNumber();
      for (const step of steps) {
        const change = of.get(step.name);
        if (change === undefined || change.action === 'keep') continue;
        if (change.action === 'replace') cancel(change);
        commands.requireStartable(step.product);
        requireRoom(waiting, step.text, step.acceptance);
        waiting.count += 1;
        waiting.bytes += sizeOf(step.text, step.acceptance);
        const id = `obj-${n}`;
        events.push(
          queuedEvent({
            n,
            product: step.product,
            text: step.text,
            acceptance: step.acceptance,
            needs: step.needs.map((need) => ids.get(need) ?? need),
            source,
            idempotencyKey: null,
            kind: step.kind ?? kindOf(step.text),
          }),
        );
        ids.set(step.name, id);
        n += 1;
      }
      for (const change of changes) if (change.action === 'remove') cancel(change);
      const changed = changes.some(({ action }) => action !== 'keep');
      if (changed || draft !== null)
        journal.record(...events, {
          kind: 'blueprint.applied',
          text: `${name}, ${steps.length} steps, applied by ${source.sender ?? source.via}: ${summary(changes)}.`,
          data: {
            name,
            description,
            draft,
            source,
            steps: steps.map((step) => ({ ...step, objective: ids.get(step.name) ?? '' })),
          },
        });
      loop.schedule();
      return { blueprint: shown(require(name)), changes, applied: true };
    },

    /** Forgets it, and cancels what of it waits; what is at work goes on, or is stopped too. */
    delete(name: string, stop: boolean, source: Source): BlueprintView {
      humanOnly(source, 'deletes a blueprint', `/fleet delete ${name}`);
      const { steps } = require(name);
      const why = `Blueprint ${name} was deleted by ${source.sender ?? source.via}.`;
      for (const { objective } of steps.toReversed()) {
        const state = stateOf(objective);
        if (state === 'queued' || (stop && (state === 'starting' || state === 'running')))
          commands.cancel(objective, why, source);
      }
      const was = shown(require(name));
      journal.record({ kind: 'blueprint.deleted', text: why, data: { name, source } });
      return was;
    },

    /** Gives all its failed and cancelled steps another try; what needs them then goes on. */
    retry(name: string, source: Source): BlueprintView {
      const over = require(name).steps.filter(({ objective }) =>
        ['failed', 'cancelled'].includes(stateOf(objective) ?? ''),
      );
      if (over.length === 0)
        throw new FleetError({
          code: 'NOTHING_TO_RETRY',
          message: `Expected a failed or cancelled step of ${name}, got none.`,
          mend: `See its steps: \`fleet blueprints ${name}\`.`,
        });
      for (const { objective } of over) controls.requeue(objective, source);
      return shown(require(name));
    },

    /** Those that were applied, then drafts that were not. */
    list: (): BlueprintView[] => [...store.blueprints().map(shown), ...drafted()].map(inList),

    /** @param name of one that was applied, or `draft-<n>` */
    get(name: string): BlueprintView {
      const draft = /^draft-(\d{1,9})$/.exec(name);
      if (draft === null) {
        const row = require(name);
        return { ...shown(row), yaml: blueprintYaml(row) };
      }
      const { blueprint, draft: n } = asked({
        draft: Number(draft[1]),
        source: { via: 'api', sender: null, thread: null },
      });
      return { ...diffOf(blueprint, n).blueprint, yaml: blueprintYaml(blueprint) };
    },
  };
}
