// `ov mail …`: the protocol between operator, coordinator and workers.
import type { OvSimCommand } from '../cli/command.ts';
import { OvFailure } from '../cli/failure.ts';
import { MailStore, mailPriorities, mailTypes } from '../stores/mail.ts';
import { SessionStore } from '../stores/sessions.ts';
import { typeLine } from '../tmux.ts';

const send: OvSimCommand = {
  options: [
    '--to <agent>',
    '--subject <text>',
    '--body <text>',
    '--from <name>',
    '--agent <name>',
    '--type <type>',
    '--priority <priority>',
    '--payload <json>',
    '--json',
  ],
  required: ['--to <agent>', '--subject <text>', '--body <text>'],
  async run(call) {
    const { root } = call.project();
    const type = call.value('type') ?? 'status';
    const priority = call.value('priority') ?? 'normal';
    oneOf('type', type, mailTypes);
    oneOf('priority', priority, mailPriorities);
    const payload = call.value('payload') ?? null;
    if (payload !== null && !isJson(payload))
      throw new OvFailure('--payload must be valid JSON', 'VALIDATION_ERROR');
    const to = call.value('to') ?? '';
    const subject = call.value('subject') ?? '';
    const recipient = recipientOf(root, to);
    if (recipient !== null && (recipient.state === 'completed' || recipient.state === 'zombie'))
      throw new OvFailure(
        `Recipient "${to}" is in terminal state (${recipient.state}); message not sent. The agent is no longer running, so this message would never be delivered.`,
        'MAIL_ERROR',
      );
    using mail = new MailStore(root);
    const draft = { to, subject, body: call.value('body') ?? '', type, priority, payload };
    const id = mail.send({ ...draft, from: call.value('from') ?? call.value('agent') ?? 'orchestrator' });
    // Only a dispatch is typed into a pane at once; anything else waits for the recipient's next turn.
    if (type === 'dispatch' && recipient?.tmuxSession)
      await typeLine(recipient.tmuxSession, `[MAIL] ${subject}`);
    return { fields: { id }, text: `✓ Sent message ${id}` };
  },
};

const list: OvSimCommand = {
  options: ['--from <name>', '--to <name>', '--agent <name>', '--unread', '--type <type>', '--json'],
  run(call) {
    const type = call.value('type');
    if (type !== undefined) oneOf('type', type, mailTypes);
    using mail = new MailStore(call.project().root);
    const messages = mail.list({
      from: call.value('from'),
      to: call.value('to') ?? call.value('agent'),
      type,
      unread: call.has('unread'),
    });
    const lines = messages.map((each) => `${each.id} ${each.from} → ${each.to} ${each.subject}`);
    return { fields: { messages }, text: lines.length === 0 ? 'No messages found.' : lines.join('\n') };
  },
};

const check: OvSimCommand = {
  options: ['--agent <name>', '--inject', '--json', '--debounce <ms>'],
  run(call) {
    using mail = new MailStore(call.project().root);
    const messages = mail.take(call.value('agent') ?? 'orchestrator');
    const lines = messages.map((each) => `${each.id} from ${each.from}: ${each.subject}\n${each.body}`);
    return { fields: { messages }, text: lines.length === 0 ? 'No new messages' : lines.join('\n\n') };
  },
};

const read: OvSimCommand = {
  options: [],
  positionals: ['<message-id>'],
  run(call) {
    const id = call.positionals[0] ?? '';
    using mail = new MailStore(call.project().root);
    const message = mail.byId(id);
    if (message === null) throw new OvFailure(`Message not found: ${id}`, 'MAIL_ERROR');
    mail.markRead(id);
    return { text: message.read ? `  Message ${id} was already read` : `✓ Marked as read ${id}` };
  },
};

const reply: OvSimCommand = {
  options: ['--body <text>', '--from <name>', '--agent <name>', '--json'],
  required: ['--body <text>'],
  positionals: ['<message-id>'],
  run(call) {
    const id = call.positionals[0] ?? '';
    using mail = new MailStore(call.project().root);
    const original = mail.byId(id);
    if (original === null) throw new OvFailure(`Message not found: ${id}`, 'MAIL_ERROR');
    const from = call.value('agent') ?? call.value('from') ?? 'orchestrator';
    const replyId = mail.reply(original, from, call.value('body') ?? '');
    return { fields: { id: replyId }, text: `✓ Reply sent ${replyId}` };
  },
};

export const mailCommands: Record<string, OvSimCommand> = {
  'mail send': send,
  'mail list': list,
  'mail check': check,
  'mail read': read,
  'mail reply': reply,
};

function recipientOf(root: string, name: string) {
  using sessions = new SessionStore(root);
  return sessions.byName(name);
}

function oneOf(field: string, value: string, allowed: readonly string[]): void {
  if (!allowed.includes(value))
    throw new OvFailure(
      `Invalid --${field} "${value}". Must be one of: ${allowed.join(', ')}`,
      'VALIDATION_ERROR',
    );
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
