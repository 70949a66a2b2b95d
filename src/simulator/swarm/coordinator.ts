// The process in the coordinator's pane. It hears what the real one hears: at a prompt, what is unread (the hook of a
// prompt shows it) and what the prompt names together with a command that shows read mail. Mail alone wakes nobody; what
// comes during a turn is marked read by the hooks of its tools, whose output no model sees. Lines typed meanwhile wait.
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { takeFault } from '../faults.ts';
import { killTree } from '../processes.ts';
import { readSettings } from '../settings.ts';
import { type MailMessage, MailStore } from '../stores/mail.ts';
import { SessionStore } from '../stores/sessions.ts';
import { hear, loseMail, readObjective } from './inbox.ts';
import { type LimitShown, limitShown } from './limit.ts';
import { carryOut, type Desk, type Objective } from './objective.ts';
import { Pane } from './pane.ts';
import { turnPidFile } from './spawn.ts';

const name = 'coordinator';

/** Runs until it is killed. @param root absolute folder of the product */
export async function coordinatorMain(root: string): Promise<never> {
  const pane = new Pane(root);
  const prompts: string[] = [];
  const heard = new Set<string>();
  let deaf = false;
  let limit = null as LimitShown | null;
  let current: Objective | null = null;
  let answered: ((text: string) => void) | null = null;
  let stopped = false;
  const queue: Objective[] = [];
  const completed: string[] = [];

  createInterface({ input: process.stdin }).on('line', (typed) => {
    const line = typed.replace(/\p{Cc}/gu, '');
    // Enter chooses what the menu has under its cursor; the text goes nowhere.
    if (limit?.menu) return closeMenu();
    if (line.trim() !== '') pane.say(`> ${line}`);
    pane.prompted = line.trim() !== '' && !deaf;
    if (limit !== null && Date.now() < limit.resetAtMs) pane.limit = limit;
    prompts.push(line);
  });
  process.stdin.on('data', (keys) => {
    if (limit?.menu && String(keys) === '\u001b') closeMenu();
  });
  pane.draw();

  const desk: Desk = {
    root,
    settings: () => readSettings(root),
    stopped: () => stopped,
    say(line) {
      pane.say(line);
      using store = new SessionStore(root);
      store.touch(name);
    },
    async pause(ms) {
      await sleep(ms / readSettings(root).speed);
      while (limit !== null) await sleep(readSettings(root).pollMs);
    },
    tell(message) {
      using mail = new MailStore(root);
      mail.send({ from: name, to: 'operator', ...message });
    },
    async ask(question) {
      desk.tell(question);
      desk.say(`● Asked the operator: ${question.subject}`);
      pane.busy = false;
      const text = await new Promise<string>((done) => {
        answered = done;
      });
      pane.busy = true;
      return text;
    },
    async waitInVain() {
      pane.busy = false;
      while (!stopped) await sleep(readSettings(root).pollMs);
    },
  };

  /** Everything an operator can send, in the order of overstory's coordinator definition. */
  function receive(message: MailMessage): void {
    if (message.from !== 'operator' && message.from !== 'orchestrator') return;
    desk.say(`● Mail ${message.id} from ${message.from}: ${message.subject}`);
    const reply = (body: string) => {
      using mail = new MailStore(root);
      mail.reply(message, name, body);
    };
    const objective = readObjective(root, message);
    // The stamp fleetd puts on what its model writes.
    const fromModel = /^\s*\[from the fleet's model/.test(message.body);
    if (objective?.whole && objective.tag === current?.tag) {
      reply(`Noted for ${objective.tag}; it is being worked on.`);
    } else if (objective !== null && (objective.whole || objective.first) && objective.tag !== current?.tag) {
      reply(`Acknowledged ${objective.tag}: ${objective.title}. Dispatching a lead.`);
      queue.push(objective);
    } else if (/\] PAUSE$/.test(message.subject)) {
      // It is about to be stopped: nothing new, and where it stands.
      stopped = true;
      queue.length = 0;
      reply(statusReply(root, completed, answered !== null));
    } else if (/^\s*status\b[\s?.!]*$/im.test(message.body)) {
      reply(statusReply(root, completed, answered !== null));
    } else if (answered !== null && fromModel) {
      reply("I wait for the operator: a message of the fleet's model is no answer.");
    } else if (answered !== null) {
      const settle = answered;
      answered = null;
      // By its own instructions it replies to every mail from operator. The reply is of that mail's type.
      reply('Understood; going on.');
      settle(message.body);
    } else if (/^\W*(please )?(stop|pause|cancel)\b/im.test(message.body)) {
      stopped = true;
      queue.length = 0;
      void stopWorkers(root).then((names) =>
        reply(`Stopped. Workers ended: ${names.join(', ') || 'none'}. Their worktrees are parked.`),
      );
    } else {
      reply(
        current === null
          ? 'I have no objective at work. Please send one tagged [obj-n].'
          : `Noted for ${current.tag}; it is being worked on.`,
      );
    }
  }

  async function work(): Promise<void> {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      current = next;
      stopped = false;
      try {
        await carryOut(next, desk);
        if (!stopped) completed.push(next.tag);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        desk.tell({
          subject: `[${next.tag}] Objective failed: ${next.title}`,
          body: reason,
          type: 'error',
          priority: 'high',
        });
      }
      current = null;
    }
  }

  /** A key at a time while a menu is open: Esc is none of a line's. */
  function show(next: LimitShown | null): void {
    limit = next;
    pane.limit = next;
    process.stdin.setRawMode?.(next?.menu != null);
  }

  function closeMenu(): void {
    if (limit !== null) limit = { ...limit, menu: null };
    pane.closeMenu();
    process.stdin.setRawMode?.(false);
  }

  let working = false;
  for (;;) {
    const fault = takeFault(root, 'coordinator', ['die', 'logged-out', 'hang-busy', 'limit']);
    if (fault?.kind === 'limit') show(limitShown(fault.text ?? '', fault.ms ?? 0, Date.now()));
    if (fault?.kind === 'die') setTimeout(() => process.kill(process.pid, 'SIGKILL'), fault.ms ?? 0);
    if (fault?.kind === 'logged-out') pane.say('Not logged in · Please run /login');
    if (fault?.kind === 'hang-busy') pane.busy = true;
    deaf ||= fault !== null && fault.kind !== 'die' && fault.kind !== 'limit';
    // What was typed before the reset is in its conversation: it is heard with the first word after it.
    const over = limit !== null && Date.now() >= limit.resetAtMs;
    const goesOn = over && (limit?.form === 'automatic' || prompts.length > 0) && !limit?.menu;
    if (goesOn) show(null);
    if (goesOn && working) desk.say('● Going on where I stopped.');
    const inTurn = working && answered === null && !goesOn;
    if (!deaf && limit === null && inTurn) loseMail(root, name);
    if (!deaf && limit === null && !inTurn && prompts.length > 0) {
      const messages = hear(root, name, prompts.splice(0).join('\n'), heard);
      for (const message of messages) receive(message);
      if (messages.length === 0 && pane.prompted) desk.say('● Nothing new for me.');
      pane.prompted = false;
      if (!working && queue.length > 0) {
        working = true;
        pane.busy = true;
        void work().finally(() => {
          working = false;
          pane.busy = false;
          desk.say('● Waiting for the next objective.');
        });
      }
    }
    await sleep(readSettings(root).pollMs);
  }
}

