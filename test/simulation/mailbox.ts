// Mail of a product: what its agents ask of humans, and what its coordinator does with what the operator sends. A
// coordinator reads when it is woken; what woke nobody stays unread.
import type { Mail } from '../../src/runtime/protocol.ts';
import type { Asks } from './schedule.ts';
import type { Site, World } from './world.ts';

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
  world.onAsked(site.name, mail);
  world.changed(site.name);
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
  world.changed(site.name);
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

/** Mail in the operator's name arrives; it is read when the coordinator is woken. */
export function receive(world: World, site: Site, mail: Mail): void {
  site.received.push(mail);
  world.onReceived(site.name, mail);
}

/** The coordinator looks at its mail a moment later, if it is still there. */
export function wake(world: World, site: Site): void {
  const coordinator = site.coordinator;
  world.clock.after(world.random.between(500, 4_000), () => {
    if (coordinator === null || site.coordinator !== coordinator || !coordinator.tmux) return;
    for (const mail of site.received.filter((one) => !one.read)) {
      mail.read = true;
      if (/\[gate-\d+\.\d+\]/.test(mail.subject)) answered(world, site, mail);
      else work(world, site, mail);
    }
  });
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
  world.changed(site.name);
  const end = () => {
    if (!mine()) return;
    // Not for ever: a human who answers what the dead one had asked gives the objective another session.
    const deaths = world.deaths.get(objective) ?? 0;
    world.deaths.set(objective, deaths + 1);
    if (fate.kind === 'dies' && deaths < 2) {
      world.die(site);
      return;
    }
    world.completed.add(objective);
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
    world.changed(site.name);
  };
  const later = () => void world.clock.after(fate.afterMs, end);
  const { asks } = fate;
  if (asks !== null && fate.waits) coordinator.waits = { asks, goOn: later };
  else later();
  if (asks === null) return;
  world.clock.after(Math.min(fate.afterMs, 20_000) / 2, () => {
    // The words of an objective are its own: another session of it asks the same.
    if (mine()) ask(world, site, asks, 100 + Number(objective.slice(4)));
  });
}
