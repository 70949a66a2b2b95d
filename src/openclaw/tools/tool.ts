// What a tool of the model is: its schema, checked; its answer or failure as text.
import { z } from 'zod';
import type { FleetClient } from '../../client/client.ts';
import { FleetError } from '../../common/errors.ts';
import type { Source } from '../../contract/source.ts';
import { lessonsText, type Surface, surfaceFor } from '../../text/index.ts';
import { failed, said, type ToolOutcome, untrusted } from '../outcome.ts';
import { channelOf } from '../places.ts';

/** As the human sees it in their channel: what the model repeats is then already in its form. */
export const chat = ({ source }: ToolCall): Surface =>
  surfaceFor({ kind: 'chat', channel: channelOf(source.thread), nowMs: Date.now() });

/** Mail and files as they are, not the excerpt that a chat shows; `untrusted` cuts them. */
export const whole = (): Surface => surfaceFor({ kind: 'terminal', nowMs: Date.now(), columns: 1000 });

/** The call at hand, as OpenClaw describes it. */
export interface ToolCall {
  client: FleetClient;
  source: Source;
}

interface ToolNames {
  name: string;
  label: string;
  /** what a human says that it answers: a row of the skill's table. Without it the skill's text says when */
  when?: string;
  /** what to do then; its name where that is all */
  how?: string;
  description: string;
}

interface ToolSpec<Params extends z.ZodType> extends ToolNames {
  params: Params;
  run(params: z.output<Params>, call: ToolCall): Promise<string>;
}

export const product = z
  .string()
  .min(1)
  .max(100)
  .describe('Name of one product, exactly as fleet_products lists it, e.g. "product-a".');

/** Checks the row's types against its own schema, then forgets them: the table is of one type. */
export function tool<Params extends z.ZodType>(spec: ToolSpec<Params>): FleetTool {
  return {
    name: spec.name,
    label: spec.label,
    when: spec.when,
    how: spec.how,
    description: spec.description,
    parameters: z.toJSONSchema(spec.params, { io: 'input', target: 'draft-7' }),
    async call(params, call) {
      let at: ToolCall | undefined;
      try {
        const checked = spec.params.safeParse(params ?? {});
        if (!checked.success) throw badParams(spec.name, checked.error);
        at = call();
        return said(await spec.run(checked.data, at));
      } catch (error) {
        return failed(error, channelOf(at?.source.thread ?? null));
      }
    },
  };
}

export interface FleetTool extends ToolNames {
  /** plain JSON Schema, closed */
  parameters: Record<string, unknown>;
  /** Never throws: a failure is text with its code and mend. */
  call(params: unknown, call: () => ToolCall): Promise<ToolOutcome>;
}

/** What the model wrote down earlier, before it plans again; '' where there is nothing. */
export async function notesOn(call: ToolCall, products: readonly string[]): Promise<string> {
  const lists = await Promise.all(products.map((name) => call.client.lessons({ product: name })));
  const lessons = lists.flat();
  return lessons.length === 0
    ? ''
    : `\n\nYour own notes from earlier work there:\n${untrusted(lessonsText(chat(call), lessons), 'your earlier notes')}`;
}

export function badParams(toolName: string, error: z.ZodError): FleetError {
  return new FleetError({
    code: 'BAD_REQUEST',
    message: `${toolName}: ${z.prettifyError(error).replaceAll('\n', ' ')}`,
    mend: `Call ${toolName} again with the parameters its schema names.`,
  });
}
