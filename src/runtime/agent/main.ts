// fleet-agent: JSON-RPC on stdin and stdout, logs on stderr, nothing else. It leaves with whoever started
// it: at the end of stdin, on SIGTERM, or when nobody reads stdout any more. An `ov` it started for a call
// finishes by itself.
//
// With the word `watch-lease` it is the watchdog of the workspace's lease instead (lease/), which outlives the agent.
//
// Environment: FLEET_WORKSPACE, the folder that holds the checkouts (required); FLEET_PROJECTS, the folder of the human's
// own repositories, empty: none; FLEET_OV, path of `ov`.
import { Console } from 'node:console';
import { realpathSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { createMessageConnection, StreamMessageReader } from 'vscode-jsonrpc/node';
import { giveBackAfterStart } from '../../common/give-back.ts';
import { WholeMessageWriter } from '../../common/message-writer.ts';
import { onlyHeap } from '../channel.ts';
import { watchLease } from './lease/watch.ts';
import { watchWord } from './lease/watcher.ts';
import { claudeMarks } from './marks.ts';
import { serveVerbs } from './verbs.ts';

globalThis.console = new Console(process.stderr);

/** EX_CONFIG of sysexits.h */
const badConfiguration = 78;

function folderOf(variable: 'FLEET_WORKSPACE' | 'FLEET_PROJECTS'): string {
  const given = process.env[variable] ?? '';
  try {
    // realpath takes an empty or relative path for one under the working directory.
    if (isAbsolute(given)) return realpathSync(given);
  } catch {
    // It does not exist: said below.
  }
  console.error(
    `Expected ${variable} to be the absolute path of a folder of products, got ${JSON.stringify(given)}. Mend: set it where fleet-agent is started.`,
  );
  process.exit(badConfiguration);
}

// It would override the folder of every `ov` (docs/overstory.md).
delete process.env.OVERSTORY_PROJECT_ROOT;
for (const mark of claudeMarks) delete process.env[mark];
delete process.env[onlyHeap];

const settings = {
  workspaceRoot: folderOf('FLEET_WORKSPACE'),
  projectsRoot: process.env.FLEET_PROJECTS ? folderOf('FLEET_PROJECTS') : null,
  ov: process.env.FLEET_OV || 'ov',
};
if (process.argv[2] === watchWord) await watchLease(settings, settings.ov);
else serve();

function serve(): void {
  giveBackAfterStart();
  /** Set once the verbs are served. */
  let close = () => {};
  function leave(): never {
    close();
    process.exit(0);
  }
  process.on('SIGTERM', leave);
  process.stdin.on('end', leave).on('close', leave).on('error', leave);
  process.stdout.on('error', leave);
  // Nobody reads the log any more: that alone is no reason to leave.
  process.stderr.on('error', () => {});

  const rpc = createMessageConnection(
    new StreamMessageReader(process.stdin),
    new WholeMessageWriter(process.stdout),
    console,
  );
  rpc.onClose(leave);
  rpc.onError(([error]) => console.error(`JSON-RPC: ${error.message}`));
  ({ close } = serveVerbs(rpc, settings));
  rpc.listen();
}
