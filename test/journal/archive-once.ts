// A process that moves events into the archive once, and is killed (SIGKILL, by itself) before its n-th statement that
// writes: argv is the journal's file, ms before which objectives ended, n. Without a kill it prints how many there were.
import { DatabaseSync, StatementSync } from 'node:sqlite';
import { openJournal, systemClock } from '../../src/fleet/index.ts';

const [file = '', beforeMs = '', killedAt = ''] = process.argv.slice(2);
const journal = openJournal(file, systemClock);
let writes = 0;
const counted = <A extends unknown[], R>(real: (...words: A) => R) =>
  function (this: unknown, ...words: A): R {
    writes += 1;
    if (writes === Number(killedAt)) process.kill(process.pid, 'SIGKILL');
    return real.apply(this, words);
  };
DatabaseSync.prototype.exec = counted(DatabaseSync.prototype.exec);
Object.assign(StatementSync.prototype, { run: counted(StatementSync.prototype.run) });
journal.archiveSome(Number(beforeMs));
console.log(writes);
process.exit(0);
