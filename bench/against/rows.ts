// Every row, by the name that the command takes.
import type { Row } from './pair.ts';

export const rows: Record<string, () => Promise<{ row: Row }>> = {
  decide: () => import('./rows/decide.ts'),
  'status-rest': () => import('./rows/status-rest.ts'),
  'status-cpu': () => import('./rows/status-cpu.ts'),
  resident: () => import('./rows/resident.ts'),
  start: () => import('./rows/start.ts'),
  'first-look': () => import('./rows/first-look.ts'),
  page: () => import('./rows/page.ts'),
  'first-run': () => import('./rows/first-run.ts'),
  trial: () => import('./rows/trial.ts'),
};
