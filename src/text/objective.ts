// One objective: what became of asking for it, and all that is known of it.

import { bytes, duration, since } from '../common/units.ts';
import type { ImportReply, IssueView, ObjectiveView } from '../contract/objectives.ts';
import { outcomeNote, predictionLine } from './estimate.ts';
import { judgedNote } from './judged.ts';
import { cut, paragraphs, rows, type Surface, sentence } from './layout.ts';
import { remarksText, requestNote } from './pull-request.ts';
import { block, fence, line } from './sanitise.ts';
import { objectiveHead, whyNote } from './situation.ts';
import { agentText } from './spend.ts';

/** `obj-7 queued on product-c: waits for a slot, 1 of 1 used by product-a (obj-6).` */
export function startedText(surface: Surface, objective: ObjectiveView, known = 'Before it begins'): string {
  const { id, product, state, direct } = objective;
  const why = whyNote(surface, objective);
  const by = direct ? `, direct, by a ${direct}` : '';
  const said = {
    queued: `${id} queued on ${product}${by}`,
    starting: `${id} is starting on ${product}${by}`,
    running: `${id} is running on ${product}${by}`,
    done: `${id} on ${product} is done`,
    failed: `${id} on ${product} failed`,
    cancelled: `${id} on ${product} was cancelled`,
  }[state];
  const takes = objective.estimate ? ` Expected to take ${predictionLine(objective.estimate)}.` : '';
  return paragraphs(
    sentence(surface, `${surface.line(said, 200)}${why ? `: ${why}` : ''}.${takes}`),
    ...(objective.cautions ?? []).map((caution) =>
      sentence(surface, `${known}: ${surface.line(caution, 600)}`),
    ),
  );
}

/** @param objective what the product was working on; null: nothing */
export function stoppedText(surface: Surface, product: string, objective: ObjectiveView | null): string {
  if (objective === null) return sentence(surface, `Nothing was running on ${product}.`);
  return paragraphs(
    sentence(surface, `${product} is being stopped; it was working on ${objectiveHead(surface, objective)}:`),
    surface.line(objective.text),
  );
}

const chatTextChars = 3000;
const shownAgents = 20;
const chatReports = 5;
const chatReportChars = 300;
const terminalReports = 50;

export function objectiveText(surface: Surface, objective: ObjectiveView): string {
  const facts: [string, string | null][] = [
    ['asked', asked(surface, objective)],
    ['way', objective.direct ? `direct, by a ${objective.direct}: no coordinator` : null],
    ['issue', objective.issue ? issueNote(surface, objective.issue) : null],
    ['started', ago(surface, objective.startedAt)],
    ['ended', ended(surface, objective)],
    ['place', objective.position === null ? null : `${objective.position} in the queue`],
    ['why', whyNote(surface, objective)],
    ['delivery', objective.delivery ? surface.line(objective.delivery.says, 600) : null],
    ['checks', objective.delivery?.request ? requestNote(surface, objective.delivery.request) : null],
    ['work', judgedNote(surface, objective) || null],
    ['took', objective.outcome ? surface.line(outcomeNote(objective.outcome), 300) : null],
  ];
  return paragraphs(
    `${surface.paint('name', surface.line(objective.id, 40))}: ${objective.state} on ${objective.product}`,
    rows(
      surface,
      [...facts, ...models(surface, objective)].flatMap(([name, head]) =>
        head ? [{ name, state: '', tone: 'dim', head, notes: [] }] : [],
      ),
    ),
    surface.kind === 'chat' ? fence(capped(objective.text, chatTextChars)) : block(objective.text),
    ...reports(surface, objective),
    ...reviewers(surface, objective),
  );
}

