// Mail of a product: what its agents ask of humans, and what its coordinator does with what it hears. As the real one it
// hears what is unread when a prompt is typed, and what a prompt names together with a command that shows read mail.
// What comes during its turn its hooks mark read, and it sees nothing of it; nothing but a prompt begins a turn.
import type { Mail } from '../../src/contract/runtime/snapshot.ts';
import type { Asks } from './schedule.ts';
import type { Limit, Site, World } from './world.ts';

const asked: Record<Asks, { to: string; type: string; subject: string; priority: string }> = {
  plan: { to: 'operator', type: 'question', subject: 'PLAN', priority: 'normal' },
  question: { to: 'operator', type: 'question', subject: 'which one?', priority: 'normal' },
  critical: { to: 'operator', type: 'escalation', subject: 'stuck', priority: 'urgent' },
  orchestrator: { to: 'orchestrator', type: 'question', subject: 'how far?', priority: 'low' },
  decision: { to: 'coordinator', type: 'decision_gate', subject: 'A or B?', priority: 'normal' },
};

/** A question of the product's coordinator, or of a worker to it; `words`: the same number, the same text. */
export function ask(world: World, site: Site, asks: Asks, words: number): Mail {
  const { to, type, subject, priority } = asked[asks];
  const mail = newMail(world, {
    from: asks === 'decision' ? 'lead-1' : 'coordinator',
    to,
    type,
    subject,
    priority,
    body: `words ${words}`,
  });
  (to === 'operator' ? site.mail : site.other).push(mail);
  world.onAsked(site, mail);
  world.changed(site);
  if (asks === 'decision' && world.random.chance(0.3))
    world.clock.after(world.random.between(1_000, 60_000), () => decide(world, site, mail));
  return mail;
}

/** The coordinator answers its worker itself: no human is needed any more. */
function decide(world: World, site: Site, { id, from, type, subject, priority }: Mail): void {
  const { coordinator } = site;
  if (coordinator === null || !coordinator.tmux) return;
  site.other.push(
    newMail(world, { from: 'coordinator', to: from, type, subject, priority, body: 'A', threadId: id }),
  );
  world.changed(site);
  const goOn = coordinator.waits?.goOn;
  coordinator.waits = null;
  goOn?.();
}

export function newMail(
  world: World,
  given: Pick<Mail, 'from' | 'to' | 'type' | 'subject' | 'body' | 'priority'> & { threadId?: string },
): Mail {
  return {
    id: `mail-${world.serial++}`,
    threadId: null,
    payload: null,
    read: false,
    createdAt: new Date(world.wallMs()).toISOString(),
    ...given,
  };
}

/** Mail in the operator's name arrives. */
export function receive(world: World, site: Site, mail: Mail): void {
  site.received.push(mail);
  loseInTurn(world, site, mail);
  world.onReceived(site, mail);
}

const rule = '─'.repeat(60);

/** What Claude Code 2.1.112 shows of a limit. The prompt above it is another each time. */
function limitScreen(world: World, { endsAtMs, says }: Limit): string {
  const at = (timeZone: string) =>
    new Intl.DateTimeFormat('en-US', { timeZone, hour: 'numeric', minute: '2-digit', hour12: true })
      .format(endsAtMs)
      .replace(/\s/g, '')
      .toLowerCase();
  const told = {
    utc: `You've hit your session limit · resets ${at('UTC')} (UTC)`,
    zone: `You've hit your session limit · resets ${at('Europe/Berlin')} (Europe/Berlin)`,
    nothing: 'Credit balance too low · Add funds: https://platform.claude.com/settings/billing',
  }[says];
  return `❯ hello ${world.serial++}\n  ⎿  ${told}\n\n${rule}\n❯ \n${rule}\n  ⏵⏵ bypass permissions on\n`;
}

/** Whether its account is at its limit; then its coordinator shows it, and goes on when it is told to after the reset. */
export function meetsLimit(world: World, site: Site, goOn?: () => void): boolean {
  const limit = world.limits.get(site.account);
  const waits = site.limited?.goOn ?? [];
  if (goOn) waits.push(goOn);
  if (limit === undefined || world.wallMs() >= limit.endsAtMs) {
    // It still stands there, and nobody has told it to go on.
    return site.limited !== null && goOn !== undefined;
  }
  if (site.limited?.limit !== limit || goOn === undefined)
    site.limited = { screen: limitScreen(world, limit), atMs: world.wallMs(), limit, goOn: waits };
  if (site.coordinator) site.coordinator.busyUntilMs = 0;
  world.changed(site);
  return true;
}

export const isBusy = (world: World, { coordinator }: Site): boolean =>
  coordinator?.tmux === true && coordinator.busyUntilMs > world.clock.nowMs();

/** A hook after a tool call: read, and never seen. */
function loseInTurn(world: World, site: Site, mail: Mail): void {
  if (!isBusy(world, site)) return;
  world.clock.after(world.random.between(50, 2_000), () => {
    if (isBusy(world, site)) mail.read = true;
  });
}

