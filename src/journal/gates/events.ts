// The facts about gates.
import type { GateView } from '../../contract/gates.ts';
import type { Mail } from '../../contract/runtime/snapshot.ts';
import type { Source } from '../../contract/source.ts';

/** plan, question, decision, escalation, error: of agents. The others: of fleetd itself. */
export type GateKind = GateView['kind'];

/** warning: in the daily digest. error: told at once. critical: also nothing new starts on the product. */
export type GateSeverity = GateView['severity'];

export type Verdict = 'approved' | 'rejected' | 'answered';

/** What is asked, as it was asked. The text of agents is data. */
export interface Question {
  /** sha256 of subject, newline, text; hex */
  digest: string;
  subject: string;
  text: string;
  options: string[];
  /** ISO 8601, as the asker wrote it; null: none */
  deadline: string | null;
  /** the agent that asked; `fleetd` for its own */
  asker: string;
  /** the mail that asked; null for fleetd's own */
  mail: string | null;
}

export interface Resolution {
  verdict: Verdict;
  /** what the human said; '' for a bare approval */
  text: string;
  source: Source;
}

export interface GateEvents {
  'gate.opened': { gate: number; kind: GateKind; severity: GateSeverity; question: Question };
  /** deliver: someone is to be told; false for gates of fleetd itself. */
  'gate.resolved': { gate: number; resolution: Resolution; deliver: boolean };
  'gate.withdrawn': { gate: number; why: string };
  /** mail null: nobody is left who could be told. recovery: the asker is gone, its objective's next session was told. */
  'gate.delivered': { gate: number; mail: string | null; recovery: boolean };
  /** The answer was heard: heard/heard.ts says what shows it. Before dispatch text v3: it was read, which proved nothing. */
  'gate.verified': { gate: number };
  /** before: there when the fleet first looked. foreign: sent by somebody else in the operator's name. */
  'operator-mail.counted': { origin: 'before' | 'foreign'; ids: string[]; mail: Mail | null };
}
