// The menu that a usage limit opens waits over the prompt for ever, also after the reset: nothing may be typed there. Esc
// closes it and chooses nothing; sent only where the terminal shows just that menu, and never while its limit lasts.

import type { MaintenanceReply } from '../../../contract/runtime/maintenance.ts';
import { readScreen } from '../../../overstory/screen.ts';
import type { Place } from './place.ts';
import { coordinatorSession, tmux } from './tmux.ts';

export async function closeMenu({ folder }: Place): Promise<MaintenanceReply> {
  const session = await coordinatorSession(folder);
  const { stdout } = await tmux('capture-pane', '-p', '-t', `=${session}:`);
  if (!readScreen(stdout, Date.now()).limit?.opensMenu) return { done: [], left: [] };
  const { failed } = await tmux('send-keys', '-t', `=${session}:`, 'Escape');
  return failed
    ? { done: [], left: [session] }
    : { done: [`closed the menu of a usage limit in ${session}`], left: [] };
}
