// What a human may do with gates. The only way in the project that resolves one.

import { FleetError } from '../../common/errors.ts';
import type { GateView } from '../../contract/gates.ts';
import type { Source } from '../../contract/source.ts';
import type { Verdict } from '../../journal/gates/events.ts';
import { gateResolved } from '../../journal/gates/facts.ts';
import type { GateRow } from '../../journal/gates/store.ts';
import { cleanText } from '../../overstory/sanitize.ts';
import type { Driver } from '../context.ts';
import { overridesOf } from '../decide/live-changes.ts';
import { answeredByOperatorOnly } from '../decide/waiting-on-human.ts';
import type { Controls } from './controls.ts';
import { requireApprover } from './human-only.ts';
import type { Judgement } from './judgement.ts';

export type Gates = ReturnType<typeof createGates>;

/** Longest answer, in bytes: it must fit into one argument of `ov` with what stands around it. */
const maxAnswerBytes = 65_536;
const closedShown = 20;

export function createGates(
  loop: Driver,
  controls: Controls,
  judgement: Pick<Judgement, 'accept' | 'reject' | 'sendBackForChecks'>,
) {
  const { context } = loop;
  const { journal } = context;
  const store = journal.gates;

  const view = (gate: GateRow): GateView =>
    gateView(
      gate,
      gate.kind === 'plan' ? journal.cautionsBefore(gate.objective) : [],
      gate.product !== null && answeredByOperatorOnly(context, gate.product) ? 'dashboard' : 'any',
    );

  function requireGate(n: number): GateRow {
    const gate = store.gate(n);
    if (gate) return gate;
    throw new FleetError({
      code: 'GATE_UNKNOWN',
      message: `Expected the number of a gate, got ${n}.`,
      mend: 'List them with `fleet gates`.',
    });
  }

  /** What an answer to fleetd's own question does. Agents' questions are answered by mail instead. */
  function carryOut(gate: GateRow, verdict: Verdict, source: Source): void {
    if (verdict !== 'approved') return;
    const pausedBy = { budget: 'cost', 'over-memory': 'memory' }[gate.kind as string];
    if (pausedBy !== undefined) {
      const { paused } = overridesOf(journal, context.registry.current());
      for (const [name, { by }] of paused)
        if (by === pausedBy && (gate.product === null || gate.product === name))
          controls.resume(name, source);
    } else if (gate.product !== null && gate.objective !== null) {
      const live = journal.liveSession(gate.product);
      const running = live?.objective === gate.objective && live.state === 'running';
      if (running || journal.objective(gate.objective)?.state === 'failed')
        controls.requeue(gate.objective, source);
    }
  }

  return {
    /** Open gates in order of asking, or with `all` also the latest that are closed. */
    list(product: string | null, all: boolean): GateView[] {
      const closed = all
        ? store.closedGates(closedShown).filter((g) => product === null || g.product === product)
        : [];
      return [...store.openGates(product), ...closed].map(view);
    },

    get: (n: number): GateView => view(requireGate(n)),

    /**
     * Once: said again with the same words it answers the same, with other words it is refused.
     * @param surface the socket it came by; who may is decided by it and by the source
     * @throws FleetError GATE_UNKNOWN, HUMAN_ONLY, NOT_APPROVER, GATE_SURFACE, GATE_CLOSED, TEXT_EMPTY, TEXT_TOO_LARGE;
     *   of a review GATE_VERDICT, and as accept() and reject() of a judgement
     */
    resolve(
      n: number,
      verdict: Verdict,
      said: string,
      source: Source,
      surface: 'gateway' | 'operator',
    ): GateView {
      const gate = requireGate(n);
      requireApprover(
        context,
        gate.product,
        { what: `Gate ${n} can be answered`, tell: 'what it asks', words: `/fleet approve ${n}` },
        source,
        surface,
      );
      const text = acceptAnswer(n, verdict, said);
      if (gate.state !== 'open') {
        if (gate.state === verdict && gate.resolution?.text === text) return view(gate);
        throw closed(gate);
      }
      if (gate.kind === 'review' && gate.objective !== null) {
        if (verdict === 'approved') judgement.accept(gate.objective, source, surface, text);
        else if (verdict === 'rejected') judgement.reject(gate.objective, text, source, surface);
        else throw yesOrNo(gate, 'whether the work is taken');
      } else if (gate.kind === 'checks' && verdict !== 'rejected') {
        const row = journal.pullRequests.openOf(gate.objective ?? '');
        if (verdict === 'answered' || row === null) throw yesOrNo(gate, 'whether the work is sent back');
        judgement.sendBackForChecks(row, source, text);
      } else {
        journal.record(gateResolved(gate, { verdict, text, source }));
        if (gate.question.mail === null) carryOut(gate, verdict, source);
      }
      loop.schedule();
      return view(requireGate(n));
    },
  };
}

function acceptAnswer(n: number, verdict: Verdict, said: string): string {
  const text = cleanText(said).trim();
  if (text === '' && verdict !== 'approved')
    throw new FleetError({
      code: 'TEXT_EMPTY',
      message: `Expected ${verdict === 'rejected' ? 'a reason' : 'an answer'} after the number, got none.`,
      mend: `Say it in words: \`fleet ${verdict === 'rejected' ? 'reject' : 'answer'} ${n} …\`.`,
    });
  if (Buffer.byteLength(text) > maxAnswerBytes)
    throw new FleetError({
      code: 'TEXT_TOO_LARGE',
      message: `Expected at most ${maxAnswerBytes} bytes of text, got ${Buffer.byteLength(text)}.`,
      mend: 'Put the long part into a file of the product and name the file.',
    });
  return text;
}

function yesOrNo({ n, product }: GateRow, asks: string): FleetError {
  return new FleetError({
    code: 'GATE_VERDICT',
    product,
    message: `Expected approve or reject: gate ${n} asks ${asks}.`,
    mend: `\`fleet approve ${n}\`, or \`fleet reject ${n} …\` with why not.`,
  });
}

function closed(gate: GateRow): FleetError {
  const by = gate.resolution?.source;
  const how =
    gate.state === 'withdrawn'
      ? `was withdrawn: ${gate.withdrawn}`
      : `was ${gate.state} by ${by?.sender ?? by?.via ?? 'someone'} before.`;
  return new FleetError({
    code: 'GATE_CLOSED',
    product: gate.product,
    message: `Expected an open gate; gate ${gate.n} ${how}`,
    mend: 'See `fleet gates` for what is open. To say more, send a message: `fleet message`.',
  });
}

const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

function gateView(gate: GateRow, cautions: string[], surface: GateView['surface']): GateView {
  const { question, resolution } = gate;
  return {
    n: gate.n,
    product: gate.product,
    objective: gate.objective,
    kind: gate.kind,
    severity: gate.severity,
    state: gate.state,
    subject: question.subject,
    text: question.text,
    digest: question.digest,
    options: question.options,
    deadline: question.deadline,
    asker: question.asker,
    ...(cautions.length > 0 && { cautions }),
    surface,
    askedAt: new Date(gate.askedAtMs).toISOString(),
    resolution:
      resolution === null
        ? null
        : {
            by: resolution.source.sender ?? resolution.source.via,
            via: resolution.source.via,
            text: resolution.text,
            at: new Date(gate.resolvedAtMs ?? 0).toISOString(),
          },
    withdrawn: gate.withdrawn,
    delivery: gate.delivery,
    deliveredAt: iso(gate.deliveredAtMs),
  };
}
