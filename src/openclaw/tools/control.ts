// Tools that stop, hold, or put first: only when the human asks.
import { z } from 'zod';
import { controlText, stoppedText } from '../../text/index.ts';
import { chat, type FleetTool, product, tool } from './tool.ts';

export const controlTools: readonly FleetTool[] = [
  tool({
    name: 'fleet_stop',
    label: 'Stop a product',
    when: 'stop, cancel, abort',
    how: '`fleet_stop`, only when the human asks',
    description:
      "Stops the product's running session: its coordinator and all its workers end, branches stay. Use only when the human asks to stop it. Returns the objective it was working on, or says that nothing ran. Does not touch queued objectives and does not undo work.",
    params: z.strictObject({
      product,
      reason: z.string().max(1000).optional().describe("The human's reason, recorded with the stop."),
    }),
    run: async (params, call) =>
      stoppedText(
        chat(call),
        params.product,
        await call.client.stop(params.product, { source: call.source, reason: params.reason ?? null }),
      ),
  }),
  tool({
    name: 'fleet_pause',
    label: 'Pause a product',
    when: 'pause, hold',
    how: '`fleet_pause`, only when the human asks',
    description:
      'Pauses one product: its session is stopped, the objective keeps its place in the queue, and nothing of the product starts until fleet_resume. Turns that were cut off are not brought back. Use only when the human asks to pause, hold or wait with a product. Use fleet_stop instead when the work itself is to end.',
    params: z.strictObject({
      product,
      reason: z.string().max(1000).optional().describe("The human's reason, shown wherever it waits."),
    }),
    run: async (params, call) =>
      controlText(
        chat(call),
        await call.client.pause(params.product, { source: call.source, reason: params.reason ?? null }),
      ),
  }),
  tool({
    name: 'fleet_resume',
    label: 'Resume a product',
    when: 'resume, go on',
    how: '`fleet_resume`, only when the human asks',
    description:
      'Lets a paused product start again: its queued objectives compete for the next slot, and a new session is handed the one it stood at. Use only when the human asks. Refused when the product is paused because money ran out: only the human lets that go on.',
    params: z.strictObject({ product }),
    run: async (params, call) =>
      controlText(chat(call), await call.client.resume(params.product, { source: call.source })),
  }),
  tool({
    name: 'fleet_focus',
    label: 'Focus on a product',
    when: 'focus',
    how: '`fleet_focus`, only when the human asks',
    description:
      'Pauses all other products and puts this one first, in one step; the human takes it back with `/fleet undo`. Use when the human says to focus on one product.',
    params: z.strictObject({ product }),
    run: async (params, call) =>
      controlText(chat(call), await call.client.focus(params.product, { source: call.source })),
  }),
  tool({
    name: 'fleet_priority',
    label: 'Priority of a product',
    when: 'priority',
    how: '`fleet_priority`, only when the human asks',
    description:
      "Sets a product's priority from now on; products.yaml stays as it is. It orders the queue and does not stop what runs. Use only when the human asks.",
    params: z.strictObject({
      product,
      priority: z
        .union([z.enum(['high', 'medium', 'low', 'default']), z.number().int().min(1).max(100)])
        .describe('high = 80, medium = 50, low = 20, or 1 to 100; default: what products.yaml says.'),
    }),
    run: async (params, call) =>
      controlText(
        chat(call),
        await call.client.priority(params.product, { source: call.source, priority: params.priority }),
      ),
  }),
];
