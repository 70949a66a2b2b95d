// `fleet runtimes forget`: a human says that a runtime which is out of reach is gone for good, so that its products may go on elsewhere.
import { FleetError } from '../../common/errors.ts';
import { count } from '../../common/units.ts';
import type { ControlReply } from '../../contract/controls.ts';
import type { Source } from '../../contract/source.ts';
import type { NewEvent } from '../../journal/events.ts';
import { lostSession, sessionsAt } from '../act/lost-runtimes.ts';
import type { Driver } from '../context.ts';
import { humanOnly } from './human-only.ts';

/**
 * Its sessions are taken for ended, and its products get a place anew, with an epoch that is refused nowhere but by what was
 * forgotten wrongly. What was made there and is not published is lost to the fleet.
 * @throws FleetError RUNTIME_UNKNOWN, RUNTIME_IN_REACH, RUNTIME_MAY_LIVE, HUMAN_ONLY
 */
export const createForget =
  (loop: Driver) =>
  (name: string, machineIsOff: boolean, source: Source): ControlReply => {
    const { context } = loop;
    const { registry, runtime, journal, clock } = context;
    humanOnly(source, 'knows that a machine is off', `fleet runtimes forget ${name}`);
    const known = (registry.current().runtimes ?? []).map((one) => one.name);
    const there = [...journal.placements()].filter(([, place]) => place.runtime === name);
    if (!known.includes(name) && there.length === 0)
      throw new FleetError({
        code: 'RUNTIME_UNKNOWN',
        message: `Expected a runtime of products.yaml (${known.join(', ') || 'it has none'}), got "${name}".`,
        mend: 'See them with `fleet runtimes`.',
      });
    const place = runtime.places().find((one) => one.name === name);
    if (place?.link.state === 'connected')
      throw new FleetError({
        code: 'RUNTIME_IN_REACH',
        message: `Expected a runtime that is out of reach, got ${name}, which answers.`,
        mend: 'Move its products (`fleet move`), or stop what runs there; there is nothing to forget.',
      });
    const endsMs = place?.leaseEndsMs ?? null;
    const leftMs = endsMs === null ? null : endsMs - (clock.upMs?.() ?? clock.nowMs());
    const sure = leftMs !== null && leftMs <= 0;
    if (!sure && !machineIsOff)
      throw new FleetError({
        code: 'RUNTIME_MAY_LIVE',
        message: `Expected to know that nothing runs on ${name} any more, got ${
          leftMs === null
            ? 'no lease that would end it'
            : `a lease that ends in ${count(Math.ceil(leftMs / 60_000), 'minute')}`
        }.`,
        mend: `Wait for it; or, when you have seen that the machine is off: \`fleet runtimes forget ${name} --machine-is-off\`.`,
      });
    const why = `${name} was forgotten.`;
    const ended = sessionsAt(context, name);
    const events: NewEvent[] = [
      {
        kind: 'runtime.forgotten',
        text: `${name} is taken for gone${sure ? ': its lease has ended' : ', by a human’s word'}.`,
        data: { runtime: name, sure, source },
      },
      ...ended.flatMap((session) => lostSession(context, session, why)),
      ...there.map(
        ([product, { epoch }]): NewEvent => ({
          kind: 'product.displaced',
          product,
          text: `${product} has lost its place on ${name}; what was made there and not published stays there.`,
          data: { runtime: name, epoch, why },
        }),
      ),
    ];
    journal.record(...events);
    loop.schedule();
    const sessions = ended.length === 0 ? '' : `, ${count(ended.length, 'objective')} back in the queue`;
    return {
      verb: 'forget',
      changed: there.length > 0,
      text:
        there.length === 0
          ? `No product was on ${name}.`
          : `${name} is forgotten: ${count(there.length, 'product')} without a place${sessions}. Each goes on where there is room; what was made on ${name} and not published stays there.${sure ? '' : ' Should it answer again, end there what still runs: nobody else does.'}`,
    };
  };
