/** Troubles of a session that its screen shows. */
export const screenTroubles: ReadonlySet<string> = new Set([
  'SESSION_HUNG',
  'CLAUDE_API_ERROR',
  'CLAUDE_DIALOG',
  'CLAUDE_CONTEXT_FULL',
  'CLAUDE_MODEL_MISSING',
  'CLAUDE_ORG_DISABLED',
  'CLAUDE_FORBIDDEN',
]);

/** Troubles that a healthy snapshot does not end: who found them does, or the session's end. */
export const sessionTroubles: ReadonlySet<string> = new Set([...screenTroubles, 'MAIL_UNHEARD']);
