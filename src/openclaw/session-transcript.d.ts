// OpenClaw exports this module to plugins, without types. As of 2026.9.6.
declare module 'openclaw/plugin-sdk/session-transcript-runtime' {
  /** Appends what was delivered elsewhere to a session's transcript, once per key, and shows it to who has it open. */
  export function appendAssistantMirrorMessageByIdentity(message: {
    agentId: string;
    sessionKey: string;
    sessionId: string;
    text: string;
    idempotencyKey: string;
    config: unknown;
  }): Promise<{ ok: true; messageId: string } | { ok: false; reason: string }>;
}
