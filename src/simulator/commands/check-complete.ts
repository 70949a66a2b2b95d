// `ov coordinator check-complete`: the exit triggers of config.yaml, all off by default.
import type { OvSimCommand } from '../cli/command.ts';
import { configValue, readCurrentRun } from '../project.ts';
import { MergeQueue } from '../stores/ledgers.ts';
import { MailStore } from '../stores/mail.ts';
import { SessionStore } from '../stores/sessions.ts';

interface Trigger {
  enabled: boolean;
  met: boolean;
  detail: string;
}

export const checkComplete: OvSimCommand = {
  options: ['--json'],
  run(call) {
    const { root } = call.project();
    const triggers = {
      allAgentsDone: trigger(root, 'allAgentsDone', allAgentsDone),
      taskTrackerEmpty: trigger(root, 'taskTrackerEmpty', () => ({
        met: false,
        detail: 'Tracker error: Executable not found in $PATH: "sd"',
      })),
      onShutdownSignal: trigger(root, 'onShutdownSignal', shutdownSignal),
    };
    const enabled = Object.values(triggers).filter((each) => each.enabled);
    const complete = enabled.length > 0 && enabled.every((each) => each.met);
    return { fields: { complete, triggers }, text: `Complete: ${complete ? 'YES' : 'NO'}` };
  },
};

function trigger(root: string, name: string, evaluate: (root: string) => Omit<Trigger, 'enabled'>): Trigger {
  const enabled = configValue(root, name) === 'true';
  return { enabled, ...(enabled ? evaluate(root) : { met: false, detail: '' }) };
}

function allAgentsDone(root: string): Omit<Trigger, 'enabled'> {
  const runId = readCurrentRun(root);
  if (runId === null) return { met: false, detail: 'No current run found' };
  using store = new SessionStore(root);
  const workers = store
    .inRun(runId)
    .filter((each) => each.runId === runId && each.capability !== 'coordinator');
  const done = workers.length > 0 && workers.every((each) => each.state === 'completed');
  if (!done)
    return { met: false, detail: workers.map((each) => `${each.agentName}:${each.state}`).join(', ') };
  using queue = new MergeQueue(root);
  const pending = queue.list('pending').map((entry) => entry.branchName);
  if (pending.length > 0)
    return { met: false, detail: `${pending.length} branch(es) pending merge: ${pending.join(', ')}` };
  return { met: true, detail: `All ${workers.length} agents completed` };
}

function shutdownSignal(root: string): Omit<Trigger, 'enabled'> {
  using mail = new MailStore(root);
  const signal = mail
    .list({ to: 'coordinator', unread: true })
    .find((each) => each.subject.toLowerCase().includes('shutdown'));
  return signal === undefined
    ? { met: false, detail: 'No shutdown signal received' }
    : { met: true, detail: `Shutdown signal from ${signal.from}: ${signal.subject}` };
}
