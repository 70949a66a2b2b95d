// The runtime as a child process of this one: the trial, and every test that needs no container.
import type { ByteStream, Channel } from './channel.ts';
import { type ChildOptions, howEnded, startChild } from './child-stream.ts';

/** argv: e.g. [node, 'dist/agent.js']. env: FLEET_WORKSPACE, FLEET_OV, PATH… */
export type LocalChannelOptions = ChildOptions;

export function localChannel(options: LocalChannelOptions): Channel {
  return {
    description: `local process ${options.argv.join(' ')}`,
    doctor: async () => [
      {
        check: 'engine',
        product: null,
        state: 'ok',
        says: 'none needed: the runtime is a program on this machine',
        mend: null,
      },
    ],
    async open(): Promise<ByteStream> {
      const { ended, ...child } = await startChild(options);
      return { ...child, closed: ended.then((end) => howEnded('fleet-agent', end)) };
    },
  };
}
