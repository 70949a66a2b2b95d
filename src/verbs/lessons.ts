// What the model wrote down, and a human's word on it.

import { FleetError } from '../common/errors.ts';
import type { LessonView, ProposalView } from '../contract/lessons.ts';
import { lessonsText, proposalsText } from '../text/index.ts';
import { lessonTable, proposalTable } from './columns.ts';
import { namesBy } from './form.ts';
import { everywhere, type Verb } from './verb.ts';

function numberOf(typed: string, what: string): number {
  const [, digits] = /^#?(\d{1,9})[.:,]?$/.exec(typed.trim()) ?? [];
  if (digits !== undefined) return Number(digits);
  throw new FleetError({
    code: 'BAD_USAGE',
    message: `Expected the number of a ${what}, got ${JSON.stringify(typed.slice(0, 40))}.`,
    mend: `List them with \`fleet ${what}s\`.`,
  });
}

const lessons: Verb = {
  name: 'lessons',
  usage: '[product]',
  summary: 'What the model has written down for its next plan; `forget` deletes one',
  examples: ['lessons', 'lessons product-a'],
  surfaces: everywhere,
  takesProduct: true,
  grammar: (command) => command.argument('[product]'),
  names: namesBy<LessonView>('n'),
  table: lessonTable,
  async run({ operands: [product] }, { client }, show) {
    const data = await client.lessons({ product });
    return { data, text: lessonsText(show, data) };
  },
};

const forget: Verb = {
  name: 'forget',
  usage: '<lesson>',
  summary: 'Delete a lesson',
  examples: ['forget 4'],
  surfaces: everywhere,
  grammar: (command) => command.argument('<lesson>'),
  async run({ operands: [n = ''] }, { client, source }, show) {
    const data = await client.forgetLesson(numberOf(n, 'lesson'), { source });
    return { data, text: `Deleted: ${show.line(data.text, 500)}` };
  },
};

const proposals: Verb = {
  name: 'proposals',
  usage: '',
  summary: 'Improvements that the model proposes; `accept` or `drop` one',
  examples: ['proposals'],
  surfaces: everywhere,
  grammar: (command) => command,
  names: namesBy<ProposalView>('n'),
  table: proposalTable,
  async run(_, { client }, show) {
    const data = await client.proposals();
    return { data, text: proposalsText(show, data) };
  },
};

const decide = (name: string, verdict: 'accepted' | 'dropped', summary: string): Verb => ({
  name,
  usage: '<proposal>',
  summary,
  examples: [`${name} 2`],
  surfaces: everywhere,
  grammar: (command) => command.argument('<proposal>'),
  async run({ operands: [n = ''] }, { client, source }, show) {
    const data = await client.decideProposal(numberOf(n, 'proposal'), { verdict, source });
    return { data, text: proposalsText(show, [data]) };
  },
});

const accept = decide('accept', 'accepted', 'Accept a proposal: noted, nothing changes by itself');
const drop = decide('drop', 'dropped', 'Drop a proposal');

export const lessonVerbs: readonly Verb[] = [lessons, forget, proposals, accept, drop];
