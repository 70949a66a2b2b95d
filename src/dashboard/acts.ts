// What a human does on a page: each act is the one call that the CLI makes for the same word.
import { createHash } from 'node:crypto';
import type { FleetClient } from '../client/client.ts';
import { FleetError } from '../common/errors.ts';
import { type Direct, directSchema, type ObjectiveView } from '../contract/objectives.ts';
import { line } from '../text/sanitise.ts';
import { type Act, controlled, field, type Note, type Said, source, started } from './act.ts';
import { objectiveHref, productHref } from './pages/hrefs.ts';
import { plannedActs } from './planned-acts.ts';

const acts: Record<string, Act> = {
  ...plannedActs,
  start: async (client, said) =>
    started(
      await client.start({
        product: field(said, 'product'),
        text: field(said, 'text'),
        acceptance: field(said, 'acceptance').trim() || null,
        needs:
          field(said, 'needs')
            .toLowerCase()
            .match(/[^\s,]+/g) ?? [],
        direct: directOf(said),
        idempotencyKey: keyOf(said),
        source,
      }),
    ),
  cancel: async (client, said) => {
    const { id, product, state, condition } = await client.cancel(field(said, 'objective'), {
      reason: reasonOf(said),
      source,
    });
    return {
      text: `${id} on ${product} is ${state === 'cancelled' ? state : (condition ?? 'being stopped')}.`,
      href: objectiveHref(id),
      ...(state === 'cancelled' && { undo: { act: 'retry', objective: id } }),
    };
  },
  retry: async (client, said) => started(await client.requeue(field(said, 'objective'), { source })),
  stop: async (client, said) => {
    const product = field(said, 'product');
    const stopped = await client.stop(product, { reason: reasonOf(said), source });
    if (stopped === null) return { text: `Nothing was running on ${product}.` };
    return {
      text: `${product} is being stopped; ${stopped.id} is cancelled with it.`,
      href: objectiveHref(stopped.id),
    };
  },
  pause: async (client, said) =>
    controlled(await client.pause(field(said, 'product'), { reason: reasonOf(said), source })),
  resume: async (client, said) => controlled(await client.resume(field(said, 'product'), { source })),
  focus: async (client, said) => controlled(await client.focus(field(said, 'product'), { source })),
  priority: async (client, said) =>
    controlled(
      await client.priority(field(said, 'product'), { priority: field(said, 'priority').trim(), source }),
    ),
  cap: async (client, said) =>
    controlled(
      await client.cap({
        scope: field(said, 'product') || 'fleet',
        what: field(said, 'what'),
        value: field(said, 'value').trim(),
        source,
      }),
    ),
  undo: async (client, said) =>
    controlled(
      await client.undo({ source, ...(said.change !== undefined && { change: Number(said.change) }) }),
    ),
  'open-account': async (client, said) =>
    controlled(await client.openAccount(field(said, 'account'), { source })),
  message: (client, said) => sent(client, said, field(said, 'text'), 'Sent to'),
  ask: (client, said) => sent(client, said, field(said, 'text').trim() || statusQuestion, 'Asked'),
  accept: async (client, said) => judged(await client.acceptWork(field(said, 'objective'), { source })),
  rework: async (client, said) =>
    judged(await client.rework(field(said, 'objective'), { text: field(said, 'text'), source })),
  revert: async (client, said) => judged(await client.revertWork(field(said, 'objective'), { source })),
};

/** What overstory's coordinators answer in a fixed form. */
const statusQuestion = 'status?';

/**
 * Does what a form says by its `act`.
 * @throws FleetError as the call does; BAD_USAGE for an act that there is not
 */
export async function act(client: FleetClient, said: Said): Promise<Note> {
  const found = Object.hasOwn(acts, said.act ?? '') ? acts[said.act ?? ''] : undefined;
  if (found !== undefined) return found(client, said);
  throw new FleetError({
    code: 'BAD_USAGE',
    message: `Expected one of ${Object.keys(acts).join(', ')}, got ${JSON.stringify((said.act ?? '').slice(0, 60))}.`,
    mend: 'Go back to the page, load it anew, and press the button again.',
  });
}

/** A coordinator, where the form says nothing that can be had. */
const directOf = (said: Said): Direct | undefined => directSchema.safeParse(said.direct).data;
const reasonOf = (said: Said): string | null => field(said, 'reason').trim() || null;

/** A form that is sent twice starts nothing twice; changed words are another objective. */
function keyOf(said: Said): string | null {
  if (!said.key) return null;
  const words = [said.key, said.product, said.text, said.acceptance, said.needs, said.direct];
  return `dashboard-${createHash('sha256').update(JSON.stringify(words)).digest('hex')}`;
}

const judged = ({ id, product, judged: word }: ObjectiveView): Note => ({
  text: word ? line(word.says) : `Your word on ${id} of ${product} is kept.`,
  ...(word?.next && { href: objectiveHref(word.next) }),
});

async function sent(client: FleetClient, said: Said, text: string, how: string): Promise<Note> {
  const product = field(said, 'product');
  const { nudged } = await client.message(product, { text, source });
  const when = nudged ? 'it was woken to read it' : 'it works, and is asked to read it when its turn is over';
  return {
    text: `${how} ${product}: ${when}. What it writes back shows under Mail.`,
    href: `${productHref(product)}#mail`,
  };
}
