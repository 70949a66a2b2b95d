// A blueprint in words: its steps in order, what each waits for, what applying it would change.

import { count, duration } from '../common/units.ts';
import type { BlueprintReply, BlueprintView, Change } from '../contract/blueprints.ts';
import { predictionLine } from './estimate.ts';
import { paragraphs, type Row, rows, type Surface, sentence, type Tone } from './layout.ts';

type Step = BlueprintView['steps'][number];

/** How urgent each state of a step looks, here and on the dashboard. */
export const stepTones: Record<Step['state'], Tone> = {
  planned: 'dim',
  queued: 'busy',
  starting: 'busy',
  running: 'good',
  done: 'good',
  failed: 'bad',
  cancelled: 'dim',
};

/** The longest chain of expected lengths, ms; null: one of them is not known. */
export function longestChainMs({ steps }: BlueprintView): number | null {
  const ends = new Map<string, number>();
  for (const { name, needs, estimate } of steps) {
    if (estimate === null) return null;
    ends.set(name, Math.max(0, ...needs.map((need) => ends.get(need) ?? 0)) + estimate.workMs.p50);
  }
  return Math.max(0, ...ends.values());
}

function stepRow(surface: Surface, step: Step): Row {
  const { name, product, state, needs, id, objective, why, estimate } = step;
  const after =
    needs.length > 0 ? `after ${needs.map((need) => surface.line(need, 50)).join(', ')}` : 'at once';
  const open = state === 'planned' || state === 'queued';
  return {
    name: surface.line(name, 50),
    state: `${surface.line(product, 50)} ${state}`,
    tone: stepTones[state],
    head: [id ? surface.line(id, 40) : '', open ? after : ''].filter(Boolean).join(', '),
    quote: objective,
    notes: [
      ...(open && estimate ? [{ text: predictionLine(estimate), tone: 'dim' as const }] : []),
      ...(why && state !== 'done' && state !== 'planned'
        ? [{ text: surface.line(why, 400), tone: state === 'failed' ? ('bad' as const) : ('dim' as const) }]
        : []),
    ],
  };
}

export function blueprintText(surface: Surface, view: BlueprintView): string {
  const { name, description, draft, steps } = view;
  const chain = steps.some(({ state }) => state === 'planned') ? longestChainMs(view) : null;
  const failed = steps.filter(({ state }) => state === 'failed').length;
  return paragraphs(
    sentence(
      surface,
      `${surface.line(name, 50)}${draft === null ? '' : ` (draft-${draft}, nothing of it runs)`}: ${count(steps.length, 'step')}${chain === null ? '' : `, about ${duration(chain)} in all`}.`,
    ),
    description ? sentence(surface, surface.line(description, 400)) : '',
    rows(
      surface,
      steps.map((step) => stepRow(surface, step)),
    ),
    failed > 0
      ? sentence(
          surface,
          `${count(failed, 'step')} failed: what needs it waits. ${surface.command(`retry ${name}`)} gives it another try.`,
          'bad',
        )
      : '',
  );
}

/** What a change is called, here and on the dashboard. */
export const marks: Record<Change['action'], { mark: string; tone: Tone }> = {
  add: { mark: '+ add', tone: 'good' },
  keep: { mark: '= keep', tone: 'dim' },
  replace: { mark: '~ replace', tone: 'warn' },
  remove: { mark: '- remove', tone: 'warn' },
  'let-go': { mark: '- let go', tone: 'dim' },
  refuse: { mark: '! refuse', tone: 'bad' },
};

/** What applying it would change, or changed. */
export function blueprintReplyText(
  surface: Surface,
  { blueprint, changes, applied, cautions = [] }: BlueprintReply,
): string {
  const nothing = changes.every(({ action }) => action === 'keep');
  const next =
    blueprint.draft === null
      ? ''
      : `Nothing runs until you type ${surface.command(`apply draft-${blueprint.draft}`)}.`;
  return paragraphs(
    blueprintText(surface, blueprint),
    nothing
      ? sentence(surface, 'Nothing changes: it is applied as it stands.')
      : [
          applied ? 'Changed:' : 'Applying it would change:',
          ...rows(
            surface,
            changes.map(({ step, action, why }) => ({
              name: surface.line(step, 50),
              state: marks[action].mark,
              tone: marks[action].tone,
              head: surface.line(why, 300),
              notes: [],
            })),
          ),
        ],
    ...cautions.map(({ product, says }) =>
      sentence(surface, `Before ${surface.line(product, 50)} begins: ${surface.line(says, 600)}`),
    ),
    applied ? '' : sentence(surface, next),
  );
}

export function blueprintsText(surface: Surface, all: BlueprintView[]): string {
  if (all.length === 0)
    return sentence(
      surface,
      `No blueprint was applied, and no draft waits. Write one and ${surface.command('apply <file>')} it.`,
    );
  return paragraphs(
    rows(
      surface,
      all.map(({ name, draft, steps }) => {
        const done = steps.filter(({ state }) => state === 'done').length;
        const failed = steps.filter(({ state }) => state === 'failed').length;
        return {
          name: draft === null ? surface.line(name, 50) : `draft-${draft}`,
          state: draft !== null ? 'draft' : failed > 0 ? 'failed' : done === steps.length ? 'done' : 'open',
          tone: failed > 0 ? 'bad' : draft !== null ? 'dim' : 'good',
          head:
            draft !== null
              ? `${surface.line(name, 50)}, ${count(steps.length, 'step')}; look with ${surface.command(`blueprints draft-${draft}`)}`
              : `${done} of ${count(steps.length, 'step')} done${failed > 0 ? `, ${failed} failed` : ''}`,
          notes: [],
        };
      }),
    ),
  );
}
