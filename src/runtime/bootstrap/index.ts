// What a runtime does once at start, before anything is observed: Claude Code's first-run state, then every
// product (sample, clone, `ov init`, what a dead container left behind). Safe to repeat at any time.
export { seedClaude } from './claude.ts';
export { type PreparedProduct, prepareProducts } from './products.ts';
