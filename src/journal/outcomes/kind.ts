// What kind of work an objective is: work of one kind takes alike. A word that was given counts; else the first
// verb that says it. A guess costs little: a wrong kind only learns slower.

const verbs: [kind: string, words: RegExp][] = [
  ['explore', /\b(?:explore|scout|investigate|research|analy[sz]e|look into|find out|understand|audit)\b/],
  ['fix', /\b(?:fix|repair|hotfix|debug|correct|mend)\b/],
  ['refactor', /\b(?:refactor|restructure|migrate|rename|clean up|simplify|upgrade)\b/],
  ['test', /\b(?:test|tests|qa|cover)\b/],
  ['triage', /\b(?:triage|answer|reply|respond|sort)\b/],
  ['write', /\b(?:write|draft|post|posts|announce|document|newsletter|blog|publish)\b/],
  ['build', /\b(?:ship|build|add|implement|create|make|introduce|deploy|release)\b/],
];

/** One of the kinds above by the verb that stands first in the text, else `other`. */
export function kindOf(text: string): string {
  const said = text.slice(0, 500).toLowerCase();
  let first = { kind: 'other', at: Number.POSITIVE_INFINITY };
  for (const [kind, words] of verbs) {
    const at = said.search(words);
    if (at >= 0 && at < first.at) first = { kind, at };
  }
  return first.kind;
}
