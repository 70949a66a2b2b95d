// products.yaml → Registry. Reading, checking and watching the one file a human writes; nothing here knows of sessions,
// runtimes or chat.
export { RegistryError } from './error.ts';
export { maxRegistryBytes, parseRegistry } from './parse.ts';
export { readRegistry } from './read.ts';
export type { Product } from './registry.ts';
export { type OpenRegistry, openRegistry } from './watch.ts';
