// Mail as it stands in a conversation, in each of the ways in which `ov` 0.10.3 and 0.11.0 put it there.
export interface HeardMail {
  /** null: typed into the terminal, which shows no id */
  id: string | null;
  from: string;
  subject: string;
  /** null: not shown */
  type: string | null;
  body: string;
}

/** What the UserPromptSubmit hook says (`ov mail check --inject`). */
const injected =
  /--- From: (\S+)(?: \[\w+\])? \((\w+)\) ---\nSubject: (.*)\n([\s\S]*?)\n\[Reply with: ov mail reply (\S+) --body/g;
/** What `ov mail list` and `ov mail check` print. */
const listed =
  /^[* ] (\S+) {2}From: (\S+) → To: \S+.*\n {2}Subject: (.*) {2}\((\w+)\)\n {2}([\s\S]*?)\n {2}\d{4}-\d\d-\d\dT[\d:.]+Z?$/gm;
/** What `ov coordinator send` types: line breaks are gone, and so is all after 500 characters of the body. */
const typed = /\[DISPATCH\] (\[[^\]]*\].*?): ([\s\S]*)/g;
/** The first message of a headless worker, and of each later turn of it. */
const handed = /\[MAIL\] From: (\S+) \| Subject: (.*?) \| Priority: \S+\n\n([\s\S]*?)(?=\n\n---\n\n|$)/g;

/** Each mail once, oldest place first; one that was typed only as long as no better text of it is there. */
export function mailIn(text: string): HeardMail[] {
  const found: (HeardMail & { at: number })[] = [];
  for (const [, from = '', type = '', subject = '', body = '', id = ''] of text.matchAll(injected))
    found.push({ id, from, type, subject, body, at: text.indexOf(id) });
  for (const [, id = '', from = '', subject = '', type = '', body = ''] of text.matchAll(listed))
    found.push({ id, from, type, subject, body, at: text.indexOf(id) });
  for (const [, from = '', subject = '', body = ''] of text.matchAll(handed))
    found.push({ id: null, from, subject, type: null, body, at: text.indexOf(subject) });
  for (const [, subject = '', body = ''] of text.matchAll(typed))
    found.push({ id: null, from: 'operator', subject, type: null, body, at: text.indexOf(subject) });
  const best = new Map<string, (typeof found)[number]>();
  for (const mail of found) {
    const key = mail.id ?? `subject ${mail.subject}`;
    if (mail.id === null && found.some((other) => other.id !== null && other.subject === mail.subject))
      continue;
    const before = best.get(key);
    if (before === undefined || before.body.length < mail.body.length) best.set(key, mail);
  }
  return [...best.values()].sort((a, b) => a.at - b.at);
}
