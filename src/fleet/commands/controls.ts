// Live control by a human, or by the model on a human's word: each is one transaction, laid over products.yaml in
// the journal (overrides.ts), and taken back by `undo`.
import { isDeepStrictEqual } from 'node:util';
import { FleetError } from '../../common/errors.ts';
import type { ControlReply } from '../../contract/controls.ts';
import type { ObjectiveView } from '../../contract/objectives.ts';
import type { Source } from '../../contract/source.ts';
import { type ControlVerb, fleetScope, type OverrideChange } from '../../journal/events.ts';
import type { ObjectiveRow } from '../../journal/journal.ts';
import { requeued } from '../../journal/objective-facts.ts';
import { controlChanged } from '../../journal/product-facts.ts';
import { stopping } from '../../journal/session-facts.ts';
import type { Product } from '../../registry/registry.ts';
import { stopForPause } from '../act/pause.ts';
import type { Driver } from '../context.ts';
import { capName, capValue } from '../decide/limits.ts';
import { overridesOf, type PauseValue } from '../decide/live-changes.ts';
import { schedulerState } from '../decide/scheduler-state.ts';
import { objectiveView } from '../report/objective-view.ts';
import { overrideText } from '../report/view.ts';
import { priorityAsked } from './priority-asked.ts';
import { requireRoom } from './queue-limits.ts';

interface Lookup {
  requireProduct(name: string): Product;
  requireObjective(id: string): ObjectiveRow;
}

export type Controls = ReturnType<typeof createControls>;