/** Their words about their work and its tests: nobody else has run them. */
function reports(surface: Surface, { reports: all = [] }: ObjectiveView): string[] {
  if (all.length === 0) return [];
  const chat = surface.kind === 'chat';
  const most = chat ? chatReports : terminalReports;
  const shown = all.slice(-most).map(({ agent, type, text, at }) => {
    const words = chat ? capped(text.trim(), chatReportChars) : text.trim();
    return `${line(agent)}, ${line(type)}, ${ago(surface, at) ?? 'at an unknown time'}:\n${words || '(no text)'}`;
  });
  const said = shown.join('\n\n');
  const earlier = all.length > most ? `, the last ${most} of ${all.length}` : '';
  return [
    sentence(surface, `What its workers reported, as they wrote it${earlier}:`),
    chat ? fence(said) : block(said).replace(/^/gm, '  | '),
  ];
}

function reviewers(surface: Surface, { delivery }: ObjectiveView): string[] {
  const said = remarksText(surface, delivery?.request?.remarks ?? []);
  return said === '' ? [] : [`${sentence(surface, 'What reviewers wrote, as they wrote it:')}\n${said}`];
}

function issueNote(surface: Surface, { url, state, comment }: IssueView): string {
  const said = comment && comment.state !== 'done' ? `; ${surface.line(comment.says, 600)}` : '';
  return `${surface.line(url, 300)}${state === 'open' ? '' : ` (${state})`}${said}`;
}

const shownIssues = 20;

/** What became of the issues of a forge. Their titles are words of others. */
export function importText(surface: Surface, reply: ImportReply): string {
  const { product, label, taken, known, skipped, left } = reply;
  const issue = ({ number, title }: { number: number; title: string }) =>
    `issue ${number}, ${surface.line(title, 80)}`;
  const list = (all: string[]) => [
    ...all.slice(0, shownIssues),
    ...(all.length > shownIssues ? [`and ${all.length - shownIssues} more`] : []),
  ];
  if (taken.length + known.length + skipped.length === 0)
    return sentence(surface, `No open issue of ${product} is labelled ${surface.line(label, 100)}.`);
  return paragraphs(
    sentence(
      surface,
      `Issues of ${product} labelled ${surface.line(label, 100)}: ${taken.length} taken now, ${known.length} there already, ${skipped.length} not taken, ${left} left.`,
    ),
    ...list(taken.map((one) => `${one.objective} is ${one.state}: ${issue(one)}`)),
    ...list(known.map((one) => `${one.objective}, there already, is ${one.state}: ${issue(one)}`)),
    ...list(skipped.map((one) => `Not taken: ${issue(one)}. ${surface.line(one.why, 400)}`)),
    ...(left > 0 ? [`For those that are left say ${surface.command(`import ${product}`)} again.`] : []),
  );
}

/** `coordinator  claude-opus-5-5, $0.17`: a line per agent that used the model */
function models(surface: Surface, { outcome }: ObjectiveView): [string, string | null][] {
  const agents = outcome?.agents ?? [];
  const spend = { costUsd: null, agents };
  return agents
    .slice(0, shownAgents)
    .map(({ name }) => [surface.line(name, 30), agentText(spend, name, (model) => surface.line(model, 60))]);
}

function asked(surface: Surface, { source, createdAt }: ObjectiveView): string {
  const who = source.sender ? ` by ${surface.line(source.sender, 60)}` : '';
  return `${ago(surface, createdAt) ?? 'at an unknown time'}${who} over ${source.via}`;
}

function ended(surface: Surface, { startedAt, endedAt }: ObjectiveView): string | null {
  const when = ago(surface, endedAt);
  if (!when || !startedAt || !endedAt) return when;
  return `${when}, after ${duration(Date.parse(endedAt) - Date.parse(startedAt))}`;
}

function ago(surface: Surface, iso: string | null): string | null {
  const time = since(iso, surface.nowMs);
  return time === null ? null : `${time} ago`;
}

/** At most `chars` characters; says how much there was. */
export function capped(text: string, chars: number): string {
  if (text.length <= chars) return text;
  return `${cut(text.slice(0, chars + 1), chars)}\n… cut here: ${bytes(Buffer.byteLength(text))} in all`;
}
