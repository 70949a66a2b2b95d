// What a coordinator gets to hear of its mail, and the objective that a mail brings.
import { existsSync, readFileSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { type MailMessage, MailStore } from '../stores/mail.ts';
import type { Objective } from './objective.ts';

/** What a prompt brings: unread mail by its hook, and read mail that it names with the command that shows it. */
export function hear(root: string, name: string, prompt: string, heard: Set<string>): MailMessage[] {
  if (!MailStore.exists(root)) return [];
  using mail = new MailStore(root);
  const unread = mail.take(name);
  const listed = /\bov mail list --(from|to) /.test(prompt)
    ? mail.list({ to: name }).filter(({ id }) => prompt.includes(id))
    : [];
  const fresh = [...listed.toReversed(), ...unread].filter(
    ({ id }, i, all) => !heard.has(id) && all.findIndex((one) => one.id === id) === i,
  );
  for (const { id } of fresh) heard.add(id);
  return fresh;
}

/** The hook after a tool call: `mail check --inject` marks it read, and its output reaches nobody. */
export function loseMail(root: string, name: string): void {
  if (!MailStore.exists(root)) return;
  using mail = new MailStore(root);
  mail.take(name);
}

/**
 * null when the message carries no `[obj-…]` tag. `whole`: it is in the words of src/overstory/dispatch.ts;
 * `first`: it may be a shorter dispatch, typed by hand; anything else only speaks about an objective.
 * A spec it names is read from inside the product only.
 */
export function readObjective(
  root: string,
  { subject, body, threadId }: Pick<MailMessage, 'subject' | 'body' | 'threadId'>,
): (Objective & { whole: boolean; first: boolean }) | null {
  const found = /\[(obj-[a-z0-9-]+)(?:\.(\d+))?\]/i.exec(`${subject}\n${body}`);
  const tag = found?.[1]?.toLowerCase();
  if (tag === undefined) return null;
  const section = /^## Objective\n([\s\S]*?)(?=\n\n## |\n\n\(dispatch text|$(?![\s\S]))/m.exec(body)?.[1];
  const spec = /\.overstory\/specs\/[a-z0-9._-]+\.md/i.exec(section ?? body)?.[0];
  const file = spec === undefined ? null : resolve(root, spec);
  const more = file?.startsWith(root + sep) && existsSync(file) ? readFileSync(file, 'utf8') : '';
  const bare = subject.replace(/\[obj-[^\]]*\]/gi, '').trim();
  return {
    tag,
    title: (bare || (section ?? body).trim().split('\n')[0] || tag).slice(0, 100),
    text: `${section ?? `${subject}\n${body}`}\n${more}`,
    planRequired: /^PLAN\b/m.test(body),
    whole: section !== undefined,
    first: threadId === null && (found?.[2] ?? '1') === '1',
  };
}
