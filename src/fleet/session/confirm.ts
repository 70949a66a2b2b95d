// Whether a message was heard. `coordinator send` may store a mail and wake nobody (`nudged: false`): an idle
// coordinator then never reads it. So a message that woke nobody leaves an open action behind, which ends when
// the mail has been read, or, after `readWithinMs`, with one nudge. Only the coordinator is ever nudged: from
// 0.10.3 on a nudged tmux worker gets a second claude.
import { FleetError } from '../../errors.ts';
import type { Product } from '../../registry/registry.ts';
import type { FleetContext } from '../context.ts';
import type { NewEvent } from '../events.ts';
import type { ActionRow, SessionRow } from '../journal.ts';

/**
 * The event that a message was stored and nobody was woken. To be recorded with the one that it was sent: a kill
 * between the two would leave a session that nobody ever tells to read. Then the product is driven again.
 */
export function readingExpected(
  { tuning }: Pick<FleetContext, 'tuning'>,
  message: {
    action: string;
    mail: string;
    product: string;
    objective: string | null;
    session: number | null;
  },
): NewEvent {
  return {
    kind: 'action.intended',
    product: message.product,
    objective: message.objective ?? undefined,
    text: `${message.action} woke nobody: it must be read within ${tuning.readWithinMs / 1000} s.`,
    data: {
      action: `read-${message.action}`,
      kind: 'delivery.confirm',
      session: message.session,
      args: { mail: message.mail, message: message.action },
    },
  };
}

/** Settles what can be settled now. */
export async function confirmReading(
  context: FleetContext,
  product: Product,
  session: SessionRow,
): Promise<void> {
  const open = context.journal
    .openActions()
    .filter((action) => action.kind === 'delivery.confirm' && action.session === session.id);
  if (open.length === 0) return;
  const { messages } = await context.runtime.ov(product, 'mail.list', { from: 'operator' });
  for (const action of open) {
    const { mail, message } = action.args as { mail: string; message: string };
    if (messages.some((one) => one.id === mail && one.read)) {
      settle(context, action, 'done', `${message} was read.`, { read: true }, null);
      continue;
    }
    // Also when the clock was set back since: nudged early is better than an hour late.
    const leftMs = context.tuning.readWithinMs - Math.abs(context.clock.nowMs() - action.intendedAtMs);
    if (leftMs > 0) {
      context.driveAgain(product.name, leftMs);
      continue;
    }
    await nudge(context, product, action, message);
  }
}

async function nudge(
  context: FleetContext,
  product: Product,
  action: ActionRow,
  message: string,
): Promise<void> {
  try {
    await context.runtime.ov(product, 'nudge', {
      message: `You have unread mail from operator: [${message}]. Read it now (ov mail check).`,
    });
    settle(
      context,
      action,
      'done',
      `${message} was not read in time; the coordinator was nudged.`,
      { nudged: true },
      null,
    );
  } catch (thrown) {
    const error = FleetError.wrap(thrown, product.name);
    // Busy, it will look at its mail by itself.
    if (error.class === 'unavailable' || error.code === 'OV_BUSY') {
      context.driveAgain(product.name, context.tuning.readWithinMs);
      return;
    }
    settle(
      context,
      action,
      'failed',
      `${message} was not read, and a nudge did not arrive: ${error.message}`,
      null,
      error,
    );
  }
}

function settle(
  context: FleetContext,
  action: ActionRow,
  state: 'done' | 'failed',
  text: string,
  result: Record<string, unknown> | null,
  error: FleetError | null,
): void {
  context.journal.record({
    kind: 'action.settled',
    product: action.product,
    objective: action.objective ?? undefined,
    text,
    data: { action: action.id, state, result, error: error?.toJSON() ?? null },
  });
}
