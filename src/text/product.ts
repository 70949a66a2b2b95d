// One product in detail.

import { chats, isChatKind } from '../common/chats.ts';
import { bytes, cores, count, duration, since } from '../common/units.ts';
import type { ObjectiveView } from '../contract/objectives.ts';
import type { ProductView } from '../contract/products.ts';
import type { FleetStatus } from '../contract/status.ts';
import { alarms, runtimeLine } from './capacity.ts';
import { errorText } from './error.ts';
import { reportRows } from './inbox.ts';
import { asOf, paragraphs, type Row, rows, type Surface, sentence } from './layout.ts';
import { hasFailed, requestNote } from './pull-request.ts';
import { ageNote, objectiveHead, pausedNote, stateOf, stateWord, whyNote } from './situation.ts';
import { agentText, spendText } from './spend.ts';

export function productText(reader: Surface, status: FleetStatus, product: ProductView): string {
  const surface = asOf(reader, status);
  const { state, tone } = stateOf(product);
  const kind = [surface.line(product.type, 40), priorityWord(product.priority)].join(', ');
  return paragraphs(
    alarms(surface, status),
    [
      `${surface.paint('name', product.name)}: ${surface.paint(tone, state)} (${kind})`,
      ...(product.description ? [sentence(surface, surface.line(product.description, 1000), 'dim')] : []),
    ],
    rows(surface, facts(surface, status, product)),
    product.report
      ? [
          `The coordinator, ${since(product.report.at, surface.nowMs) ?? 'some time'} ago:`,
          ...rows(surface, reportRows(surface, product.report)),
        ]
      : '',
    product.workers.length > 0
      ? [`${count(product.workers.length, 'worker')}:`, ...rows(surface, workers(surface, product))]
      : '',
    runtimeLine(surface, status.runtime),
  );
}

/** 80 → `high priority`; numbers between the words stay numbers. */
export function priorityWord(priority: number): string {
  const word = { 80: 'high', 50: 'medium', 20: 'low' }[priority];
  return word ? `${word} priority` : `priority ${priority}`;
}

/** `restarted 2 times of 3 within 60 min`; null where its policy is never. */
function restartsNote({ restarts }: ProductView): string | null {
  if (restarts === undefined) return null;
  return `restarted ${restarts.count} of at most ${restarts.max} times within ${duration(restarts.windowMs)}`;
}

function facts(surface: Surface, status: FleetStatus, product: ProductView): Row[] {
  const queue = status.queue.filter((objective) => objective.product === product.name);
  const found: Row[] = [];
  const say = (name: string, head: string | null, tone: Row['tone'] = 'dim') => {
    if (head) found.push({ name, state: '', tone, head, notes: [] });
  };
  if (product.error) say('trouble', errorText(surface, product.error), 'bad');
  say('seen', ageNote(product), 'warn');
  say('paused', pausedNote(surface, product), 'warn');
  if (!product.overstory) say('sessions', 'none: overstory is off for it in the registry');
  if (product.objective) found.push(objectiveRow(surface, 'objective', product.objective));
  for (const objective of queue) found.push(objectiveRow(surface, 'queued', objective));
  if (product.gates > 0) say('gates', `${count(product.gates, 'question')} only you can answer`);
  if (product.unreadMail > 0)
    say('mail', `${product.unreadMail} unread: ${surface.command(`inbox ${product.name}`)}`);
  for (const request of product.pullRequests ?? [])
    say(
      request.objective,
      `${requestNote(surface, request)} ${surface.line(request.url, 300)}`,
      hasFailed(request) ? 'warn' : 'dim',
    );
  if (product.intake)
    say('issues', intakeNote(product.intake, surface.line), product.intake.why ? 'warn' : 'dim');
  if (product.planApproval === 'required') say('plans', 'need your approval before work starts');
  if (product.review === 'required') say('work', 'needs your approval before it is delivered');
  say('restarts', restartsNote(product), product.restarts?.count ? 'warn' : 'dim');
  if (product.runtime !== undefined) say('runtime', product.runtime ?? 'it has no place on one yet');
  if (product.footprint) say('uses', footprint(product.footprint));
  if (product.diskBytes !== undefined) say('disk', bytes(product.diskBytes));
  if (product.spend) say('cost', spendText(product.spend));
  say(
    'coordinator',
    agentText(product.spend, 'coordinator', (model) => surface.line(model, 60)),
  );
  if (product.parkedBranches.length > 0)
    say('parked', product.parkedBranches.map((branch) => surface.line(branch, 80)).join(', '));
  if (product.channels.length > 0)
    say('reports to', channelsText(surface, product), product.channelsOff?.length ? 'warn' : 'dim');
  if (!product.objective && queue.length === 0 && product.overstory)
    say('objective', `none: ${surface.command(`start ${product.name} <what to do>`)}`);
  if (ageNote(product) === null && product.ageMs !== null) say('seen', `${duration(product.ageMs)} ago`);
  return found;
}

/** `slack:#dev (Slack is off: WebChat is told instead)` */
function channelsText(surface: Surface, { channels, channelsOff = [] }: ProductView): string {
  const all = channels.map((channel) => surface.line(channel, 80)).join(', ');
  const off = channelsOff.map((kind) => (isChatKind(kind) ? chats[kind].title : kind));
  if (off.length === 0) return all;
  return `${all} (${off.join(', ')} ${off.length === 1 ? 'is' : 'are'} off: WebChat is told instead)`;
}

function objectiveRow(surface: Surface, name: string, objective: ObjectiveView): Row {
  const why = whyNote(surface, objective);
  const state = objective.state === 'queued' ? '' : `, ${objective.state}`;
  return {
    name,
    state: '',
    tone: 'dim',
    head: objectiveHead(surface, objective) + state,
    quote: objective.text,
    notes: why ? [{ text: why, tone: 'dim' }] : [],
  };
}

/** `labelled agent become objectives; 2 left for the next look` */
export function intakeNote(
  { label, left, why }: NonNullable<ProductView['intake']>,
  line: Surface['line'],
): string {
  const more = left > 0 ? `; ${left} left for the next look` : '';
  return `labelled ${line(label, 100)} become objectives${more}${why === null ? '' : `; ${line(why, 400)}`}`;
}

function footprint(used: NonNullable<ProductView['footprint']>): string | null {
  const parts = [
    used.memoryBytes === null ? '' : bytes(used.memoryBytes),
    used.cpuCores === null ? '' : cores(used.cpuCores),
  ].filter(Boolean);
  return parts.length > 0 ? parts.join(', ') : null;
}

function workers(surface: Surface, product: ProductView): Row[] {
  return product.workers.map((worker) => {
    const active = since(worker.lastActivity, surface.nowMs);
    return {
      name: surface.line(worker.name, 30),
      state: stateWord(surface, worker.state),
      tone:
        worker.state === 'stalled' || worker.state === 'zombie'
          ? 'bad'
          : worker.state === 'completed'
            ? 'dim'
            : 'good',
      head: [
        surface.line(worker.capability, 20),
        worker.taskId ? `task ${surface.line(worker.taskId, 40)}` : '',
        worker.parent ? `for ${surface.line(worker.parent, 30)}` : '',
        active ? `active ${active} ago` : '',
        agentText(product.spend, worker.name, (model) => surface.line(model, 60)) ?? '',
      ]
        .filter(Boolean)
        .join(', '),
      notes: [],
    };
  });
}
