// src/runtime: how fleetd reaches the place where `ov` runs. A channel opens a byte stream (docker exec, a
// child process); connection.ts speaks protocol.ts over it and is the Runtime; agent/ is the program at
// the far end, bundled alone. Nothing here decides anything.
export { agentArgv, type Channel } from './channel.ts';
export { connectRuntime } from './connection.ts';
export { delivererLabel, dockerChannel, publisherLabel, runtimeLabel } from './docker-channel.ts';
export { dockerClient } from './docker-engine.ts';
export { exponentialBackoff } from './kept-link.ts';
export { localChannel } from './local-channel.ts';
export type { Runtime } from './runtime.ts';
export { type SshChannelOptions, sshChannel } from './ssh-channel.ts';