/** A line was typed and sent: a turn begins a moment later, if it is still there. */
export function prompt(world: World, site: Site, line: string): void {
  const coordinator = site.coordinator;
  const mine = () => coordinator !== null && site.coordinator === coordinator && coordinator.tmux;
  const shown = /ov mail list --(from|to) /.test(line);
  world.clock.after(world.random.between(200, 3_000), () => {
    if (!mine() || coordinator === null) return;
    if (meetsLimit(world, site)) return;
    const { goOn = [] } = site.limited ?? {};
    site.limited = null;
    for (const next of goOn) world.clock.after(world.random.between(500, 4_000), next);
    const inbox = [...site.received, ...site.other.filter(({ to }) => to === 'coordinator')];
    const seen = inbox.filter(
      (mail) =>
        !mail.read || (shown && new RegExp(`\\b${mail.id}\\b`).test(line) && !coordinator.heard.has(mail.id)),
    );
    turn(world, site, world.random.chance(0.1) ? 150_000 : world.random.between(1_000, 20_000));
    for (const mail of seen) {
      mail.read = true;
      coordinator.heard.add(mail.id);
      world.onHeard(site, mail);
      if (mail.from === 'operator' && world.random.chance(0.85))
        world.clock.after(world.random.between(300, 4_000), () => mine() && acknowledge(world, site, mail));
      if (/\[gate-\d+\.\d+\]/.test(mail.subject)) answered(world, site, mail);
      else if (mail.type === 'worker_done') coordinator.reports.get(mail.id)?.();
      else work(world, site, mail);
    }
  });
}

/** Its hooks fire now and at the end. */
function turn(world: World, site: Site, ms: number): void {
  const { coordinator } = site;
  if (coordinator === null) return;
  coordinator.busyUntilMs = Math.max(coordinator.busyUntilMs, world.clock.nowMs() + ms);
  coordinator.lastActivityMs = world.wallMs();
  world.clock.after(ms, () => {
    coordinator.lastActivityMs = world.wallMs();
    world.changed(site);
  });
  world.changed(site);
}

/** "Always reply", by its own instructions: into the thread of the mail, and of its type. */
function acknowledge(world: World, site: Site, { id, threadId, subject, type, priority }: Mail): void {
  site.mail.push(
    newMail(world, {
      from: 'coordinator',
      to: 'operator',
      type,
      subject: `Re: ${subject}`,
      body: 'Understood; going on.',
      priority,
      threadId: threadId ?? id,
    }),
  );
  world.changed(site);
}

function answered(world: World, site: Site, mail: Mail): void {
  const { coordinator } = site;
  if (coordinator === null || coordinator.waits === null) return;
  const { asks, goOn } = coordinator.waits;
  if (mail.subject.includes('REJECTED') && world.random.chance(0.7)) {
    ask(world, site, asks, world.random.between(10, 12));
    return;
  }
  coordinator.waits = null;
  goOn();
}

/** The coordinator takes what was sent; an objective has its fate. */
function work(world: World, site: Site, { subject, body }: Mail): void {
  const objective = /\[(obj-\d+)\.\d+\]/.exec(subject)?.[1];
  const fate = world.fates.get(/\bkey-\d+\b/.exec(body)?.[0] ?? '');
  const { coordinator } = site;
  if (objective === undefined || fate === undefined || coordinator === null) return;
  const mine = () => site.coordinator === coordinator && coordinator.tmux;
  const idle = fate.asks !== null && fate.waits && world.random.chance(0.5);
  const workers = Array.from({ length: idle ? 0 : world.random.between(0, 2) }, () => world.serial++).map(
    (pid) => ({ pid, name: `worker-${pid}`, alive: true, startedAtMs: world.wallMs() }),
  );
  site.workers = [...site.workers.filter((w) => w.alive), ...workers];
  site.open.add(objective);
  world.changed(site);
  const end = () => {
    if (!mine()) return;
    if (meetsLimit(world, site, end)) return;
    // Not for ever: a human who answers what the dead one had asked gives the objective another session.
    const deaths = world.deaths.get(objective) ?? 0;
    world.deaths.set(objective, deaths + 1);
    if (fate.kind === 'dies' && deaths < 2) {
      world.excused.add(site.name);
      world.die(site);
      return;
    }
    site.work.add(objective);
    site.open.delete(objective);
    if (world.isPlaced(site)) world.completed.add(objective);
    if (world.random.chance(0.7)) for (const worker of workers) worker.alive = false;
    if (fate.kind === 'closes') {
      coordinator.state = 'completed';
      coordinator.tmux = false;
      site.runId = null;
    } else {
      site.mail.push(
        newMail(world, {
          from: 'coordinator',
          to: 'operator',
          subject: `Run complete: [${objective}]`,
          body: 'Done.',
          type: 'result',
          priority: 'normal',
        }),
      );
    }
    world.changed(site);
  };
  // Some wait for the report of a worker, which comes by mail and wakes nobody.
  const [first] = workers;
  const reports = first !== undefined && world.random.chance(0.5);
  const later = () =>
    void world.clock.after(fate.afterMs, () => {
      if (!reports) return end();
      if (!mine()) return;
      const { name } = first;
      const report = newMail(world, {
        from: name,
        to: 'coordinator',
        type: 'worker_done',
        subject: `Worker done: ${name}`,
        body: 'Done.',
        priority: 'normal',
      });
      first.alive = false;
      coordinator.reports.set(report.id, end);
      site.other.push(report);
      loseInTurn(world, site, report);
      world.onReported(site, report);
      world.changed(site);
    });
  // Headless `sling` holds its turn for as long as the worker's.
  if (first !== undefined && world.random.chance(0.5))
    turn(world, site, Math.min(fate.afterMs + 5_000, 300_000));
  const { asks } = fate;
  if (asks !== null && fate.waits) coordinator.waits = { asks, goOn: later };
  else later();
  if (asks === null) return;
  world.clock.after(Math.min(fate.afterMs, 20_000) / 2, () => {
    // The words of an objective are its own: another session of it asks the same.
    if (mine()) ask(world, site, asks, 100 + Number(objective.slice(4)));
  });
}
