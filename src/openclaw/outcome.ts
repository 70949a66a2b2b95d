// What a tool hands back to the model. Facts as text, failures as text with their mend, worker text fenced.
import { truncateSanitizedExternalContent, wrapExternalContent } from 'openclaw/plugin-sdk/security-runtime';
import type { ChannelKind } from '../common/chats.ts';
import { FleetError } from '../common/errors.ts';
import { errorText, surfaceFor } from '../text/index.ts';

/**
 * A tool result as OpenClaw takes it. OpenClaw grades `details` by the keys status, ok, success, error,
 * timedOut and exitCode: data of ours stays one level down so that it is never read as a verdict.
 */
export interface ToolOutcome {
  content: { type: 'text'; text: string }[];
  details: { fleet: { code: string | null } };
}

/** Longest worker text one result may carry into the model's context, in characters. */
export const maxUntrustedChars = 24_000;

/** @returns a result that says `text` */
export function said(text: string): ToolOutcome {
  return { content: [{ type: 'text', text }], details: { fleet: { code: null } } };
}

/** @returns a failure in words: never thrown, so that the model reads the code and the mend */
export function failed(error: unknown, channel?: ChannelKind): ToolOutcome {
  return {
    content: [{ type: 'text', text: failure(error, channel) }],
    details: { fleet: { code: FleetError.wrap(error).code } },
  };
}

/** `CODE: message. Mend: …`, with commands as one types them in chat */
export function failure(error: unknown, channel: ChannelKind = 'webchat'): string {
  return errorText(surfaceFor({ kind: 'chat', channel, nowMs: Date.now() }), FleetError.wrap(error));
}

/**
 * Text written by workers or found in a repository, as data: cut to `maxUntrustedChars`, then fenced by
 * OpenClaw's own markers (random id, spoofed markers and special tokens defused).
 * @param origin who wrote it, in the program's words
 */
export function untrusted(text: string, origin: string): string {
  const bounded = truncateSanitizedExternalContent(text, maxUntrustedChars);
  const cut = bounded.truncated ? `\n[cut: ${text.length - bounded.retainedRawChars} more characters]` : '';
  return wrapExternalContent(bounded.text + cut, { source: 'api', sender: origin, includeWarning: false });
}
