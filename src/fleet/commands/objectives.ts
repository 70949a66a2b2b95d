// What a human or the model may ask of the fleet. Each command is checked here again, whoever sent it.
import type { z } from 'zod';
import { FleetError } from '../../common/errors.ts';
import type { FleetEvent } from '../../contract/events.ts';
import type { inboxSchema, messageRequestSchema } from '../../contract/mail.ts';
import type { HistoryQuery, ObjectiveView, startRequestSchema } from '../../contract/objectives.ts';
import type { LookReply, LookRequest } from '../../contract/runtime/look.ts';
import type { Source } from '../../contract/source.ts';
import type { NewEvent } from '../../journal/events.ts';
import type { ObjectiveRow } from '../../journal/journal.ts';
import { objectiveEnded } from '../../journal/objective-facts.ts';
import { kindOf } from '../../journal/outcomes/kind.ts';
import { stopping } from '../../journal/session-facts.ts';
import { readStatusReply } from '../../overstory/operator.ts';
import type { Product } from '../../registry/registry.ts';
import { findCycle } from '../../scheduler/index.ts';
import { type Driver, objectiveOf, productNamed } from '../context.ts';
import { estimates } from '../decide/estimate.ts';
import { refuseModelAtGate } from '../decide/waiting-on-human.ts';
import { coordinatorAlive } from '../observe/reconcile.ts';
import { issueView } from '../report/issue-view.ts';
import { listedObjective, objectiveView } from '../report/objective-view.ts';
import { sinceMs, untilMs } from '../report/since.ts';
import { eventView } from '../report/view.ts';
import { acceptText, queuedEvent } from './accept-text.ts';
import { deliveryView } from './delivery.ts';
import { judgedOf } from './judged.ts';
import { sendMessage } from './message.ts';
import { requireRoom } from './queue-limits.ts';

export type Commands = ReturnType<typeof createCommands>;