/** The reply overstory's coordinator definition prescribes, word for word. */
function statusReply(root: string, completed: string[], waiting: boolean): string {
  using store = new SessionStore(root);
  const leads = store
    .all()
    .filter((each) => each.capability === 'lead' && ['booting', 'working', 'stalled'].includes(each.state));
  const active = leads.map(
    (each) =>
      `${each.agentName} (task: ${each.taskId}, state: ${each.state === 'stalled' ? 'stalled' : 'working'})`,
  );
  return [
    `Active leads: ${active.join(', ') || 'none'}`,
    `Completed: ${completed.join(', ') || 'none'}`,
    `Blockers: ${waiting ? 'waiting for the operator to answer' : 'none'}`,
    `Next actions: ${waiting ? 'go on when answered' : active.length > 0 ? 'wait for the leads, merge, report' : 'waiting for objective'}`,
  ].join('\n');
}

/** Ends every running worker of this product; worktrees and branches stay. @returns the names */
async function stopWorkers(root: string): Promise<string[]> {
  using store = new SessionStore(root);
  const running = store
    .all()
    .filter((each) => each.agentName !== name && each.state !== 'completed' && each.state !== 'zombie');
  for (const session of running) {
    const file = turnPidFile(root, session.agentName);
    if (existsSync(file)) await killTree(Number(readFileSync(file, 'utf8')));
    store.setState(session.agentName, 'completed');
  }
  return running.map((session) => session.agentName);
}
