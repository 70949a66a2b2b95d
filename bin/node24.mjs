// Runs a command on a Node that OpenClaw accepts (>= 24.16 < 25, or >= 26.1), whatever Node started
// this file (20 is enough). npm 11 links the bin of the node-linux-* package by itself, npm 10.9 does
// not, and neither puts it before the caller's own node: so every npm script goes through here.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** Folder of the packaged Node, wherever npm put it: in a clone below this folder, as a package beside it. */
function packaged() {
  try {
    const of = `node-${process.platform}-${process.arch}/package.json`;
    return join(dirname(createRequire(import.meta.url).resolve(of)), 'bin');
  } catch {
    return null;
  }
}

function accepted(version) {
  const [major, minor] = version.split('.').map(Number);
  return (major === 24 && minor >= 16) || (major === 26 && minor >= 1) || major > 26;
}

function nodeFolder() {
  if (accepted(process.versions.node)) return dirname(process.execPath);
  const folder = packaged();
  if (folder !== null) return folder;
  console.error(
    existsSync(join(root, 'node_modules')) || !existsSync(join(root, 'package-lock.json'))
      ? `Expected Node >= 24.16, got ${process.versions.node}, and no packaged one exists for ${process.platform}-${process.arch}. Mend: install Node 24.16 or newer and run this again.`
      : 'Expected the dependencies to be installed, got no node_modules. Mend: run `npm ci` first.',
  );
  process.exit(78);
}

const [command, ...args] = process.argv.slice(2);
const path = [nodeFolder(), join(root, 'node_modules', '.bin'), process.env.PATH ?? ''].join(delimiter);
// PATH is set on this process too: spawn looks the command up in the child's PATH on POSIX.
const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, PATH: path } });
// Ctrl-C reaches the whole foreground group by itself; a plain `kill` of this process does not.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => signal !== 'SIGINT' && child.kill(signal));
child.on('error', (error) => {
  console.error(`Cannot run ${command}: ${error.message}`);
  process.exit(127);
});
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)));
