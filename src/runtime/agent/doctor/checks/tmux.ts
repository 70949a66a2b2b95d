// tmux, and the session that keeps its server alive.
import { keepKeeper } from '../../maintenance/prepare.ts';
import { tmux as onServer } from '../../maintenance/tmux.ts';
import { ask, type Check, type MachinePlace, ok } from '../check.ts';

export const tmux: Check<MachinePlace> = {
  name: 'tmux',
  async look(_place, fix) {
    const found = await ask('tmux', '-V');
    if ('problem' in found) return { mend: 'Install tmux in the runtime.', ...found.problem };
    if (!(await onServer('has-session', '-t', '=keeper')).failed) return ok('the keeper session is there');
    if (fix) return { state: 'fixed', says: (await keepKeeper()) ?? 'the keeper session is there' };
    return {
      state: 'warning',
      says: 'Expected a keeper session in tmux, got none: the next stop may fail.',
      mend: '`fleet doctor --fix`; every start does it too.',
    };
  },
};
