// How a command of `ov` is declared here.
import type { OvCommand, OvRun } from '../command.ts';
import { readReply } from '../envelope.ts';

type Declared<Args, Reply> = Omit<OvCommand<Args, Reply>, 'read'> & {
  /**
   * Where a reply needs more than its schema.
   * @param usual  the reply as the schema reads it; throws as readReply does
   */
  read?(run: OvRun, usual: () => Reply, args?: Args): Reply;
};

/** A command as data: its reply is read by its schema, unless `read` says how else. */
export function command<Args, Reply>(declared: Declared<Args, Reply>): OvCommand<Args, Reply> {
  return {
    ...declared,
    read(run, args) {
      const usual = () => readReply(declared.name, declared.reply, run);
      return declared.read ? declared.read(run, usual, args) : usual();
    },
  };
}
