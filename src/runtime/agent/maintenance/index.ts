// What the agent changes in a product besides running `ov`, one file per task of the closed list.
import type { MaintenanceReply, MaintenanceTask } from '../../../contract/runtime/maintenance.ts';
import { mark } from '../work/mark.ts';
import { revert } from '../work/revert.ts';
import { take } from '../work/take.ts';
import { base, news } from './base.ts';
import { branches } from './branches.ts';
import { clearSession } from './clear-session.ts';
import { closeMenu } from './close-menu.ts';
import { endProcesses } from './end-processes.ts';
import type { Place } from './place.ts';
import { prepare } from './prepare.ts';
import { recordLesson } from './record-lesson.ts';
import { sling } from './sling.ts';
import { state } from './state.ts';
import { layDown } from './templates/index.ts';

/** @throws FleetError with the code of what a human must mend first */
export function maintain(place: Place, task: MaintenanceTask): Promise<MaintenanceReply> {
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
    case 'news':
      return news(place);
    case 'state':
      return state(place);
    case 'mark':
      return mark(place.folder, task).then((kept) => ({ done: [], left: [], mark: kept }));
    case 'revert':
      return revert(place.product.name, place.folder, task.order).then((commit) => ({
        done: [],
        left: [],
        commit,
      }));
    case 'sling':
      return sling(place, task.order);
    case 'take':
      return take(place.product.name, place.folder, task.branch).then((commit) => ({
        done: commit === null ? [] : [task.branch],
        left: [],
      }));
    case 'branches':
      return branches(place);
    case 'lay-down':
      return layDown(place, task.type);
    case 'record-lesson':
      return recordLesson(place, task.text);
  }
}
