// The numbers of the loop, with where each comes from. Tests shorten them; nothing else does.

export interface Tuning {
  /** Live products are observed at least this often: time alone turns workers stalled or zombie. */
  sweepLiveMs: number;
  /** Evidence of a live product older than this is shown as stale. Three missed sweeps. */
  staleAfterMs: number;
  /** Least time between two starts: a start costs a core for about a second. */
  startPacingMs: number;
  /** Waiting before the n-th retry of a failed start. Its length is the number of retries. */
  startRetryMs: readonly number[];
  /** A starting coordinator's screen is looked at this often, after three times this long: a quick one is up by then. */
  startLookMs: number;
  /** An answer to a start waits this long for what git says of the repository: longer than that takes on a busy machine. */
  cautionsMs: number;
  /** Failed starts in a row that open a product's circuit. */
  breakerFailures: number;
  /** How long it stays open the first time; doubled at each further failure, up to breakerMostMs. */
  breakerMs: number;
  breakerMostMs: number;
  /** Before a delivery that the remote or forge could not take is tried again; doubled each time, up to deliveryRetryMostMs. */
  deliveryRetryMs: number;
  deliveryRetryMostMs: number;
  /** One request to the forge about a product's open pull requests; rarer, up to watchMostMs, the longer nothing changed. */
  watchMs: number;
  watchMostMs: number;
  /** A product's issues are looked through this often. */
  issuesMs: number;
  /** The human's repository is looked at for new commits this often while a session works: a fetch, over a network where it is far. */
  newCommitsMs: number;
  /** How long memory may stay over budget before a session is paused for it. */
  memoryGraceMs: number;
  /** How long a coordinator that is told of a pause has to say where it stands. */
  pauseWordMs: number;
  /** The same where it cannot hear: it works, and so does a worker, whose turn its own waits for. */
  pauseDeafMs: number;
  /** How long a stopped product's processes may take to disappear. */
  stopGraceMs: number;
  /** How often a bounded wait looks again (used only while something is being stopped or confirmed). */
  lookAgainMs: number;
  /**
   * A message whose sending was cut off counts as not sent only when it is absent this long after the
   * intent: the `ov` process of a lost link lives on for up to its timeout (20 s).
   */
  sendDoubtMs: number;
  /** A mail that woke nobody is asked after when the screen is idle and this has passed: a screen may just be drawn. */
  askDeafMs: number;
  /** Waiting before the n-th time that a coordinator is asked whether it has heard a mail, its screen being idle. */
  askAgainMs: readonly number[];
  /** A mail not heard for so long is told, whatever the screen says: somebody may have to look. */
  unheardMs: number;
  /** Mail of a worker that its coordinator may not have seen is asked after when its screen was idle for this; it is looked at again first. */
  idleWithMailMs: number;
  /** Events of an objective that has been over for so long leave the journal's file. Reports of a quarter read one file. */
  archiveAfterMs: number;
  /** The screen of a running coordinator is looked at no more often than this: it costs an `ov`, 60 ms. */
  screenEveryMs: number;
  /** What a running session has cost is read no more often than this: each time what its transcripts grew by. */
  spendEveryMs: number;
  /** A login text or dialog on it counts when it has stood this long. */
  screenConfirmMs: number;
  /** A busy screen that stands still this long is hung: a model's longest turns seen are some minutes. */
  hungAfterMs: number;
  /** An account whose reset nobody knows is tried after this long, then after twice as long, up to accountProbeMostMs. */
  accountProbeMs: number;
  accountProbeMostMs: number;
  /** A woken session that shows no limit this long works; one that still shows it has run into it again. */
  accountTrialMs: number;
  /** One that said it would go on by itself is told to when it has not after this long. */
  accountItselfMs: number;
  /** A session that is complete by its exit trigger and quiet this long is over, also without a final mail. */
  finishQuietMs: number;
  /** Longer dispatch bodies go through `spec write`: 128 KiB is the limit of one argument. */
  longBodyBytes: number;
}

export const tuning: Tuning = {
  sweepLiveMs: 15_000,
  staleAfterMs: 45_000,
  startPacingMs: 250,
  startRetryMs: [10_000, 30_000],
  startLookMs: 5_000,
  cautionsMs: 5_000,
  breakerFailures: 3,
  breakerMs: 60_000,
  breakerMostMs: 1_800_000,
  deliveryRetryMs: 30_000,
  deliveryRetryMostMs: 1_800_000,
  watchMs: 30_000,
  watchMostMs: 600_000,
  issuesMs: 300_000,
  newCommitsMs: 600_000,
  memoryGraceMs: 30_000,
  pauseWordMs: 20_000,
  pauseDeafMs: 5_000,
  stopGraceMs: 15_000,
  lookAgainMs: 500,
  sendDoubtMs: 25_000,
  askDeafMs: 5_000,
  askAgainMs: [30_000, 120_000, 480_000],
  unheardMs: 3_600_000,
  idleWithMailMs: 5_000,
  screenEveryMs: 10_000,
  spendEveryMs: 60_000,
  screenConfirmMs: 8_000,
  hungAfterMs: 1_200_000,
  accountProbeMs: 900_000,
  accountProbeMostMs: 7_200_000,
  accountTrialMs: 30_000,
  accountItselfMs: 600_000,
  finishQuietMs: 600_000,
  archiveAfterMs: 90 * 86_400_000,
  longBodyBytes: 65_536,
};
