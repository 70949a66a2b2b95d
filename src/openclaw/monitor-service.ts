// The service that carries out interventions by OpenClaw's own means: a subagent run in a session of its own.
import { setTimeout as delay } from 'node:timers/promises';
import type { OpenClawPluginApi } from 'openclaw/plugin-sdk/plugin-entry';
import { z } from 'zod';
import type { FleetClient } from '../client/client.ts';
import { agentId } from './gateway-config.ts';
import { carryOutInterventions, type Turn } from './monitor.ts';

/** A turn with its tool calls; what takes longer is told as not finished. */
const turnMs = 5 * 60_000;

export function monitorService(api: OpenClawPluginApi, connect: () => FleetClient) {
  let stopping: AbortController | null = null;
  return {
    id: 'meta-coordinator-monitor',
    start(): void {
      const stop = new AbortController();
      stopping = stop;
      void carryOutInterventions(
        {
          connect,
          turn: (n, message) => turn(api, n, message),
          log: (line) => api.logger.warn(line),
          pause: (ms, signal) => delay(ms, undefined, { signal }).catch(() => {}),
        },
        stop.signal,
      );
    },
    stop(): void {
      stopping?.abort();
    },
  };
}

async function turn(api: OpenClawPluginApi, n: number, message: string): Promise<Turn> {
  const { subagent } = api.runtime;
  const sessionKey = `agent:${agentId}:monitor:${n}`;
  const { runId } = await subagent.run({
    sessionKey,
    message,
    deliver: false,
    idempotencyKey: `intervention-${n}`,
  });
  const { status, error } = await subagent.waitForRun({ runId, timeoutMs: turnMs });
  const { messages } = await subagent.getSessionMessages({ sessionKey, limit: 200 });
  const read = readTurn(messages);
  if (status === 'ok') return read;
  return {
    ...read,
    said: [`The turn did not end well (${status}${error ? `: ${error}` : ''}).`, read.said].join('\n'),
  };
}

const messageSchema = z.object({
  role: z.string(),
  content: z.union([z.string(), z.array(z.object({ type: z.string(), text: z.string().optional() }))]),
  usage: z.object({ cost: z.object({ total: z.number() }).optional() }).optional(),
});

/** The last words of the assistant in a transcript, and what its answers cost where OpenClaw knows it. */
export function readTurn(messages: unknown[]): Turn {
  const answers = messages.flatMap((message) => {
    const read = messageSchema.safeParse(message);
    return read.success && read.data.role === 'assistant' ? [read.data] : [];
  });
  const costs = answers.flatMap(({ usage }) => usage?.cost?.total ?? []);
  // A model without a price list costs 0 in OpenClaw's books: not known is not nothing.
  const sum = costs.reduce((total, usd) => total + usd, 0);
  const texts = answers.map(({ content }) =>
    typeof content === 'string' ? content : content.map(({ text }) => text ?? '').join(''),
  );
  return { said: texts.findLast((text) => text.trim() !== '') ?? '', costUsd: sum > 0 ? sum : null };
}
