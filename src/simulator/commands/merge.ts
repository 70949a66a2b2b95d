// `ov merge`: predictions are always clean, merges are real.
import type { Outcome, OvSimCommand } from '../cli/command.ts';
import { OvFailure } from '../cli/failure.ts';
import { MergeQueue } from '../stores/ledgers.ts';
import { branchExists, changedFiles, currentBranch, mergeBranch, mergeRefusal } from '../swarm/worktrees.ts';

export const merge: OvSimCommand = {
  options: ['--branch <name>', '--all', '--dry-run', '--into <branch>', '--json'],
  async run(call) {
    const { root } = call.project();
    const branch = call.value('branch');
    if (branch === undefined && !call.has('all'))
      throw new OvFailure('Either --branch <name> or --all is required for ov merge', 'VALIDATION_ERROR');
    using queue = new MergeQueue(root);
    if (branch === undefined) return mergeAll(root, queue, call.has('dry-run'));
    if (!(await branchExists(root, branch)))
      throw new OvFailure(`Branch "${branch}" not found`, 'VALIDATION_ERROR');
    if (!queue.list().some((entry) => entry.branchName === branch && entry.status === 'pending')) {
      const [, agentName = '', taskId = ''] = branch.split('/');
      queue.enqueue({
        branchName: branch,
        taskId,
        agentName,
        filesModified: await changedFiles(root, await currentBranch(root), branch),
      });
    }
    const entry = queue.list('pending').find((each) => each.branchName === branch);
    if (call.has('dry-run')) return { fields: { ...entry, prediction }, text: `${branch}: clean-merge` };
    const refusal = await mergeRefusal(root);
    if (refusal !== null) throw new OvFailure(refusal, 'MERGE_ERROR');
    const fields = await settle(root, queue, branch);
    if (fields.errorMessage === null) return { fields, text: `Merged ${branch}` };
    // A merge that fails is answered twice.
    if (call.has('json'))
      process.stdout.write(`${JSON.stringify({ success: false, command: 'merge', ...fields })}\n`);
    throw new OvFailure(fields.errorMessage, 'MERGE_ERROR');
  },
};

async function mergeAll(root: string, queue: MergeQueue, dryRun: boolean): Promise<Outcome> {
  const pending = queue.list('pending');
  if (pending.length === 0)
    return { fields: { results: [], count: 0 }, text: 'No pending branches to merge' };
  if (dryRun) {
    const entries = pending.map((entry) => ({ ...entry, prediction }));
    return { fields: { entries }, text: `${entries.length} pending branches` };
  }
  const results = [];
  for (const entry of pending) results.push(await settle(root, queue, entry.branchName));
  const successCount = results.filter((result) => result.errorMessage === null).length;
  const failCount = results.length - successCount;
  return {
    fields: { results, count: results.length, successCount, failCount },
    text: `Done: ${successCount} merged`,
  };
}

async function settle(root: string, queue: MergeQueue, branch: string) {
  const problem = await mergeBranch(root, 'ov-sim', branch);
  queue.settle(branch, problem === null ? 'merged' : 'conflict', problem === null ? 'clean-merge' : null);
  const entry = queue.list().findLast((each) => each.branchName === branch);
  return { entry, tier: 'clean-merge', conflictFiles: [], errorMessage: problem, warnings: [] };
}

const prediction = {
  predictedTier: 'clean-merge',
  conflictFiles: [],
  wouldRequireAgent: false,
  reason: 'simulated',
};
