// What a running session loses: a worker that died, a branch that would not merge. overstory tells the parent only
// (mail of type worker_died, from 0.10 on, and merge_failed), and nobody where a worker was slung without --parent, as
// coordinators do: such a one is `completed` and has sent no last mail, or has become `zombie`; nor where its claude was
// killed or its turn ended in an error. The coordinator deals with it; the human is told, and not asked.
import { z } from 'zod';
import { FleetError } from '../../../common/errors.ts';
import { shorten } from '../../../common/shorten.ts';
import type { Mail, ProductSnapshot } from '../../../contract/runtime/snapshot.ts';
import type { EventData, NewEvent } from '../../../journal/events.ts';
import type { SessionRow } from '../../../journal/journal.ts';
import type { Product } from '../../../registry/registry.ts';
import type { FleetContext } from '../../context.ts';
import { noteWorkersLimits } from '../accounts/worker-limits.ts';
import { readUsage } from './spend.ts';

type Loss = Extract<NewEvent, { kind: 'worker.lost' | 'merge.failed' }>;

const payloadSchema = z.object({
  agentName: z.string().optional(),
  branch: z.string().optional(),
  reason: z.string().optional(),
  taskId: z.string().optional(),
});

/** Mail with which a worker ends, by any capability. */
const lastMail = /^(worker_done|result|merge_ready|merged|merge_failed|worker_died|error|escalation)$/;

/** Records each loss of this session once. Two `ov`, one more for each worker that has ended; none where nobody works. */
export async function lookForLosses(
  context: FleetContext,
  product: Product,
  session: SessionRow,
  snapshot: ProductSnapshot,
): Promise<void> {
  const { runtime, journal } = context;
  if (snapshot.workers.length === 0) return;
  const told = async (type: string): Promise<Mail[]> => {
    const { messages } = await runtime.ov(product, 'mail.list', { type });
    return messages.filter(({ createdAt }) => Date.parse(createdAt) >= session.startingAtMs).reverse();
  };
  const common = { product: product.name, objective: session.objective };
  const dead = (agent: string, mail: string | null, why: string): Loss =>
    lost(common, `${agent} of ${product.name} died: ${why}`, { session: session.id, agent, mail, why });
  const gone = snapshot.workers.filter(
    ({ state, startedAt }) => state === 'zombie' && Date.parse(startedAt) >= session.startingAtMs,
  );
  const refused = await refusals(context, product, session, gone);
  const found: Loss[] = [
    ...(await told('worker_died')).map((mail) => {
      const { agentName, reason } = payloadOf(mail);
      return dead(agentName ?? mail.from, mail.id, oneLine(reason ?? mail.body));
    }),
    ...gone.map(({ name, death, spoke }) =>
      typeof death === 'string'
        ? cutOff(common, session, name, { spoke: spoke === true, printed: refused.get(name) ?? death })
        : dead(name, null, 'its process is gone, or it has not moved for 10 minutes.'),
    ),
    ...(await silent(context, product, session, snapshot)).map((name) =>
      dead(name, null, 'it is completed and has not sent its last mail.'),
    ),
    ...(await told('merge_failed')).map((mail): Loss => {
      const { branch } = payloadOf(mail);
      const what = oneLine(branch ?? mail.subject);
      const why = oneLine(mail.body);
      return {
        ...common,
        kind: 'merge.failed',
        text: `A merge failed in ${product.name} (${mail.from}): ${what}. ${why}`,
        data: { session: session.id, agent: mail.from, mail: mail.id, branch: branch ?? null, why },
      };
    }),
  ];
  if (journal.liveSession(product.name)?.id !== session.id) return;
  for (const loss of found) if (!isKnown(context, session, loss)) journal.record(loss);
}

/** What the API said to those whose turn it ended: they print nothing of it. Asked once for each of them. */
async function refusals(
  context: FleetContext,
  product: Product,
  session: SessionRow,
  gone: ProductSnapshot['workers'],
): Promise<Map<string, string>> {
  const isNew = ({ name, spoke }: (typeof gone)[number]) =>
    spoke === true && !isToldLost(context, session, name);
  if (!gone.some(isNew)) return new Map();
  const found = (await readUsage(context, product, session))?.refusals ?? [];
  noteWorkersLimits(context, product, session, found);
  return new Map(found.map(({ agent, text }) => [agent, text]));
}

/** Told with what it printed, which is data: the reason is nowhere else, and who sent it waits for it. */
function cutOff(
  common: { product: string; objective: string },
  session: SessionRow,
  agent: string,
  { spoke, printed }: { spoke: boolean; printed: string },
): Loss {
  const { product } = common;
  const said = printed === '' ? 'it printed nothing' : shorten(oneSpaced(printed), 500);
  const error = new FleetError(
    spoke
      ? {
          product,
          code: 'WORKER_CUT_OFF',
          message: `Worker ${agent} of ${product} died in the middle of its turn, killed or by an error: ${said}`,
          mend: `Nobody goes on with its work by itself: tell the coordinator (\`fleet message ${product} …\`), or stop it: \`fleet stop ${product}\`.`,
        }
      : {
          product,
          code: 'WORKER_DIED_AT_START',
          message: `Worker ${agent} of ${product} died at its start: ${said}`,
          mend: `Mend what it says (\`fleet doctor\` names versions of overstory and Claude Code that do not work together), then tell the coordinator: \`fleet message ${product} …\`.`,
        },
  );
  const why = `${error.code}: ${error.message}`;
  return lost(common, `${why} Mend: ${error.mend}`, {
    session: session.id,
    agent,
    mail: null,
    why,
    code: error.code,
  });
}

const lost = (
  common: { product: string; objective: string },
  text: string,
  data: EventData['worker.lost'],
): Loss => ({ ...common, kind: 'worker.lost', text, data });

/** Names of workers of this session that are completed without a last mail. */
async function silent(
  context: FleetContext,
  product: Product,
  session: SessionRow,
  { workers }: ProductSnapshot,
): Promise<string[]> {
  const known = context.endedWorkers;
  const found: string[] = [];
  for (const { name, state, startedAt } of workers) {
    const key = `${session.id}/${name}`;
    if (state !== 'completed' || Date.parse(startedAt) < session.startingAtMs || known.has(key)) continue;
    known.add(key);
    const { messages } = await context.runtime.ov(product, 'mail.list', { from: name });
    if (!messages.some(({ type }) => lastMail.test(type))) found.push(name);
  }
  return found;
}

/** One death is told by a mail and by a row; one mail tells one failure. */
function isKnown(context: FleetContext, session: SessionRow, loss: Loss): boolean {
  if (loss.kind === 'worker.lost') return isToldLost(context, session, loss.data.agent);
  return context.journal
    .eventsOf(session.objective, loss.kind)
    .some(({ data }) => data.session === session.id && data.mail === loss.data.mail);
}

const isToldLost = ({ journal }: FleetContext, { id, objective }: SessionRow, agent: string): boolean =>
  journal.eventsOf(objective, 'worker.lost').some(({ data }) => data.session === id && data.agent === agent);

function payloadOf({ payload }: Mail): z.infer<typeof payloadSchema> {
  try {
    return payloadSchema.parse(JSON.parse(payload ?? '{}'));
  } catch {
    return {};
  }
}

const oneSpaced = (text: string): string => text.replace(/\s+/g, ' ').trim();
const oneLine = (text: string): string => shorten(oneSpaced(text), 200);