export function createCommands(loop: Driver) {
  const { context } = loop;
  const { journal } = context;

  const requireProduct = (name: string): Product => productNamed(context, name);
  const requireObjective = (id: string): ObjectiveRow => objectiveOf(journal, id);

  /** @throws FleetError PRODUCT_UNKNOWN, PRODUCT_NOT_STARTABLE, or what is wrong with its folder */
  function requireStartable(name: string): void {
    const product = requireProduct(name);
    if (!product.overstory) {
      throw new FleetError({
        code: 'PRODUCT_NOT_STARTABLE',
        product: product.name,
        message: `${product.name} is listed with \`overstory: false\`: it is read, never started.`,
        mend: 'Set `overstory: true` in products.yaml if it should run.',
      });
    }
    const seen = context.observations.get(product.name)?.snapshot;
    if (!seen?.error) return;
    const passes = seen.health === 'error' && !['usage', 'refused', 'not-found'].includes(seen.error.class);
    if (!passes) throw FleetError.from(seen.error);
  }

  const outcomes = journal.outcomes;
  const over = new Set(['done', 'failed', 'cancelled']);
  const withOutcome = (view: ObjectiveView): ObjectiveView =>
    over.has(view.state) ? { ...view, outcome: outcomeOf(view.id) } : view;
  function outcomeOf(objective: string) {
    const outcome = outcomes.outcome(objective);
    const agents = journal.spentOn(objective);
    return outcome && agents.length > 0 ? { ...outcome, agents } : outcome;
  }

  return {
    /**
     * Accepts an objective: durable from here on. Starts it at once when the scheduler admits it.
     * @param also  what is recorded with it, of its id
     */
    start(
      request: z.infer<typeof startRequestSchema>,
      also: (id: string) => NewEvent[] = () => [],
    ): ObjectiveView {
      const product = requireProduct(request.product);
      refuseModelAtGate(context, product.name, request.source);
      const known = request.idempotencyKey === null ? null : journal.objectiveByKey(request.idempotencyKey);
      if (known) return objectiveView(loop, known);
      const text = acceptText(request.text, product.name);
      requireStartable(product.name);
      for (const need of request.needs) requireObjective(need);

      const kind = request.kind ?? kindOf(text);
      const open = journal.openObjectives();
      requireRoom(journal.openSize(), text, request.acceptance);
      const n = journal.nextObjectiveNumber();
      const id = `obj-${n}`;
      const cycle = findCycle([
        ...open.map((o) => ({ id: o.id, needs: o.needs })),
        { id, needs: request.needs },
      ]);
      if (cycle) {
        throw new FleetError({
          code: 'NEEDS_CYCLE',
          product: product.name,
          message: `Expected objectives that do not need each other, got the cycle ${cycle.join(' → ')}.`,
          mend: 'Leave one of these needs out.',
        });
      }
      const { acceptance, needs, source, idempotencyKey, direct } = request;
      journal.record(
        queuedEvent({
          n,
          product: product.name,
          text,
          acceptance,
          needs,
          source,
          idempotencyKey,
          kind,
          ...(direct && { direct }),
        }),
        ...also(id),
      );
      loop.schedule();
      return {
        ...objectiveView(loop, requireObjective(id)),
        estimate: estimates(context).of(product, kind, direct ?? null),
      };
    },

    /** Takes an objective out of the queue, or stops the session that works on it. */
    cancel(id: string, reason: string | null, source: Source): ObjectiveView {
      const objective = requireObjective(id);
      const why = reason ?? `Cancelled by ${source.sender ?? source.via}.`;
      if (objective.state === 'queued') {
        journal.record(objectiveEnded({ product: objective.product, objective: id }, 'cancelled', why));
        loop.schedule();
      } else if (objective.state === 'starting' || objective.state === 'running') {
        if (journal.liveSession(objective.product)?.outcome === 'requeued') {
          throw new FleetError({
            code: 'SESSION_STOPPING',
            product: objective.product,
            message: `Expected an objective that is queued or running, got ${id}, which is being stopped to wait again.`,
            mend: 'Cancel it again when it is back in the queue.',
          });
        }
        this.stop(objective.product, why, source);
      } else {
        throw new FleetError({
          code: 'OBJECTIVE_OVER',
          product: objective.product,
          message: `Expected an objective that is queued or running, got ${id}, which is ${objective.state}.`,
          mend: 'Nothing needs to be done.',
        });
      }
      return objectiveView(loop, requireObjective(id));
    },

    /** Ends the product's session; its objective is cancelled. Null: nothing of ours was running. */
    stop(name: string, reason: string | null, source: Source): ObjectiveView | null {
      const product = requireProduct(name);
      const session = journal.liveSession(product.name);
      if (session === null) {
        const seen = context.observations.get(product.name)?.snapshot;
        if (seen && coordinatorAlive(seen)) {
          throw new FleetError({
            code: 'SESSION_NOT_OURS',
            product: product.name,
            message: `The coordinator running in ${product.name} was not started by the fleet.`,
            mend: 'Stop it where it was started (`ov coordinator stop` in the product), or give the product an objective: the fleet then takes the session over.',
          });
        }
        return null;
      }
      if (session.state !== 'stopping') {
        const why = reason ?? `Stopped by ${source.sender ?? source.via}.`;
        journal.record(stopping(session, why, 'cancelled'));
        loop.drive(product.name);
        loop.schedule();
      }
      return objectiveView(loop, requireObjective(session.objective));
    },

    /** @throws FleetError PRODUCT_UNKNOWN, and as `sendMessage` */
    message: (
      name: string,
      request: z.infer<typeof messageRequestSchema>,
      surface: 'gateway' | 'operator' = 'operator',
    ) => sendMessage(loop, requireProduct(name), request, surface),

    /** Mail to the operator, newest first; the bodies are worker text. */
    inbox(name: string): z.infer<typeof inboxSchema> {
      const product = requireProduct(name);
      const seen = context.observations.get(product.name);
      return {
        product: product.name,
        observedAt: seen ? new Date(seen.receivedAtMs).toISOString() : null,
        mail: journal.mail(product.name, 50).map((mail) => ({ ...mail, status: readStatusReply(mail.body) })),
      };
    },

    look(name: string, what: LookRequest): Promise<LookReply> {
      return context.runtime.look(requireProduct(name), what);
    },

    objective(id: string): ObjectiveView {
      const view = withOutcome(objectiveView(loop, requireObjective(id)));
      const delivery = deliveryView(context, view.id);
      const judged = judgedOf(journal, id);
      const issue = issueView(journal, view.id);
      const reports = journal.eventsOf(id, 'session.reported').flatMap(({ data }) => data.reports);
      return {
        ...view,
        ...(issue && { issue }),
        ...(delivery && { delivery }),
        ...(judged && { judged }),
        ...(reports.length > 0 && { reports }),
      };
    },

    /** Those that are over, the one that ended last first. @throws FleetError PRODUCT_UNKNOWN, SINCE_INVALID */
    history: ({ product, since, until, ...asked }: HistoryQuery): ObjectiveView[] =>
      journal
        .endedObjectives({
          ...asked,
          product: product === undefined ? null : requireProduct(product).name,
          ...(since !== undefined && { sinceMs: sinceMs(since, context.clock.nowMs()) }),
          ...(until !== undefined && { untilMs: untilMs(until, context.clock.nowMs()) }),
        })
        .map((o) => withOutcome(listedObjective(loop, o))),

    /** Newest first, of one state or of all. */
    objectives(limit: number, state: ObjectiveView['state'] | null): ObjectiveView[] {
      return journal.objectives(limit, state).map((o) => listedObjective(loop, o));
    },

    requireProduct,
    requireObjective,
    requireStartable,

    eventsAfter: (seq: number, limit: number, characters?: number): FleetEvent[] =>
      journal.eventsAfter(seq, limit, characters).map(eventView),
  };
}
