// Event → the gates it opens or withdraws. Asked twice about the same event it answers once.

import { traitsOf } from '../../../common/error-catalogue.ts';
import type { JournalEvent, NewEvent } from '../../../journal/events.ts';
import { gateOpened, gateWithdrawn } from '../../../journal/gates/facts.ts';
import type { GateRow } from '../../../journal/gates/store.ts';
import type { FleetContext } from '../../context.ts';
import { overridesOf, type PauseValue } from '../../decide/live-changes.ts';
import { ofWork } from '../../decide/waiting-on-human.ts';
import { askedIn } from './asked.ts';
import { sameMatter } from './question.ts';
import { lowerGates, raiseGate } from './raise.ts';

type Context = Pick<FleetContext, 'journal' | 'registry'>;

export function gatesOf(context: Context, event: JournalEvent): NewEvent[] {
  const { journal } = context;
  const { product } = event;
  switch (event.kind) {
    case 'mail.received':
      return product === null ? [] : askedByMail(context, { ...event, product });
    case 'objective.ended':
      if (event.data.end === 'failed') return [];
      return withdrawn(
        // What it made is asked about from here on.
        journal.gates
          .openGates(product)
          .filter((gate) => gate.objective === event.objective && !ofWork.has(gate.kind)),
        `${event.objective} is ${event.data.end}.`,
      );
    case 'product.trouble': {
      const kind = traitsOf(event.data.error.code).gate;
      if (kind === undefined || journal.trouble(product ?? '')?.code !== event.data.error.code) return [];
      return raiseGate(journal, {
        product,
        objective: journal.liveSession(product ?? '')?.objective ?? null,
        kind,
        severity: 'error',
        subject: `${product}: ${event.data.error.message}`,
        text: [
          event.data.error.mend,
          'approve: stop the session and give its objective another try. reject: leave it as it is.',
        ].join('\n'),
      });
    }
    case 'product.recovered':
      // An objective that has failed does not go on: its gate asks whether to try again.
      return (['hung', 'logged-out'] as const).flatMap((kind) =>
        lowerGates(journal, product, kind, 'it goes on.').filter(
          (event) => journal.objective(event.objective ?? '')?.state !== 'failed',
        ),
      );
    case 'session.starting':
      return (['hung', 'logged-out'] as const).flatMap((kind) =>
        lowerGates(journal, product, kind, `${event.objective} is tried again.`).filter(
          ({ objective }) => objective === event.objective,
        ),
      );
    case 'budget.ask':
      return raiseGate(journal, {
        product,
        objective: null,
        kind: 'budget',
        severity: 'error',
        subject: event.text,
        text: 'approve: take back the pause (also raise the limit with `fleet cap`, or it is reached again at once). reject: stay paused.',
      });
    case 'pull-request.checked':
    case 'pull-request.moved':
    case 'pull-request.ended':
      return settledChecks(context, event);
    case 'control.changed':
      return [...askedByPause(context, event), ...answeredByResume(context, event)];
    default:
      return [];
  }
}

/** Nobody is asked about checks that fail no more. */
function settledChecks(
  { journal }: Context,
  { product, objective }: Pick<JournalEvent, 'product' | 'objective'>,
): NewEvent[] {
  const failed = journal.pullRequests.openOf(objective ?? '')?.checks.some(({ state }) => state === 'failed');
  return failed === true
    ? []
    : withdrawn(
        journal.gates
          .openGates(product)
          .filter((gate) => gate.kind === 'checks' && gate.objective === objective),
        'there is nothing to send back any more.',
      );
}

/** Paused for memory by rule 4: whether it may go on is a human's to say. */
function askedByPause({ journal }: Context, event: JournalEvent & { kind: 'control.changed' }): NewEvent[] {
  if (event.data.source !== null) return [];
  return event.data.changes
    .filter(({ key, after }) => key === 'paused' && (after as PauseValue | null)?.by === 'memory')
    .flatMap(({ scope }, index) =>
      raiseGate(
        journal,
        {
          product: scope,
          objective: null,
          kind: 'over-memory',
          severity: 'error',
          subject: event.text,
          text: [
            event.text,
            'approve: take back the pause (also raise the limit with `fleet cap`, or make room, or it is reached again). reject: stay paused.',
          ].join('\n'),
        },
        index,
      ),
    );
}

/** What asked about a pause asks no more when the pause is gone. */
function answeredByResume(
  { journal, registry }: Context,
  event: JournalEvent & { kind: 'control.changed' },
): NewEvent[] {
  if (!event.data.changes.some(({ key, after }) => key === 'paused' && after === null)) return [];
  const paused = [...overridesOf(journal, registry.current()).paused];
  const stays = (by: PauseValue['by'], about: string | null) =>
    paused.some(([name, pause]) => pause.by === by && (about === null || name === about));
  return withdrawn(
    journal.gates
      .openGates()
      .filter(
        ({ kind, product }) =>
          (kind === 'budget' && !stays('cost', product)) ||
          (kind === 'over-memory' && !stays('memory', product)),
      ),
    'the pause was taken back.',
  );
}

/** A question in a mail: a gate; asked with other words, a new gate in the place of the old one. */
function askedByMail(
  { journal }: Context,
  event: JournalEvent & { kind: 'mail.received'; product: string },
): NewEvent[] {
  const asked = askedIn({ journal }, event.product, event.data.mail);
  const store = journal.gates;
  const { product } = event;
  if (asked === null || store.gateOfMail(product, event.data.mail.id) !== null) return [];
  if (store.wasAsked(product, asked.question.digest, event.seq)) return [];
  const earlier = store
    .openGates(product)
    .filter((gate) => gate.objective === event.objective && sameMatter(gate, asked));
  const gate = store.nextGateNumber();
  return [
    ...withdrawn(earlier, `it was asked again with another text: gate ${gate}.`),
    gateOpened({ product, objective: event.objective }, { gate, ...asked }),
  ];
}

const withdrawn = (gates: GateRow[], why: string): NewEvent[] =>
  gates.map((gate) => gateWithdrawn(gate, why));
