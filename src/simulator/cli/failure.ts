// A failure as `ov` shows it: with --json one envelope on stdout, without it one line on stderr; always exit 1.

/** The word overstory prints in brackets in its text form; none for failures it did not expect. */
export type OvFailureCode =
  | 'AGENT_ERROR'
  | 'MAIL_ERROR'
  | 'MERGE_ERROR'
  | 'VALIDATION_ERROR'
  | 'WORKTREE_ERROR';

/** What the imitated CLI refuses; the text is the contract, overstory has no error codes in JSON. */
export class OvFailure extends Error {
  readonly code: OvFailureCode | null;

  constructor(message: string, code: OvFailureCode | null = null) {
    super(message);
    this.code = code;
  }
}

/** Commander's own complaint: stderr only, stdout stays empty even with --json (except under `ov mail`). */
export class ParseFailure extends Error {}
