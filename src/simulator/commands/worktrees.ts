// `ov worktree list|clean`: what workers leave behind.
import { join } from 'node:path';
import type { OvSimCommand } from '../cli/command.ts';
import { MailStore } from '../stores/mail.ts';
import { SessionStore } from '../stores/sessions.ts';
import { deleteBranch, listWorktrees, removeWorktree } from '../swarm/worktrees.ts';

const list: OvSimCommand = {
  options: ['--json'],
  async run(call) {
    const worktrees = await agentWorktrees(call.project().root);
    return { fields: { worktrees }, text: worktrees.map((each) => each.branch).join('\n') };
  },
};

const clean: OvSimCommand = {
  options: ['--completed', '--all', '--force', '--json'],
  async run(call) {
    const { root } = call.project();
    const cleaned: string[] = [];
    const failed: string[] = [];
    const skipped: string[] = [];
    let mailPurged = 0;
    using mail = new MailStore(root);
    for (const { path, branch, agentName, state } of await agentWorktrees(root)) {
      if (state !== 'completed' && !call.has('all')) continue;
      if (!(await removeWorktree(root, path, call.has('force') || call.has('all')))) {
        failed.push(branch);
        continue;
      }
      await deleteBranch(root, branch);
      cleaned.push(branch);
      mailPurged += mail.purge({ agent: agentName });
    }
    const fields = { cleaned, failed, skipped, blockedByChildren: [], pruned: cleaned.length, mailPurged };
    return { fields: { ...fields, seedsPreserved: [] }, text: `Cleaned ${cleaned.length} worktrees` };
  },
};

async function agentWorktrees(root: string) {
  using store = new SessionStore(root);
  const base = join(root, '.overstory', 'worktrees');
  return (await listWorktrees(root))
    .filter((each) => each.path.startsWith(`${base}/`))
    .map(({ path, branch, head }) => {
      const agentName = path.slice(base.length + 1);
      const session = store.byName(agentName);
      return {
        path,
        branch,
        head,
        agentName,
        state: session?.state ?? 'unknown',
        taskId: session?.taskId ?? '',
      };
    });
}

export const worktreeCommands: Record<string, OvSimCommand> = {
  'worktree list': list,
  'worktree clean': clean,
};
