// tend: what the agent changes in a product besides running `ov`, one file per task of the closed list.

import type { TendReply, TendTask } from '../../../contract/runtime/maintenance.ts';
import type { ProductRef } from '../../../contract/runtime/protocol.ts';
import type { Ov } from '../ov.ts';
import { base } from './base.ts';
import { branches } from './branches.ts';
import { clearSession } from './clear-session.ts';
import { closeMenu } from './close-menu.ts';
import { endProcesses } from './end-processes.ts';
import { prepare } from './prepare.ts';
import { recordLesson } from './record-lesson.ts';
import { state } from './state.ts';
import { layDown } from './templates/index.ts';

export interface Place {
  product: ProductRef;
  /** resolved, and there */
  folder: string;
  workspaceRoot: string;
  ov: Ov;
  servePids: () => ReadonlySet<number>;
}

/** @throws FleetError with the code of what a human must mend first */
export function tend(place: Place, task: TendTask): Promise<TendReply> {
  switch (task.kind) {
    case 'prepare':
      return prepare(place, task.maxWorkers);
    case 'clear-session':
      return clearSession(place);
    case 'close-menu':
      return closeMenu(place);
    case 'end-processes':
      return endProcesses(place, task.processes);
    case 'base':
      return base(place);
    case 'state':
      return state(place);
    case 'branches':
      return branches(place);
    case 'lay-down':
      return layDown(place, task.type);
    case 'record-lesson':
      return recordLesson(place, task.text);
  }
}
