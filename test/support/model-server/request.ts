// One request to the Messages API as Claude Code sends it: who asks, for whom, and what is in it.
import type { IncomingHttpHeaders } from 'node:http';

export interface Block {
  type: string;
  text?: string;
  /** of a tool_use */
  id?: string;
  name?: string;
  input?: Record<string, unknown>;
  /** of a tool_result */
  tool_use_id?: string;
  content?: string | Block[];
  is_error?: boolean;
}

export interface Message {
  role: 'user' | 'assistant' | 'system';
  content: string | Block[];
}

interface Body {
  model: string;
  stream?: boolean;
  system?: string | Block[];
  messages: Message[];
  tools?: { name: string }[];
}

/**
 * `worker` has a name that overstory gave it, `coordinator` a role. `side` are Claude Code's own small requests (titles,
 * topics), `suggestion` the hidden one after each turn of a terminal. `other` is a session that overstory did not start.
 */
export type Role = 'coordinator' | 'lead' | 'builder' | 'worker' | 'side' | 'suggestion' | 'other';

export interface Asked {
  atMs: number;
  role: Role;
  /** overstory's name of it, e.g. `lead-obj-1`; for others, the role */
  agent: string;
  /** key or token that the request came with */
  key: string;
  /** of Claude Code */
  session: string;
  model: string;
  stream: boolean;
  system: string;
  messages: Message[];
  /** all that was said in it, system prompt and tool results too */
  text: string;
  /** e.g. `claude-cli/2.1.112 (external, cli)` */
  client: string;
  /** how often Claude Code has tried this one before */
  retry: number;
}

export const textOf = (content: string | Block[] | undefined): string =>
  typeof content === 'string'
    ? content
    : (content ?? [])
        .map((block) => block.text ?? (block.content === undefined ? '' : textOf(block.content)))
        .join('\n');

export function readRequest(raw: string, headers: IncomingHttpHeaders): Asked {
  const body = JSON.parse(raw) as Body & { metadata?: { user_id?: string } };
  const system = textOf(body.system);
  const said = body.messages.map(({ content }) => textOf(content));
  const { role, agent } = whoAsks(body, system, said);
  return {
    atMs: Date.now(),
    role,
    agent,
    key: String(headers['x-api-key'] ?? headers.authorization?.replace(/^Bearer /, '') ?? ''),
    session: sessionOf(body.metadata?.user_id ?? ''),
    model: body.model,
    stream: body.stream === true,
    system,
    messages: body.messages,
    text: [system, ...said].join('\n'),
    client: headers['user-agent'] ?? '',
    retry: Number(headers['x-stainless-retry-count'] ?? 0),
  };
}

function whoAsks({ tools }: Body, system: string, said: string[]): Pick<Asked, 'role' | 'agent'> {
  if (!tools?.length) return { role: 'side', agent: 'side' };
  if (said.at(-1)?.includes('[SUGGESTION MODE')) return { role: 'suggestion', agent: 'suggestion' };
  // The overlay that `ov sling` wrote stands in the first message.
  const first = said.slice(0, 3).join('\n');
  const worker = /\*\*Agent Name:\*\* (\S+)/.exec(`${system}\n${first}`)?.[1];
  if (worker !== undefined) {
    const role = (['lead', 'builder'] as const).find((one) => worker.startsWith(one)) ?? 'worker';
    return { role, agent: worker };
  }
  if (/\*\*coordinator agent\*\*/.test(system) || first.includes('[OVERSTORY] coordinator'))
    return { role: 'coordinator', agent: 'coordinator' };
  return { role: 'other', agent: 'other' };
}

/** JSON from some versions on, before that words joined by `_`. */
function sessionOf(userId: string): string {
  try {
    return String((JSON.parse(userId) as { session_id?: string }).session_id);
  } catch {
    return userId.split('session_')[1] ?? userId;
  }
}
