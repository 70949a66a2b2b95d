// The spec of a worker that works for the operator without a coordinator (`ov sling --parent operator`): what it is to do,
// and how it reports, asks and ends. A headless worker has one turn: it hears nothing until that is over, and one that asked
// is followed by another worker, on its branch, which is told the answer. Change the words: raise the version.
import { artifactsWanted } from './artifacts.ts';
import type { Direct } from './capabilities.ts';
import { excerpt, section } from './dispatch.ts';
import { cleanLine, cleanText } from './sanitize.ts';

const directVersion = 1;

/** With which such a worker ends, on 0.10.3 and 0.11.0: without one of them its row is completed all the same. */
export const finalMail = /^(?:worker_done|result)$/;

export interface DirectOrder {
  /** e.g. `obj-12` */
  objectiveId: string;
  name: string;
  direct: Direct;
  text: string;
  acceptance: string | null;
  source: { via: string; sender: string | null };
  /** a builder must have its plan approved before it writes */
  planFirst: boolean;
  paths: string[] | null;
  /** what was asked for it before and how it was answered, oldest first */
  answers: { verdict: string; subject: string; question: string; answer: string }[];
  /** why it begins again, and the branch that it stands on; null: this is the first */
  resume: { why: string; branch: string | null } | null;
}

/** @returns the whole spec, for `spec.write` */
export function directText(order: DirectOrder): string {
  const { objectiveId, name, direct, acceptance, paths, planFirst, resume } = order;
  const tag = `[${objectiveId}]`;
  const mail = (type: string, subject: string, body: string) =>
    `  ov mail send --to operator --type ${type} --subject "${subject}" --body "${body}" --agent ${name}`;
  const done =
    direct === 'scout'
      ? 'Change nothing. Your last mail is all that is kept of your work: put all of your findings into it, with paths and lines.'
      : 'Commit all that belongs to it on your branch, with its tests run. Merge and push nothing: your branch is taken when you have reported.';
  return [
    `Objective ${objectiveId}, given to you by the operator: there is no coordinator and no lead, and you start nobody. All mail goes to operator.`,
    planFirst &&
      'PLAN FIRST: write nothing before the operator has approved your plan. Mail it as a question whose subject begins with PLAN (below), and end your turn.',
    section('Objective', cleanText(order.text).trim()),
    section('Acceptance', acceptance === null ? '' : cleanText(acceptance).trim()),
    paths !== null &&
      section(
        'Your part of the repository',
        `${paths.map((path) => `- ${cleanLine(path)}`).join('\n')}\nOther products have the rest of it: what has to change there is a question to operator.`,
      ),
    resume !== null &&
      section(
        'Where it stands',
        `A worker before you ended: ${cleanLine(resume.why)}${resume.branch === null ? '' : `\nYour branch stands on its commits (${cleanLine(resume.branch)}): look at them (git log) before you start anew.`}`,
      ),
    section(
      'What was asked, and the operator’s answers',
      order.answers
        .map(
          ({ verdict, subject, question, answer }) =>
            `"${cleanLine(subject)}"\n> ${excerpt(cleanText(question)).replaceAll('\n', '\n> ')}\n${verdict} by the operator${answer === '' ? '.' : `: ${cleanText(answer).trim()}`}`,
        )
        .join('\n\n'),
    ),
    section('Asked by', cleanLine(`${order.source.sender ?? 'the operator'}, by ${order.source.via}`)),
    section(
      'How to report',
      [
        `${done} Then, as the last thing that you do:`,
        mail(
          'worker_done',
          `Worker done: ${tag}`,
          '<what was done or found, what was checked, what is left>',
        ),
        artifactsWanted,
        'A question only a human can answer: ask all at once and end your turn, without worker_done. Nothing is heard during a turn: another worker goes on from your commits with the answer.',
        mail('question', `${tag} <question>`, '<the question, the options, what you would choose>'),
        planFirst && mail('question', `PLAN ${tag} <short title>`, '<the plan>'),
        'You cannot go on at all (also without worker_done):',
        mail('error', `${tag} <what failed>`, '<what was tried>'),
      ]
        .filter((line) => typeof line === 'string')
        .join('\n'),
    ),
    `(direct text v${directVersion})`,
  ]
    .filter((part) => typeof part === 'string' && part !== '')
    .join('\n\n');
}
