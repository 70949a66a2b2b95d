// The operator protocol: what operator says to a coordinator besides an objective, and how its reply is read. In the
// words of overstory's own coordinator.md ("Operator messages"), which tells it to answer every mail from operator
// in the same thread (`ov mail reply`), and a status request in a fixed form. 0.9.4 to 0.11.0 have the same words.
import { cleanLine, cleanText } from './sanitize.ts';

/** What a coordinator says of itself. Worker text: shown, never obeyed. */
interface StatusReply {
  activeLeads: string;
  completed: string;
  blockers: string;
  nextActions: string;
}

const labels: readonly [keyof StatusReply, string][] = [
  ['activeLeads', 'Active leads'],
  ['completed', 'Completed'],
  ['blockers', 'Blockers'],
  ['nextActions', 'Next actions'],
];

/** @returns null when the mail is not in the fixed form: all four lines, in this order, prose around them allowed */
export function readStatusReply(body: string): StatusReply | null {
  const lines = body.split('\n').map((line) => line.trim());
  const found: Partial<StatusReply> = {};
  let from = 0;
  for (const [field, label] of labels) {
    const start = new RegExp(`^[-*\\s]*${label}\\s*\\**:\\**\\s*`, 'i');
    const at = lines.findIndex((line, n) => n >= from && start.test(line));
    if (at < 0) return null;
    found[field] = cleanText((lines[at] ?? '').replace(start, '')).trim() || 'none';
    from = at + 1;
  }
  return found as StatusReply;
}

/** By the newest of them. */
export const newsTopic = (commit: string): string => `NEW COMMITS ${commit.slice(0, 12)}`;

/** What a coordinator is told of commits that came to the human's repository while it works. */
export const newsText = (
  objectiveId: string,
  number: number,
  { commit, text }: { commit: string; text: string },
) => ({
  subject: `[${objectiveId}.${number}] ${newsTopic(commit)}`,
  body: text,
});

/**
 * What a coordinator is told before it is stopped for a pause. Its reply is handed to the session that resumes.
 * @param inSeconds how long it has to answer
 */
export function pauseText(objectiveId: string, number: number, why: string, inSeconds: number) {
  const reason = cleanLine(why);
  return {
    subject: `[${objectiveId}.${number}] PAUSE`,
    body: [
      `Pause ${objectiveId}. You and your workers are stopped in ${inSeconds} s (${reason})`,
      'Dispatch nothing more. What is committed stays on its branch.',
      'Reply to this mail now (ov mail reply <its id> --body "…" --agent coordinator) with your status, in exactly this form:',
      ...labels.map(([, label]) => `${label}: …`),
      'The session that goes on later is given your reply; it remembers nothing else.',
    ].join('\n'),
  };
}
