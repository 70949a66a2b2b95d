// The facts about accounts: what is closed by a usage limit, who stands at it, how much of a window is used.
import type { Source } from '../../contract/source.ts';

/** As a screen's reading names it: session, week, model, spend, credit, unknown. */
type Window = string;

export interface AccountEvents {
  /**
   * Nothing starts on it until its reset. untilMs null: not known, it is tried at probeMs. limit: the screen's words.
   * again: it was closed already, and this is what is known now.
   */
  'account.closed': {
    account: string;
    window: Window;
    untilMs: number | null;
    probeMs: number | null;
    limit: string;
    again: boolean;
  };
  /** One session on it is woken, to see whether it works again; the next try is at probeMs. */
  'account.tried': { account: string; session: number; probeMs: number };
  /** reset: its time has come. trial: one that stood at the limit works. human: somebody said so */
  'account.opened': { account: string; by: 'reset' | 'trial' | 'human'; source: Source | null };
  /** A worker's turn ended at a limit, by its transcript at refusedMs; its account closed with that, unless it was closed. */
  'worker.limited': { session: number; account: string; agent: string; limit: string; refusedMs: number };
  /** How much of a window is used, as Claude Code was told; it starts anew at untilMs. */
  'account.share': { account: string; window: Window; usedPercent: number; untilMs: number };
  /** Its screen ends in a limit, or it waits for a worker that ended at one. print: of the screen, by which one that was left standing is known again */
  'session.limited': { session: number; account: string; limit: string; print: string };
  /** by itself: Claude Code said that it would go on; nudged: it was told to */
  'session.woken': { session: number; by: 'itself' | 'nudge' };
  /** The limit is gone from its screen. */
  'session.unlimited': { session: number };
}
