// Healthy = the gateway finished starting and answers. Not /readyz: a broken Slack account must not take
// WebChat down with it.
const reply = await fetch('http://127.0.0.1:41789/startupz', { signal: AbortSignal.timeout(4000) });
if (!reply.ok) throw new Error(`expected 200, got ${reply.status}`);
