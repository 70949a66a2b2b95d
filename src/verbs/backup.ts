// backup: a copy of the journal, made while fleetd goes on. Terminal only: it is the operator's.
import { backupText } from '../text/index.ts';
import type { Verb } from './verb.ts';

export const backup: Verb = {
  name: 'backup',
  usage: '',
  summary: 'Copy the journal beside itself, while fleetd goes on',
  details: [
    'Restore: stop fleetd, put the copy in the place of journal.db, remove journal.db-wal, start fleetd.',
  ],
  surfaces: ['cli'],
  grammar: (command) => command,
  async run(_asked, { client }, show) {
    const data = await client.backup();
    return { data, text: backupText(show, data) };
  },
};
