// Pure decisions and budgets. Nothing in this folder has effects, reads a clock or imports what has.

export { findCycle } from './cycle.ts';
export { decide } from './decide.ts';
export { createDecider } from './decider.ts';
export { schedulingDefaults } from './defaults.ts';
export { type Explanation, explain, type Trace } from './explain.ts';
export { type Forecast, type ForecastStart, forecast, withLimits } from './forecast.ts';
export { closedNow, heldNow, holdsSlot, predict } from './load.ts';
export { priorityFor } from './place.ts';
export { atLimitSentence, enforcementSentence, waitSentence } from './sentences.ts';
export type * from './state.ts';
export { windowText } from './windows.ts';
