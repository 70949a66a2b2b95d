// What a runtime does once at start, before anything is observed: every product (sample, clone, `ov init`, what a dead
// container left behind), then Claude Code's first-run state. Safe to repeat at any time.
export { seedClaude } from './claude.ts';
export { type PreparedProduct, type PrepareOptions, prepareProducts } from './products.ts';
