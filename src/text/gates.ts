// Gates: questions that only a human may answer. What agents wrote is fenced or indented, and capped.

import { count, since } from '../common/units.ts';
import type { GateView } from '../contract/gates.ts';
import { ownText, paragraphs, type Surface, sentence } from './layout.ts';
import { capped } from './objective.ts';
import { block, fence } from './sanitise.ts';

const caps = { chat: { gates: 10, chars: 1500 }, terminal: { gates: 100, chars: 20_000 } };

export function gatesText(surface: Surface, gates: GateView[]): string {
  const open = gates.filter(({ state }) => state === 'open');
  const closed = gates.filter(({ state }) => state !== 'open');
  const { gates: most } = caps[surface.kind];
  return paragraphs(
    open.length === 0
      ? sentence(surface, 'Nothing waits for you: no gate is open.')
      : sentence(
          surface,
          `${count(open.length, 'question')} only you can answer. Quoted is what was asked, as it was asked.`,
        ),
    ...open.slice(0, most).map((gate) => gateText(surface, gate)),
    open.length > most ? sentence(surface, `${open.length - most} more: answer these first.`) : '',
    closed.length > 0 ? closed.map((gate) => `- ${headOf(surface, gate)}`) : '',
  );
}

/** One gate with its question, and what to type. */
export function gateText(surface: Surface, gate: GateView): string {
  const body = capped(gate.text, caps[surface.kind].chars);
  const options = gate.options.map((option) => surface.line(option, 80)).join(', ');
  return [
    sentence(surface, headOf(surface, gate)),
    surface.paint('name', surface.line(gate.subject, 200).replaceAll('*', '') || '(no subject)'),
    ...((gate.asker === 'fleetd' && gate.kind !== 'review' && gate.kind !== 'checks') || body.trim() === ''
      ? [ownText(surface, body)]
      : [surface.kind === 'chat' ? fence(body) : block(body).replace(/^/gm, '  | ')]),
    ...(gate.cautions ?? []).map((caution) =>
      sentence(surface, `Known before it began: ${surface.line(caution, 600)}`),
    ),
    ...(options ? [sentence(surface, `Options: ${options}.`)] : []),
    ...(gate.deadline ? [sentence(surface, `Wanted by ${surface.line(gate.deadline, 40)}.`)] : []),
    ...(gate.state === 'open' ? [sentence(surface, howToAnswer(surface, gate))] : []),
  ].join('\n');
}

/** What became of an answer. */
export function resolvedText(surface: Surface, gate: GateView): string {
  const where =
    gate.delivery === null
      ? ''
      : gate.delivery === 'lost'
        ? ' Nobody is left to tell.'
        : ` It is ${gate.delivery === 'read' ? 'heard' : gate.delivery === 'sent' ? 'sent, and not yet heard' : 'on its way to the coordinator'}.`;
  return sentence(surface, `Gate ${gate.n} on ${gate.product ?? 'the fleet'} is ${gate.state}.${where}`);
}

function headOf(surface: Surface, gate: GateView): string {
  const age = since(gate.askedAt, surface.nowMs);
  const about = [gate.product ?? 'the fleet', gate.objective].filter(Boolean).join(' ');
  const urgent = gate.severity === 'critical' ? 'CRITICAL ' : '';
  const asked = `${urgent}${gate.kind} by ${surface.line(gate.asker, 40)}${age ? `, ${age} ago` : ''}`;
  if (gate.state === 'open') return `Gate ${gate.n} on ${about}: ${asked}.`;
  const how =
    gate.state === 'withdrawn'
      ? `withdrawn: ${surface.line(gate.withdrawn ?? '', 120)}`
      : `${gate.state} by ${surface.line(gate.resolution?.by ?? '', 60)}${gate.delivery === 'lost' ? ', reached nobody' : ''}`;
  return `Gate ${gate.n} on ${about} (${asked}): ${how.replace(/\.$/, '')}.`;
}

function howToAnswer(surface: Surface, { n, kind, objective, surface: where }: GateView): string {
  if (where === 'dashboard' && surface.kind === 'chat')
    return `Not answered in chat: on the dashboard, or \`fleet approve ${n}\` in a terminal where the fleet runs.`;
  if (kind === 'checks')
    return `${surface.command(`approve ${n}`)}: sent back with what failed, and your words where you add some. ${surface.command(`reject ${n} <reason>`)}: left as it is.`;
  if (kind === 'review' && objective !== null)
    return `${surface.command(`approve ${n}`)}: taken, and delivered where the product says. ${surface.command(`reject ${n} <what is wrong>`)}: sent back. To see it: ${surface.command(`diff ${objective}`)}.`;
  return `${surface.command(`approve ${n}`)}, ${surface.command(`reject ${n} <reason>`)} or ${surface.command(`answer ${n} <text>`)}.`;
}
