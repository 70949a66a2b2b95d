// Pure decisions and budgets. Nothing in this folder has effects, reads a clock or imports what has.
export { decide } from './decide.ts';
export { schedulingDefaults } from './defaults.ts';
export type * from './state.ts';
