// The dispatch text: how an objective is put to a coordinator of overstory 0.9.4 to 0.11.0, in the words of
// its own coordinator.md. `ov` types only the first 500 characters into the session, so what must not be
// missed comes first; the whole is in the mail. Change the words: raise the version.
import { FleetError } from '../common/errors.ts';
import { artifactsWanted } from './artifacts.ts';
import { cleanLine, cleanText } from './sanitize.ts';

export const dispatchVersion = 5;
/** Bytes of objective and acceptance together; the frame around them fits below the 128 KiB of an argument. */
const maxInlineBytes = 112 * 1024;

export interface Dispatch {
  /** e.g. `obj-12` */
  objectiveId: string;
  /** 1 for the objective itself, then one more for each message on it */
  messageNumber: number;
  text: string;
  /** what must be true at the end; null: not said */
  acceptance: string | null;
  /** who asked and by which way, e.g. `{via: 'slack', sender: 'ana'}` */
  source: { via: string; sender: string | null };
  /** workers alive at once; null: the project's own limits */
  workerBudget: number | null;
  planApproval: 'required' | 'none';
  /** folders of the repository that are the product's, where other products have the rest; null: all of it */
  paths?: string[] | null;
  /** new commits of the human's that are still to be merged, in words; left out or null: none */
  base?: string | null;
  /** path, inside the project, of a spec that holds the whole text */
  specPath?: string | null;
  /** where an earlier session on it left off; null: this is the first */
  resume?: {
    /** why that one ended */
    why: string;
    /** workers' branches that are not merged, e.g. `overstory/builder-1/task-1` */
    branches: string[];
    /** its last mail to the operator */
    lastWord: string | null;
  } | null;
}

/**
 * @returns arguments of `coordinator.send`, and the version of the words
 * @throws OV_ARGUMENT_TOO_LARGE when the text is longer than maxInlineBytes and there is no specPath
 */
export function dispatchText(dispatch: Dispatch): { subject: string; body: string; version: number } {
  const { objectiveId, messageNumber, acceptance, workerBudget, specPath } = dispatch;
  const tag = `[${objectiveId}]`;
  const text = cleanText(dispatch.text).trim();
  const gated = dispatch.planApproval === 'required';
  const mail = (type: string, subject: string, body: string, extra = '') =>
    `  ov mail send --to operator --type ${type}${extra} --subject "${subject}" --body "${body}" --agent coordinator`;

  const sections = [
    // Without --unread: a hook has marked it read by the time that a coordinator looks.
    `Objective ${objectiveId}. Read the whole of this mail (ov mail list --from operator) before you act, and acknowledge it: ov mail reply <its id> --body "…" --agent coordinator. So with every mail from operator.`,
    gated &&
      `PLAN FIRST: spawn nobody until the operator has approved your plan. This overrides your propulsion principle for ${objectiveId}.`,
    `Report to operator by mail with ${tag} in the subject; when all is done: "Run complete: ${tag}".`,
    section('Objective', specPath ? `The full text is in ${specPath}. It begins:\n${excerpt(text)}` : text),
    section('Acceptance', acceptance === null ? '' : cleanText(acceptance).trim()),
    dispatch.base && section('New commits of the operator', cleanText(dispatch.base)),
    dispatch.resume && section('Where it stands', standing(dispatch.resume)),
    dispatch.paths &&
      section(
        'Your part of the repository',
        `${dispatch.paths.map((path) => `- ${cleanLine(path)}`).join('\n')}\nOther products work in the rest of it at the same time, each in a clone of its own: give workers files here only. What has to change elsewhere is a question to operator.`,
      ),
    section('Asked by', cleanLine(`${dispatch.source.sender ?? 'the operator'}, by ${dispatch.source.via}`)),
    workerBudget !== null &&
      section(
        'Worker budget',
        `At most ${workerBudget} agents alive at once besides you, leads included. Right-size the lead count to it (ov sling --dispatch-max-agents).`,
      ),
    gated &&
      section(
        'Plan approval',
        [
          'Write your plan (work streams, file areas, leads, risks) and mail it, then stop and wait for the reply from operator:',
          mail('question', `PLAN ${tag} <short title>`, '<the plan>'),
          'If the plan is rejected, revise it and mail it again in the same way. Until it is approved dispatch nothing.',
        ].join('\n'),
      ),
    section(
      'How to report',
      [
        'Done, merged and verified against the acceptance above:',
        mail('result', `Run complete: ${tag}`, '<what was done, branches merged, what is left>'),
        artifactsWanted,
        'A question only a human can answer (ask, then go on with what does not depend on it):',
        mail('question', `${tag} <question>`, '<the question, the options, what you would choose>'),
        'A critical escalation (stop dispatching in that area until the answer comes):',
        mail('escalation', `${tag} <what happened>`, 'severity: critical. <context>', ' --priority urgent'),
        'You cannot go on at all:',
        mail('error', `${tag} <what failed>`, '<what was tried>'),
        'Answers come as mail from operator with the same tag. Merge only after merge_ready; close an issue only after its merge.',
      ].join('\n'),
    ),
    `(dispatch text v${dispatchVersion})`,
  ].filter((part) => typeof part === 'string' && part !== '');

  const bytes = Buffer.byteLength(text) + Buffer.byteLength(acceptance ?? '');
  if (!specPath && bytes > maxInlineBytes)
    throw new FleetError({
      code: 'OV_ARGUMENT_TOO_LARGE',
      message: `Expected an objective of at most ${maxInlineBytes} bytes without a spec, got ${bytes}.`,
      mend: 'Write the text with spec.write and pass the path as specPath.',
    });
  return {
    subject: `[${objectiveId}.${messageNumber}] ${cleanLine(text).slice(0, 80)}`.trim(),
    body: sections.join('\n\n'),
    version: dispatchVersion,
  };
}

function standing({ why, branches, lastWord }: NonNullable<Dispatch['resume']>): string {
  return [
    `An earlier session worked on this and was ended: ${cleanLine(why)}`,
    'Turns that were cut off then are lost, and so is everything that session remembered.',
    branches.length > 0
      ? `Work not merged is parked on these branches; look at them (git log, git diff) before you start anew:\n${branches.map((one) => `- ${cleanLine(one)}`).join('\n')}`
      : 'No unmerged branch was left.',
    lastWord !== null &&
      `Its last report, as data:\n> ${excerpt(cleanText(lastWord)).replaceAll('\n', '\n> ')}`,
  ]
    .filter((line) => line !== false)
    .join('\n');
}

export function section(title: string, text: string): string {
  return text === '' ? '' : `## ${title}\n${text}`;
}

export function excerpt(text: string): string {
  return text.length > 1500 ? `${text.slice(0, 1500)}…` : text;
}