export function createControls(loop: Driver, { requireProduct, requireObjective }: Lookup) {
  const { context } = loop;
  const { journal } = context;
  const overrides = () => overridesOf(journal, context.registry.current());
  const who = (source: Source) => source.sender ?? source.via;

  /** null when it is that already. */
  function change(scope: string, key: string, after: unknown): OverrideChange[] {
    const before = journal.override(scope, key);
    return isDeepStrictEqual(before, after) ? [] : [{ scope, key, before, after }];
  }

  /** Journals all of it at once, stops what is paused, starts what may start now, and says what became of it. */
  function apply(
    verb: ControlVerb,
    source: Source,
    changes: OverrideChange[],
    more: { product?: string; undoes?: number; unchanged: string },
  ): ControlReply {
    let number: number | undefined;
    const lines = changes.map(({ scope, key, after }) => `${overrideText(scope, key, after)}.`);
    if (changes.length > 0 || verb === 'resume' || verb === 'undo') {
      const stops = changes.flatMap(({ scope, key, after }) =>
        key === 'paused' && after !== null
          ? stopForPause(journal, scope, `Paused: ${(after as PauseValue).reason}.`)
          : [],
      );
      for (const { kind, product, objective } of stops)
        if (kind === 'session.stopping')
          lines.push(`${objective} on ${product} is being stopped and keeps its place in the queue.`);
      const what = `${verb}${more.product ? ` ${more.product}` : ''}`;
      const [changed] = journal.record(
        controlChanged(more.product, `${who(source)}: ${what}. ${lines.join(' ')}`.trim(), changes, {
          verb,
          source,
          undoes: more.undoes,
        }),
        ...stops,
      );
      for (const { product } of stops) if (product !== undefined) loop.drive(product);
      loop.schedule();
      number = changed?.seq;
    }
    return {
      verb,
      text: lines.length > 0 ? lines.join(' ') : more.unchanged,
      changed: changes.length > 0,
      ...(changes.length > 0 && { change: number }),
    };
  }

  /** What was paused because a budget is broken goes on when a human says so, not the model that works with it. */
  function refuseModelOnBudget(product: string, source: Source): void {
    const by = overrides().paused.get(product)?.by;
    if (source.via !== 'model' || by === undefined || by === 'human') return;
    const why = by === 'cost' ? 'its cost limit is reached' : 'memory was over budget';
    throw new FleetError({
      code: 'HUMAN_ONLY',
      product,
      message: `${product} is paused because ${why}: only a human may let it go on.`,
      mend: `Ask the human to type \`/fleet resume ${product}\`, or to raise the limit with \`/fleet cap\`.`,
    });
  }

  /** Raising the limit is an answer to "paused, the cost limit is reached". @param limitUsd undefined: products.yaml's */
  function freedByLimit(scope: string, limitUsd: number | null | undefined): OverrideChange[] {
    const { budget } = context.registry.current().scheduling;
    const file = scope === fleetScope ? budget.maxCostUsdPerDay : requireProduct(scope).caps.maxCostUsdPerDay;
    const limit = limitUsd === undefined ? file : limitUsd;
    const state = schedulerState(context);
    const spent =
      scope === fleetScope
        ? state.spentTodayUsd
        : (state.products.find(({ name }) => name === scope)?.spentTodayUsd ?? null);
    if (limit !== null && (spent ?? 0) >= limit) return [];
    return [...overrides().paused]
      .filter(([name, { by }]) => by === 'cost' && (scope === fleetScope || name === scope))
      .flatMap(([name]) => change(name, 'paused', null));
  }

  return {
    /** Nothing of it starts until `resume`; what runs is stopped and keeps its place. */
    pause(name: string, reason: string | null, source: Source): ControlReply {
      const { name: product } = requireProduct(name);
      const known = overrides().paused.get(product);
      const value: PauseValue = { reason: reason?.trim() || `asked by ${who(source)}`, by: 'human' };
      const reply = apply('pause', source, known ? [] : change(product, 'paused', value), {
        product,
        unchanged: `${product} is paused already (${known?.reason}).`,
      });
      const seen = context.observations.get(product)?.snapshot.coordinator;
      if (!seen?.tmuxAlive || journal.liveSession(product) !== null) return reply;
      return {
        ...reply,
        text: `${reply.text} A coordinator that was started by hand runs there and is left alone.`,
      };
    },

    /** Lets it start again, and closes its circuit after failed starts. */
    resume(name: string, source: Source): ControlReply {
      const { name: product } = requireProduct(name);
      refuseModelOnBudget(product, source);
      const failures = journal.breakers().get(product)?.failures ?? 0;
      const waits = journal.openObjectives().some((o) => o.product === product && o.state === 'queued');
      return apply('resume', source, change(product, 'paused', null), {
        product,
        unchanged:
          failures > 0
            ? `${product} was not paused; its ${failures} failed starts are forgotten, so that it may start at once.`
            : `${product} was not paused.${waits ? ` See why it waits: \`fleet why ${product}\`.` : ''}`,
      });
    },

    /** Pauses all others and puts this one first. */
    focus(name: string, source: Source): ControlReply {
      const { name: product } = requireProduct(name);
      const { paused, registry } = overrides();
      refuseModelOnBudget(product, source);
      const value: PauseValue = { reason: `focus on ${product}`, by: 'human' };
      const others = registry.products.filter(
        (p) => p.overstory && p.name !== product && !paused.has(p.name),
      );
      return apply(
        'focus',
        source,
        [
          ...change(product, 'paused', null),
          ...change(product, 'priority', 100),
          ...others.flatMap((p) => change(p.name, 'paused', value)),
        ],
        { product, unchanged: `${product} is in focus already.` },
      );
    },

    /** @param value high, medium, low, 1 to 100, `before obj-7`, `after obj-7`, or `default` for what products.yaml says */
    priority(name: string, value: string | number, source: Source): ControlReply {
      const { name: product } = requireProduct(name);
      const after = priorityAsked(context, product, value);
      return apply('priority', source, change(product, 'priority', after), {
        product,
        unchanged: `The priority of ${product} is that already.`,
      });
    },

    /**
     * @param scope a product or `fleet`
     * @param value in people's units (caps.ts), `none`, or `default` for what products.yaml says
     */
    cap(scope: string, what: string, value: string, source: Source): ControlReply {
      const kind = scope === 'fleet' ? 'fleet' : 'product';
      const at = kind === 'fleet' ? fleetScope : requireProduct(scope).name;
      const name = capName(what, kind);
      const after = value.trim().toLowerCase() === 'default' ? null : capValue(name, kind, value);
      const freed = name === 'cost' ? freedByLimit(at, after?.limit) : [];
      return apply('cap', source, [...change(at, name, after), ...freed], {
        product: kind === 'product' ? at : undefined,
        unchanged: `The ${name} cap of ${scope} is that already.`,
      });
    },

    /**
     * Takes back the last focus, pause, resume, priority or cap; once more, the one before it.
     * @param change that one, whatever came after it
     */
    undo(source: Source, change?: number): ControlReply {
      const last = journal.lastControl(change);
      if (last === null) return { verb: 'undo', text: 'There is nothing to undo.', changed: false };
      for (const { scope } of last.data.changes) refuseModelOnBudget(scope, source);
      // What somebody or a rule changed again since then is not this one's to put back.
      const mine = last.data.changes.filter(({ scope, key, after }) =>
        isDeepStrictEqual(journal.override(scope, key), after),
      );
      return apply(
        'undo',
        source,
        mine.map(({ scope, key, before, after }) => ({ scope, key, before: after, after: before })),
        { product: last.product ?? undefined, undoes: last.seq, unchanged: 'It was changed since then.' },
      );
    },

    /** Gives a failed or cancelled objective another try; one that runs is stopped and waits again. */
    requeue(id: string, source: Source): ObjectiveView {
      const objective = requireObjective(id);
      if (objective.state === 'failed' || objective.state === 'cancelled')
        requireRoom(journal.openSize(), objective.text, objective.acceptance);
      const why = `Requeued by ${who(source)}.`;
      const session = journal.liveSession(objective.product);
      const live = session?.objective === id ? session : null;
      if (objective.state === 'done' || live?.state === 'stopping') {
        throw new FleetError({
          code: objective.state === 'done' ? 'OBJECTIVE_OVER' : 'SESSION_STOPPING',
          product: objective.product,
          message: `Expected an objective that failed, was cancelled, waits or runs; ${id} is ${objective.state === 'done' ? 'done' : 'being stopped'}.`,
          mend:
            objective.state === 'done'
              ? `Ask for the work again with \`fleet start ${objective.product} …\`.`
              : 'Try again when it has stopped.',
        });
      }
      journal.record(
        live !== null
          ? stopping(live, why, 'requeued')
          : requeued({ product: objective.product, objective: id }, why),
      );
      if (live !== null) loop.drive(objective.product);
      loop.schedule();
      return objectiveView(loop, requireObjective(id));
    },
  };
}
