// Healthy = the gateway finished starting and answers. Not /readyz: a broken Slack account must not take
// WebChat down with it.
const base = `http://127.0.0.1:${process.env.OPENCLAW_GATEWAY_PORT ?? '41789'}`;
for (const probe of ['/startupz', '/healthz']) {
  const reply = await fetch(base + probe, { signal: AbortSignal.timeout(4000) });
  if (!reply.ok) throw new Error(`${probe}: expected 200, got ${reply.status}`);
}
